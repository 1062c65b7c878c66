import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Synchronization
import Testing

@Suite struct RunTests {
    @Test func `a run goes through its stages and is whole at the end`() async throws {
        let engine = TestEngine()
        var run = Sample.newRun(media: [.image, .image])
        run.plan.interception.iterations = 2
        run.plan.outputs[0].count = 2
        run.plan.outputs[1].index = 2
        let record = try await engine.perform(run)
        #expect(record.machine.state == .succeeded)
        #expect(
            record.entities.map(\.draft.key.type).prefix(6) == [.configUsed, .input, .translation, .safety, .interception, .interception]
        )
        #expect(
            record.entities.map(\.draft.key.type).sorted { $0.rawValue < $1.rawValue }
                == run.plan.expectedOutputs.sorted { $0.rawValue < $1.rawValue }
        )
        #expect(record.outputs.map(\.index) == [0, 1, 2])
        #expect(record.stages.allSatisfy { $0.machine.state == .finished })
        #expect(record.stages.count == 6)
        try await engine.checkWhole(record)
        #expect(try await engine.text(.interception) == "a cat on the moon +0")
        #expect(try await JSON.decode(Plan.self, from: engine.text(.configUsed).utf8) == run.plan)
        #expect(engine.stages.count("check") == 1)
    }

    @Test func `the events of a run tell its whole story`() async throws {
        let engine = TestEngine()
        _ = try await engine.perform()
        #expect(
            try await engine.kinds() == [
                .queued, .started, .stageStarted, .entitySaved, .entitySaved, .entitySaved, .entitySaved, .stageFinished, .stageStarted,
                .entitySaved, .stageFinished, .stageStarted, .entitySaved, .stageFinished, .stageStarted, .entitySaved, .stageFinished,
                .succeeded,
            ]
        )
        let events = await engine.store.events(of: Sample.id(1), after: 0, limit: .max)
        #expect(events.dropFirst().allSatisfy { $0.timestamp == Sample.start }, "the wall clock, not the uptime")
    }

    @Test func `without outputs the run ends after stage 2`() async throws {
        let engine = TestEngine()
        let record = try await engine.perform(Sample.newRun(media: []))
        #expect(record.machine.state == .succeeded)
        #expect(record.entities.last?.draft.key.type == .interception)
        try await engine.checkWhole(record)
    }

    @Test func `what stage 1 blocks goes no further`() async throws {
        var script = FakeStages.Script()
        script.blocks = { $0.contains("a cat on the moon") }
        let engine = TestEngine(script)
        var run = Sample.newRun()
        run.plan.userLanguage = "de"
        let record = try await engine.perform(run)
        #expect(record.machine.state == .blocked)
        #expect(record.problem?.code == .blocked)
        #expect(record.problem?.message == "Das nicht.")
        #expect(engine.stages.calls == ["translate", "check"])
        #expect(record.state(of: StageKey(1)) == .blocked)
        try await engine.checkWhole(record)
        #expect(try await engine.kinds().last == .blocked)
    }

    @Test func `a person's own rule is checked like the idea`() async throws {
        let seen = Mutex<[[String]]>([])
        var script = FakeStages.Script()
        script.blocks = { texts in
            seen.withLock { $0.append(texts) }
            return false
        }
        var run = Sample.newRun()
        run.plan.context = "Own rule."
        run.plan.hasOwnContext = true
        _ = try await TestEngine(script).perform(run)
        #expect(seen.withLock { $0 } == [["a cat on the moon", "a cat on the moon", "Own rule."]])
    }

    @Test func `a failing interception is an entity, an event and a log line, with one code`() async throws {
        var script = FakeStages.Script()
        script.transform = { _, _, _ in throw Failure(.backendRejected, "The model said no.", hint: "Ask again.") }
        let engine = TestEngine(script)
        let record = try await engine.perform()
        #expect(record.machine.state == .failed)
        #expect(record.problem?.code == .backendRejected)
        #expect(record.entities.map(\.draft.key.type) == [.configUsed, .input, .translation, .safety, .error])
        #expect(try await JSON.decode(Problem.self, from: engine.text(.error).utf8) == record.problem)
        #expect(record.state(of: StageKey(2)) == .failed)
        let events = await engine.store.events(of: Sample.id(1), after: 0, limit: .max)
        #expect(events.filter { $0.data["error"] != nil }.map(\.kind) == [.stageFinished, .failed])
        #expect(events.compactMap { $0.data["error"]?["code"]?.string } == ["backend_rejected", "backend_rejected"])
        #expect(engine.log.lines.filter { $0.level == .error }.map { $0.fields["code"] } == ["backend_rejected"])
        #expect(!engine.stages.calls.contains("check 0"))
        try await engine.checkWhole(record)
    }

    @Test func `any other error is internal, and the run still ends`() async throws {
        struct Odd: Error {}
        var script = FakeStages.Script()
        script.transform = { _, _, _ in throw Odd() }
        let engine = TestEngine(script)
        let record = try await engine.perform()
        #expect(record.machine.state == .failed)
        #expect(record.problem?.code == .internalError)
        try await engine.checkWhole(record)
    }

    @Test func `a run that asked for a pause waits, and goes on once`() async throws {
        let engine = TestEngine()
        var run = Sample.newRun()
        run.plan.pauseAfter = [2]
        let record = try await engine.perform(run)
        #expect(record.machine.state == .waiting)
        #expect(record.machine.hold == nil)
        #expect(engine.stages.calls == ["translate", "check", "transform 0"])
        try await engine.store.continue(run.id, edit: nil, at: Sample.start)
        try await Worker(engine.parts, name: "two").run(only: run.id)
        let ended = try await engine.record()
        #expect(ended.machine.state == .succeeded)
        #expect(engine.stages.count("transform 0") == 1)
        #expect(engine.stages.count("check") == 1)
        try await engine.checkWhole(ended)
    }
}
