import AtelierSchemas
import Testing

@testable import AtelierCore

@Suite struct RunPlannerTests {
    private static let ollama = BackendRef(id: "o", kind: .ollama, url: "http://o")

    private static func refusal(_ request: RunRequest, _ change: (inout Settings) -> Void = { _ in }) throws -> Failure? {
        let planner = try Shipped.planner([:], backends: [], change)
        return #expect(throws: Failure.self) { try planner.plan(request) }
    }

    @Test func `the shipped rule makes a plan by itself`() throws {
        let plan = try Shipped.planner().plan(Shipped.request())
        #expect(plan.interception.steps.map(\.chunk) == ["cutup"])
        #expect(plan.interception.steps.map(\.backend) == [.builtin])
        #expect(plan.interception.iterations == 1)
        #expect(plan.outputs.map(\.config) == ["sketch"])
        #expect(plan.outputs[0].medium == .image)
        #expect(plan.outputs[0].model == "cutpaper")
        #expect(plan.outputs[0].parameters["width"] == 1024)
        #expect(plan.context.hasPrefix("Tristan Tzara's"))
        #expect(plan.safety == SafetyPlan(requested: .kids, floor: .research))
        #expect(plan.routing.map(\.stage) == [2, 4])
        #expect(plan.routing.allSatisfy { !$0.reason.isEmpty && $0.backend == "builtin" })
    }

