import AtelierCore
import AtelierTesting
import Testing

@Suite struct PlanTests {
    @Test func `a plan survives writing and reading`() throws {
        var plan = Sample.plan("a cat\u{1F600} \"x\"\r\n", media: Medium.allCases)
        plan.context = "Be brief."
        plan.hasOwnContext = true
        plan.userLanguage = "de"
        plan.executionMode = .fast
        plan.pauseAfter = [2]
        plan.parent = Sample.id(3)
        plan.seed = .max
        plan.safety = SafetyPlan(requested: .research, floor: .youth)
        plan.interception.iterations = 3
        plan.interception.steps[0].system = "You are."
        plan.interception.steps[0].parameters = ["temperature": .number(0.7), "x": ["a": [nil, true]]]
        plan.outputs[1].backend = BackendRef(id: "gpu", kind: .comfyui, url: "http://gpu:8188")
        plan.outputs[1].parameters = ["width": 512]
        for pretty in [false, true] { #expect(try JSON.decode(Plan.self, from: try JSON.encode(plan, pretty: pretty)) == plan) }
        #expect(try JSON.decode(Plan.self, from: try JSON.encode(Sample.plan())) == Sample.plan())
    }

    @Test func `a plan knows what its run will hold`() {
        var plan = Sample.plan(media: [.image, .music])
        plan.interception.iterations = 2
        plan.outputs[0].count = 3
        #expect(
            plan.expectedOutputs == [
                .configUsed, .input, .translation, .safety, .interception, .interception, .safetyPreOutput, .outputImage, .outputImage,
                .outputImage, .safetyPreOutput, .outputMusic,
            ]
        )
    }

    @Test func `a level below the floor is raised to it`() {
        for floor in SafetyLevel.allCases {
            for requested in SafetyLevel.allCases {
                let safety = SafetyPlan(requested: requested, floor: floor)
                #expect(safety.requested == requested)
                #expect(safety.effective == (requested < floor ? requested : floor))
            }
        }
        #expect(SafetyLevel.allCases.sorted() == [.kids, .youth, .adult, .research])
        #expect(SafetyLevel.allCases.filter(\.failsClosed) == [.kids, .youth])
    }

    @Test func `off means research, and an unknown level is refused with the nearest`() throws {
        #expect(try SafetyLevel(named: "off") == .research)
        #expect(#expect(throws: Failure.self) { try SafetyLevel(named: "kid") }?.hint?.contains("kids") == true)
        #expect(#expect(throws: Failure.self) { try ExecutionMode(named: "slow") }?.code == .unknownExecutionMode)
    }

    @Test(arguments: [
        (#""x""#, "x", "x"), (#"{"en":"a","de":"b"}"#, "a", "b"), (#"{"de":"b"}"#, "b", "b"), (#"{"en":"a","fr":"c"}"#, "a", "a"),
    ])
    func `a text has two languages, one borrowed where it is missing`(_ json: String, _ english: String, _ german: String) throws {
        let text = try JSON.decode(LocalizedText.self, from: json.utf8)
        #expect(text == LocalizedText(en: english, de: german))
        #expect(text.text(in: "de-AT") == german)
        #expect(text.text(in: nil) == english)
        #expect(text.text(in: "fr") == english)
    }

    @Test(arguments: ["{}", "5", "[]", #"{"fr":"c"}"#, #"{"en":5}"#])
    func `what is no text is refused`(_ json: String) {
        #expect(throws: Failure.self) { try JSON.decode(LocalizedText.self, from: json.utf8) }
    }
}
