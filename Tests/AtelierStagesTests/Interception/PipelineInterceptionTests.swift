import AtelierCore
import AtelierStages
import AtelierTesting
import Synchronization
import Testing

@Suite struct PipelineInterceptionTests {
    /// Keeps what it is asked, and answers from a list.
    private final class FakeText: TextBackend {
        private let state: Mutex<(orders: [TextOrder], answers: [String])>

        init(_ answers: [String]) { self.state = Mutex(([], answers)) }

        var orders: [TextOrder] { self.state.withLock { $0.orders } }

        func complete(_ order: TextOrder, progress: ProgressSink) async throws -> TextAnswer {
            self.state.withLock { state in
                state.orders.append(order)
                return TextAnswer(text: state.answers.isEmpty ? "" : state.answers.removeFirst(), metadata: ["n": 1])
            }
        }
    }

    private static func context(_ steps: [StepPlan], text: String = "a cat") -> StageContext {
        var plan = Sample.plan(text)
        plan.interception = InterceptionPlan(steps: steps, instruction: "Rework.")
        plan.context = "Be {{INPUT_TEXT}}."
        return StageContext(run: Sample.id(1), attempt: 1, plan: plan, progress: ProgressSink { _ in })
    }

    private static func step(_ prompt: String, system: String? = nil, _ parameters: [String: JSON] = [:]) -> StepPlan {
        StepPlan(
            chunk: "c",
            backend: BackendRef(id: "o", kind: .ollama),
            model: "m",
            system: system,
            prompt: prompt,
            parameters: parameters
        )
    }

    private static func run(_ steps: [StepPlan], _ text: String, answers: [String]) async throws -> (TextAnswer, [TextOrder]) {
        let backend = FakeText(answers)
        let answer = try await PipelineInterception(backends: [.ollama: backend]).transform(text, iteration: 0, Self.context(steps))
        return (answer, backend.orders)
    }

    @Test func `the whole template is sent, values in once, parameters with it`() async throws {
        let step = Self.step(
            "{{CONTEXT}}\n{{INPUT_TEXT}}\n{{TEMPERATURE}} {{STYLE}}",
            system: "{{TASK_INSTRUCTION}}",
            ["temperature": .number(0.7), "style": "{{CONTEXT}}"]
        )
        let (answer, orders) = try await Self.run([step], "a {{CONTEXT}} cat", answers: ["done"])
        #expect(answer.text == "done")
        #expect(orders.map(\.prompt) == ["Be {{INPUT_TEXT}}.\na {{CONTEXT}} cat\n0.7 {{CONTEXT}}"])
        #expect(orders.map(\.system) == ["Rework."])
        #expect(orders.map(\.parameters) == [["temperature": .number(0.7), "style": "{{CONTEXT}}"]])
        #expect(orders.map(\.model) == ["m"])
        #expect(orders.map(\.run) == [Sample.id(1)])
    }

    @Test func `each chunk works on the result of the one before`() async throws {
        let steps = [Self.step("1 {{INPUT_TEXT}}"), Self.step("2 {{PREVIOUS_OUTPUT}} of {{INPUT_TEXT}}")]
        let (answer, orders) = try await Self.run(steps, "a cat", answers: ["A", "B"])
        #expect(answer.text == "B")
        #expect(orders.map(\.prompt) == ["1 a cat", "2 A of a cat"])
        #expect(Set(orders.map(\.seed)).count == 2)
    }

    @Test func `keys of a JSON answer are values for the next chunk, but never the reserved ones`() async throws {
        let steps = [Self.step("{{INPUT_TEXT}}"), Self.step("{{MOOD}} {{SIZE}} {{INPUT_TEXT}}")]
        let (_, orders) = try await Self.run(steps, "a cat", answers: [#"{"MOOD": "sad", "SIZE": 3, "INPUT_TEXT": "x"}"#, "B"])
        #expect(orders.last?.prompt == "sad 3 a cat")
    }

    /// Goal: a person's text is a text, even when it looks like an engine's answer.
    @Test func `an idea in JSON does not take the place of parameters`() async throws {
        let step = Self.step("{{STYLE}}: {{INPUT_TEXT}}", ["style": "dada"])
        let (_, orders) = try await Self.run([step], #"{"STYLE": "mine"}"#, answers: ["B"])
        #expect(orders.map(\.prompt) == [#"dada: {"STYLE": "mine"}"#])
    }

    @Test(arguments: ["", " \n\u{3000}"])
    func `an answer without text is output_invalid`(_ text: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await Self.run([Self.step("{{INPUT_TEXT}}")], "a cat", answers: [text]) }
        #expect(failure?.code == .outputInvalid)
    }

    @Test func `without chunks the text stays as it is`() async throws {
        let (answer, orders) = try await Self.run([], "a cat", answers: [])
        #expect(answer.text == "a cat")
        #expect(orders.isEmpty)
    }

    @Test func `an engine of an unknown kind is named`() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await PipelineInterception(backends: [:]).transform("a", iteration: 0, Self.context([Self.step("x")]))
        }
        #expect(failure?.code == .backendUnavailable)
    }

    @Test func `a placeholder without a value never reaches an engine`() async throws {
        let backend = FakeText(["B"])
        await #expect(throws: Failure.self) {
            try await PipelineInterception(backends: [.ollama: backend])
                .transform("a", iteration: 0, Self.context([Self.step("{{NOBODY}}")]))
        }
        #expect(backend.orders.isEmpty)
    }

    @Test func `the checks without a model judge by the lists`() async throws {
        let text = #"{"id": "x", "levels": ["kids"], "rule": "r", "terms": [{"term": "abc"}]}"#
        let lists = try WordLists(files: [("x.json", Array(text.utf8))])
        let context = Self.context([])
        let input = ListInputStage(lists: lists)
        #expect(try await input.translate("abc", context) == Translation(text: "abc", isTranslated: false))
        #expect(try await !input.check(["a", "abc"], context).safe)
        #expect(try await !ListOutputCheck(lists: lists).check("abc", for: Sample.plan().outputs[0], context).safe)
        #expect(try await ListOutputCheck(lists: lists).check("ab", for: Sample.plan().outputs[0], context).checkedBy == ["list"])
    }
}
