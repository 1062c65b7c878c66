import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Testing

@Suite struct OutputTests {
    @Test func `one blocked, one failed and one stored output are partial`() async throws {
        var script = FakeStages.Script()
        script.blocksOutput = { $0.index == 0 }
        script.generate = { output, _ in
            if output.index == 1 { throw Failure(.timedOut, "Too slow.") }
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        let engine = TestEngine(script)
        let record = try await engine.perform(Sample.newRun(media: [.image, .image, .image]))
        #expect(record.machine.state == .partial)
        #expect(record.problem?.code == .blocked)
        #expect(record.outputs.map(\.index) == [2])
        #expect(record.state(of: StageKey(3, output: 0)) == .blocked)
        #expect(record.state(of: StageKey(4, output: 0)) == .pending)
        #expect(record.state(of: StageKey(4, output: 1)) == .failed)
        #expect(record.entity(EntityKey(.error, stage: StageKey(4, output: 1))) != nil)
        #expect(engine.stages.count("generate 0") == 0)
        try await engine.checkWhole(record)
    }

    @Test(arguments: [
        ([true, true], [false, false], Outcome.blocked), ([false, false], [true, true], .failed), ([true, false], [false, true], .failed),
        ([true, false], [false, false], .partial), ([false, false], [false, true], .partial),
        ([false, false], [false, false], .succeeded),
    ])
    func `the outcome counts what is stored`(_ blocked: [Bool], _ failing: [Bool], _ outcome: Outcome) async throws {
        var script = FakeStages.Script()
        script.blocksOutput = { blocked[$0.index] }
        script.generate = { output, _ in
            if failing[output.index] { throw Failure(.backendRejected, "No.") }
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        let engine = TestEngine(script)
        let record = try await engine.perform(Sample.newRun(media: [.image, .image]))
        #expect(record.machine.outcome == outcome)
        try await engine.checkWhole(record)
    }

    @Test func `all outputs are made at the same time`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { _, _ in
            try await gate.pass()
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        let engine = TestEngine(script, slots: 5)
        _ = try await engine.parts.store.accept(Sample.newRun(media: Array(repeating: .image, count: 5)))
        try await engine.withWorker { _ in
            try await engine.until("five at the engine") { gate.arrived == 5 }
            gate.open()
            #expect(try await engine.untilEnded().machine.state == .succeeded)
        }
    }

    @Test func `an engine never works on more than its slots`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { output, _ in
            try await gate.pass()
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        let engine = TestEngine(script, slots: 2)
        for number in 1...3 { _ = try await engine.parts.store.accept(Sample.newRun(number, media: Array(repeating: .image, count: 3))) }
        try await engine.withWorker { _ in
            // Every output has passed stage 3 and asked for a slot: it sleeps beside the wake-up, as the heartbeats and the worker do.
            try await engine.until("all have asked") {
                engine.stages.calls.filter { $0.hasPrefix("check ") }.count == 9 && gate.arrived == 2
            }
            try await engine.until("seven wait") { engine.clock.sleepers >= 7 + 3 }
            #expect(gate.arrived == 2)
            gate.open()
            for number in 1...3 { #expect(try await engine.untilEnded(Sample.id(number)).machine.state == .succeeded) }
        }
        #expect(engine.stages.calls.filter { $0.hasPrefix("generate") }.count == 9)
    }

    static let bad: [(String, FakeStages.Engine)] = [
        ("too few", { _, _ in [] }),
        ("too many", { _, _ in Array(repeating: GeneratedFile(content: .text("x"), metadata: [:]), count: 3) }),
        ("an empty file", { _, _ in ["x", ""].map { GeneratedFile(content: .text($0), metadata: [:]) } }),
        ("an undecodable file", { _, _ in ["x", "broken"].map { GeneratedFile(content: .text($0), metadata: [:]) } }),
    ]

    @Test(arguments: bad)
    func `what an engine delivers wrongly is output_invalid, and nothing of it is kept`(
        _ name: String,
        _ engine: @escaping FakeStages.Engine
    )
        async throws
    {
        var script = FakeStages.Script()
        script.generate = engine
        script.probe = { path in
            if try PathReader.text(path) == "broken" { throw Failure(.outputInvalid, "It does not decode.") }
        }
        let test = TestEngine(script)
        var run = Sample.newRun()
        run.plan.outputs[0].count = 2
        let record = try await test.perform(run)
        #expect(record.machine.state == .failed)
        #expect(record.problem?.code == .outputInvalid)
        #expect(record.outputs.isEmpty)
        try await test.checkWhole(record)
    }

    @Test func `the file's facts and its making are recorded with it`() async throws {
        let engine = TestEngine()
        let output = try #require(try await engine.perform().outputs.first)
        let metadata = output.entity.draft.metadata
        for (key, value) in ["backend": "builtin", "config": "image_builtin", "model": "sketch", "width": 8, "seed": 7, "attempt": 1]
            as [String: JSON]
        {
            #expect(metadata[key] == value, "\(key)")
        }
        #expect(
            engine.log.lines.filter { $0.message == "An engine is called." }.map { $0.fields["run_id"] } == [.string(Sample.id(1).text)]
        )
    }
}