    @Test func `the same request gives the same plan`() throws {
        let request = Shipped.request {
            $0.outputs = ["music", "image"]
            $0.parameters = ["width": 256, "height": 128]
        }
        let planner = try Shipped.planner()
        let plan = try planner.plan(request)
        for _ in 1...20 { #expect(try JSON.encode(planner.plan(request), pretty: false) == JSON.encode(plan, pretty: false)) }
        #expect(try Shipped.planner().plan(request) == plan)
    }

    @Test func `the text stays as it is, byte for byte`() throws {
        let text = " \tA\u{308} {{CONTEXT}} \u{200D}😀\r\n"
        #expect(Array(try Shipped.planner().plan(Shipped.request { $0.inputText = text }).inputText.utf8) == Array(text.utf8))
    }

    /// A request that differs in one thing, and what is said about it.
    struct Refused: CustomTestStringConvertible {
        var testDescription: String
        var code: Failure.Code
        var hint: String
        var change: @Sendable (inout RunRequest) -> Void

        init(_ name: String, _ code: Failure.Code, _ hint: String = "", _ change: @escaping @Sendable (inout RunRequest) -> Void) {
            self.testDescription = name
            self.code = code
            self.hint = hint
            self.change = change
        }
    }

    static let unknown: [Refused] = [
        Refused("schema", .unknownSchema, "dada") { $0.schema = "dadda" }, Refused("no schema", .unknownSchema, "dada") { $0.schema = "" },
        Refused("path", .unknownSchema, "dada") { $0.schema = "../dada" },
        Refused("mode", .unknownExecutionMode, "eco") { $0.executionMode = "ecco" },
        Refused("level", .unknownSafetyLevel, "kids") { $0.safetyLevel = "kid" },
        Refused("medium", .unknownMedium, "image") { $0.outputs = ["imag"] },
        Refused("output config", .unknownOutputConfig, "sketch") { $0.outputConfigs = ["sketsh"] },
        Refused("backend", .unknownBackend, "builtin") { $0.backend = "buildin" },
        Refused("parameter", .invalidRequest, "width") { $0.parameters = ["widht": 5] },
    ]

    static let impossible: [Refused] = [
        Refused("empty", .invalidRequest) { $0.inputText = "" }, Refused("white", .invalidRequest) { $0.inputText = " \n\u{3000}" },
        Refused("NUL", .invalidRequest) { $0.inputText = "a\u{0}b" },
        Refused("long", .tooLarge) { $0.inputText = String(repeating: "ä", count: 16_385) },
        Refused("empty rule", .invalidRequest) { $0.contextPrompt = "" },
        Refused("long rule", .tooLarge) { $0.contextPrompt = String(repeating: "a", count: 32_769) },
        Refused("pause 3", .invalidRequest) { $0.pauseAfter = [3] }, Refused("pause 1", .invalidRequest) { $0.pauseAfter = [2, 1] },
        Refused("17 outputs", .tooLarge) { $0.outputs = Array(repeating: "image", count: 17) },
        Refused("narrow", .invalidRequest) { $0.parameters = ["width": 63] },
        Refused("wide", .invalidRequest) { $0.parameters = ["width": 4097] },
        Refused("text side", .invalidRequest) { $0.parameters = ["height": "512"] },
        Refused("half side", .invalidRequest) { $0.parameters = ["height": .number(512.5)] },
        Refused("null side", .invalidRequest) { $0.parameters = ["height": nil] },
        Refused("no video", .unknownOutputConfig) { $0.outputs = ["video"] },
        Refused("both", .invalidRequest) {
            $0.outputs = ["image"]
            $0.outputConfigs = ["sketch"]
        },
    ]

    @Test(arguments: unknown) func `an unknown name is refused with the nearest`(_ given: Refused) throws {
        let failure = try Self.refusal(Shipped.request("dada", given.change))
        #expect(failure?.code == given.code)
        #expect(failure?.hint?.contains(given.hint) == true)
    }

    @Test(arguments: impossible) func `what cannot be done is refused before anything is queued`(_ given: Refused) throws {
        #expect(try Self.refusal(Shipped.request("dada", given.change))?.code == given.code)
    }

    @Test func `a text of exactly the limit and sides of exactly the bounds are taken`() throws {
        let plan = try Shipped.planner().plan(
            Shipped.request {
                $0.inputText = String(repeating: "ä", count: 16_384)
                $0.parameters = ["width": 64, "height": 4096]
            }
        )
        #expect(plan.outputs[0].parameters["width"] == 64)
    }

    @Test func `outputs are chosen by what was asked for, in the contract's order`() throws {
        let flux = #"{"pipeline": "single_output", "name": "n", "parameters": {"OUTPUT_CHUNK": "output_sketch"}}"#
        let settings: (inout Settings) -> Void = { $0.defaults.outputs = [.image: "flux"] }
        let planner = try Shipped.planner(["configs/output/flux.json": flux], backends: [], settings)
        func configs(_ planner: RunPlanner, _ change: (inout RunRequest) -> Void) throws -> [String] {
            try planner.plan(Shipped.request("dada", change)).outputs.map(\.config)
        }
        #expect(try configs(planner) { $0.outputConfigs = ["tune", "sketch", "tune"] } == ["tune", "sketch", "tune"])
        #expect(try configs(planner) { $0.outputs = ["music", "image"] } == ["tune", "flux"])
        #expect(try configs(planner) { _ in } == ["flux"])
        #expect(try configs(Shipped.planner()) { _ in } == ["sketch"])
        #expect(try configs(planner) { $0.outputs = [] } == [])
        #expect(try configs(planner) { $0.outputConfigs = [] } == [])
        #expect(try Self.refusal(Shipped.request()) { $0.defaults.outputs = [.image: "nobody"] }?.code == .unknownOutputConfig)
    }

    @Test func `every output has its place, and a seed of its own that follows from the run's`() throws {
        let plan = try Shipped.planner().plan(
            Shipped.request {
                $0.outputs = ["image", "image", "music"]
                $0.seed = .max
            }
        )
        #expect(plan.outputs.map(\.index) == [0, 1, 2])
        #expect(plan.outputs.map(\.seed) == [.max, 0, 1])
        #expect(plan.seed == .max)
    }

    @Test func `a person's own rule takes the place of the config's and is checked`() throws {
        let plan = try Shipped.planner().plan(Shipped.request { $0.contextPrompt = "Mine." })
        #expect(plan.context == "Mine.")
        #expect(plan.hasOwnContext)
        let german = try Shipped.planner().plan(Shipped.request { $0.userLanguage = "de" })
        #expect(german.context.hasPrefix("Tristan Tzaras"))
        #expect(!german.hasOwnContext)
    }

    @Test func `a pause is taken once, and a replay keeps its parent`() throws {
        let parent = try #require(RunID("019a9f3c-1234-7abc-8def-0123456789ab"))
        let plan = try Shipped.planner().plan(
            Shipped.request {
                $0.pauseAfter = [2, 2]
                $0.parent = parent
            }
        )
        #expect(plan.pauseAfter == [2])
        #expect(plan.parent == parent)
    }

    @Test func `a request below the floor is raised to it`() throws {
        func safety(_ level: String?, floor: SafetyLevel) throws -> SafetyPlan {
            try Shipped.planner { $0.safety.floor = floor }.plan(Shipped.request { $0.safetyLevel = level }).safety
        }
        #expect(try safety("off", floor: .youth).effective == .youth)
        #expect(try safety("off", floor: .youth).requested == .research)
        #expect(try safety("kids", floor: .adult).effective == .kids)
        #expect(try safety(nil, floor: .research).effective == .kids)
    }

    @Test func `at kids and youth no engine but the built-in one runs without a safety model`() throws {
        func plan(_ level: String, _ change: (inout Settings) -> Void = { _ in }) throws -> Plan {
            try Shipped.planner(backends: [Self.ollama]) { settings in
                settings.models[ModelRole(.interception, .eco)] = ModelChoice(backend: "o", model: "m")
                change(&settings)
            }.plan(
                Shipped.request("user_defined") {
                    $0.safetyLevel = level
                    $0.contextPrompt = "Mine."
                }
            )
        }
        for level in ["kids", "youth"] {
            #expect(#expect(throws: Failure.self) { try plan(level) }?.code == .safetyModelMissing)
            #expect(try plan(level) { $0.safety.listOnly = true }.interception.steps.map(\.model) == ["m"])
            #expect(try plan(level) { $0.models[ModelRole(.safety, .eco)] = ModelChoice(backend: "o", model: "g") }.outputs.count == 1)
        }
        for level in ["adult", "research"] { #expect(try plan(level).interception.steps[0].backend == Self.ollama) }
        #expect(#expect(throws: Failure.self) { try plan("off") { $0.safety.floor = .kids } }?.code == .safetyModelMissing)
    }

    @Test func `a rule that needs one's own text asks for it`() throws {
        let planner = try Shipped.planner(backends: [Self.ollama]) {
            $0.models[ModelRole(.interception, .eco)] = ModelChoice(backend: "o", model: "m")
            $0.safety.listOnly = true
        }
        let failure = #expect(throws: Failure.self) { try planner.plan(Shipped.request("user_defined")) }
        #expect(failure?.hint?.contains("context_prompt") == true)
        let withoutModel = try Shipped.planner()
        #expect(#expect(throws: Failure.self) { try withoutModel.plan(Shipped.request("user_defined")) }?.code == .backendUnavailable)
    }

    @Test func `parameters reach the chunk, and iterations are counted`() throws {
        let config = #"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "cutup", "iterations": 3, "tone": "dry"}}"#
        let planner = try Shipped.planner(["configs/interception/x.json": config])
        let plan = try planner.plan(Shipped.request("x") { $0.parameters = ["tone": "wet", "iterations": 12] })
        #expect(plan.interception.iterations == 12)
        #expect(plan.interception.steps[0].parameters["tone"] == "wet")
        for bad in [0, 13, -1, "3", .number(2.5), nil] as [JSON] {
            let failure = #expect(throws: Failure.self) { try planner.plan(Shipped.request("x") { $0.parameters = ["iterations": bad] }) }
            #expect(failure?.code == .invalidRequest)
        }
    }

    @Test func `an engine of the wrong kind is refused, never replaced`() throws {
        let planner = try Shipped.planner(backends: [Self.ollama]) { $0.defaults.backend = "o" }
        let failure = #expect(throws: Failure.self) { try planner.plan(Shipped.request { $0.backend = "o" }) }
        #expect(failure?.code == .invalidRequest)
        #expect(try planner.plan(Shipped.request()).outputs[0].backend == .builtin)
    }

    @Test func `a text that is taken as the interception skips the chunks`() throws {
        let plan = try Shipped.planner().plan(Shipped.request { $0.skipsInterception = true })
        #expect(plan.interception.steps.isEmpty)
        #expect(plan.outputs.count == 1)
    }
}
