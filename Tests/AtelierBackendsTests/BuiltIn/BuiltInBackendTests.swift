import AtelierBackends
import AtelierCore
import AtelierTesting
import Synchronization
import Testing

@Suite struct BuiltInBackendTests {
    /// Keeps the orders, and answers each with its own name.
    private final class Orders: Procedures {
        let available: [String: Medium] = ["cutpaper": .image]
        let kept = Mutex<[ProcedureOrder]>([])

        func perform(_ order: ProcedureOrder) async throws -> [UInt8] {
            self.kept.withLock { $0.append(order) }
            return Array(order.procedure.utf8)
        }
    }

    private static func order(_ model: String) -> TextOrder {
        let step = StepPlan(chunk: "c", backend: .builtin, model: model, system: nil, prompt: "{{INPUT_TEXT}}", parameters: [:])
        return TextOrder(run: Sample.id(1), step: step, system: nil, prompt: "a cat on the moon", seed: 7)
    }

    @Test func `a procedure that there is not is refused with the nearest one`() async throws {
        let backend = BuiltInBackend(procedures: Orders())
        let failure = await #expect(throws: Failure.self) {
            try await backend.complete(Self.order("cutupp"), progress: ProgressSink { _ in })
        }
        #expect(failure?.code == .unknownModel)
        #expect(failure?.hint?.contains("cutup") == true)
    }

    @Test func `the cut-up says that it is a procedure, not a model`() async throws {
        let news = Mutex<[JSON]>([])
        let sink = ProgressSink { piece in news.withLock { $0.append(piece) } }
        let answer = try await BuiltInBackend(procedures: Orders()).complete(Self.order("cutup"), progress: sink)
        #expect(answer.text.split(whereSeparator: \.isWhitespace).sorted() == ["a", "cat", "moon", "on", "the"])
        #expect(answer.metadata == ["backend": "builtin", "procedure": "cutup", "seed": 7])
        #expect(news.withLock { $0 } == [["text": .string(answer.text)]])
    }

    @Test func `the order for a picture carries text, rule, seed and size`() async throws {
        let orders = Orders()
        var output = Sample.plan().outputs[0]
        output.model = "cutpaper"
        output.parameters = ["width": 512]
        let order = MediaOrder(run: Sample.id(1), attempt: 1, output: output, text: "moon cat", schema: "dada")
        let files = try await BuiltInBackend(procedures: orders).generate(order, progress: ProgressSink { _ in })
        #expect(files.count == 1)
        #expect(
            orders.kept.withLock { $0 } == [
                ProcedureOrder(procedure: "cutpaper", text: "moon cat", schema: "dada", seed: 7, width: 512, height: 1024)
            ]
        )
    }
}
