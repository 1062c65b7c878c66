import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Synchronization
import Testing

@Suite struct RecoveryTests {
    private static let image = EntityKey(.outputImage, stage: StageKey(4, output: 0))

    /// Accepts a run, lets a worker come as far as `gate`, and ends that worker's process as a kill does: leases are void, the task is gone.
    private static func interrupted(_ engine: TestEngine, _ gate: Gate, _ run: NewRun = Sample.newRun()) async throws {
        _ = try await engine.parts.store.accept(run)
        try await engine.withWorker { _ in try await engine.until("the worker is there") { gate.arrived > 0 } }
        await engine.store.voidLeases()
        gate.open()
    }

    @Test func `a second worker finishes the run and reuses what was recorded`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.transform = { text, iteration, _ in
            if iteration == 1 { try await gate.pass() }
            return "\(text) +\(iteration)"
        }
        let engine = TestEngine(script)
        var run = Sample.newRun()
        run.plan.interception.iterations = 3
        try await Self.interrupted(engine, gate, run)
        #expect(try await engine.record().machine.state == .running)
        try await Worker(engine.parts, name: "two").run(only: run.id)
        let record = try await engine.record()
        #expect(record.machine.state == .succeeded)
        #expect(record.machine.attempt == 2)
        #expect(
            engine.stages.calls == [
                "translate", "check", "transform 0", "transform 1", "transform 1", "transform 2", "check 0", "generate 0", "probe",
            ]
        )
        let last = try #require(record.entity(EntityKey(.interception, stage: StageKey(2), iteration: 2)))
        #expect(try await engine.file(last.filename) == Array("a cat on the moon +0 +1 +2".utf8))
        try await engine.checkWhole(record)
    }

    @Test func `outputs that are stored are not made again`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { output, _ in
            if output.index == 1 { try await gate.pass() }
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        script.blocksOutput = { $0.index == 2 }
        let engine = TestEngine(script, slots: 9)
        _ = try await engine.parts.store.accept(Sample.newRun(media: [.image, .image, .image]))
        try await engine.withWorker { _ in
            try await engine.until("0 is stored, 2 is blocked, 1 is being made") {
                let record = try await engine.record()
                return record.outputs.count == 1 && record.state(of: StageKey(3, output: 2)) == .blocked && gate.arrived == 1
            }
        }
        await engine.store.voidLeases()
        gate.open()
        try await Worker(engine.parts, name: "two").run(only: Sample.id(1))
        let record = try await engine.record()
        #expect(record.machine.state == .partial)
        #expect(record.problem?.code == .blocked)
        #expect(
            ["generate 0", "generate 1", "generate 2", "check 0", "check 1", "check 2"].map(engine.stages.count) == [1, 2, 0, 1, 1, 1]
        )
        try await engine.checkWhole(record)
    }

    /// Brings a run to stage 4 by hand, reserves the picture's number, and lets the worker die.
    private static func reserved(_ engine: TestEngine, bytes: String, published: String?) async throws {
        _ = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in
            try await engine.until("the output is asked for") { engine.stages.count("generate 0") == 1 }
        }
        let lease = Lease(run: Sample.id(1), attempt: try await engine.record().machine.attempt)
        var draft = Sample.draft(.outputImage, stage: StageKey(4, output: 0), text: bytes)
        draft.metadata = ["width": 8]
        let number = try #require(try await engine.store.reserve([draft], for: lease).first)
        if let published {
            let file = try await engine.parts.archive.stage(.text(published), for: lease.run)
            try await engine.parts.archive.publish([(file, draft.filename(sequence: number))], of: lease.run)
        }
        await engine.store.voidLeases()
    }

    /// An engine that only the first worker waits for.
    private static func engine() -> TestEngine {
        let gate = Gate()
        var script = FakeStages.Script()
        let isFirst = Once()
        script.generate = { _, _ in
            if isFirst.take() { try await gate.pass() }
            return [GeneratedFile(content: .text("second"), metadata: [:])]
        }
        return TestEngine(script)
    }

    @Test func `a whole file under a reserved number is adopted, and the engine is not asked again`() async throws {
        let engine = Self.engine()
        try await Self.reserved(engine, bytes: "moon", published: "moon")
        try await Worker(engine.parts, name: "two").run(only: Sample.id(1))
        let record = try await engine.record()
        #expect(record.machine.state == .succeeded)
        let output = try #require(record.entity(Self.image))
        #expect(try await engine.file(output.filename) == Array("moon".utf8))
        #expect(engine.stages.count("generate 0") == 1)
        try await engine.checkWhole(record)
    }

    @Test func `a stage that was adopted in part records the rest only`() async throws {
        let engine = TestEngine()
        let id = try await engine.parts.store.accept(Sample.newRun())
        let leased = try #require(try await engine.store.lease(LeaseRequest(worker: "dead", now: 0, duration: 1, timestamp: Sample.start)))
        let draft = Sample.draft(.input)
        let number = try #require(try await engine.store.reserve([draft], for: leased.lease).first)
        let file = try await engine.parts.archive.stage(.text("a cat on the moon"), for: id)
        try await engine.parts.archive.publish([(file, draft.filename(sequence: number))], of: id)
        await engine.store.voidLeases()
        try await Worker(engine.parts, name: "two").run(only: id)
        let record = try await engine.record()
        #expect(record.machine.state == .succeeded)
        #expect(record.entities.map(\.draft.key.type).prefix(3) == [.input, .configUsed, .translation])
        try await engine.checkWhole(record)
    }

    @Test(arguments: [nil, "mo"])
    func `a number without a whole file is void and never used`(_ published: String?) async throws {
        let engine = Self.engine()
        try await Self.reserved(engine, bytes: "moon", published: published)
        let number = try #require(try await engine.record().entities.last?.sequence) + 1
        try await Worker(engine.parts, name: "two").run(only: Sample.id(1))
        let record = try await engine.record()
        #expect(record.machine.state == .succeeded)
        #expect(record.entity(Self.image)?.sequence == number + 1)
        #expect(engine.stages.count("generate 0") == 2)
        #expect(try await engine.file(try #require(record.entity(Self.image)).filename) == Array("second".utf8))
    }

    @Test func `a run that was begun too often ends failed, as an entity, an event and a log line`() async throws {
        let engine = TestEngine()
        let id = try await engine.parts.store.accept(Sample.newRun())
        for _ in 1...Limits().attempts {
            #expect(try await engine.store.lease(LeaseRequest(worker: "dead", now: 0, duration: 1, timestamp: Sample.start)) != nil)
            await engine.store.voidLeases()
        }
        try await Worker(engine.parts, name: "last").run(only: id)
        let record = try await engine.record()
        #expect(record.machine.state == .failed)
        #expect(engine.stages.calls.isEmpty)
        #expect(record.entities.map(\.draft.key.type) == [.error])
        #expect(engine.log.lines.contains { $0.level == .error })
        try await engine.checkWhole(record)
    }

    /// Goal: a worker that outlives its lease must not record anything, nor take the run from its successor.
    @Test func `a late worker writes nothing`() async throws {
        let held = HeldStore()
        let stolen = Mutex<Lease?>(nil)
        var script = FakeStages.Script()
        script.transform = { _, _, context in
            let lease = try await held.steal(context.run)
            stolen.withLock { $0 = lease }
            return "late"
        }
        let engine = TestEngine(script, store: held.store)
        let record = try await engine.perform()
        #expect(record.machine.state == .running)
        #expect(record.machine.attempt == 2)
        #expect(record.machine.hold?.worker == "thief")
        #expect(record.entity(EntityKey(.interception, stage: StageKey(2))) == nil)
        #expect(record.problem == nil)
        #expect(engine.names(record.id.folder).filter { $0.contains("interception") || $0.contains("error") } == [])
        #expect(engine.names("tmp") == [])
    }

    @Test(arguments: Outcome.allCases) func `an ending that was interrupted is done again`(_ outcome: Outcome) async throws {
        let engine = TestEngine()
        let id = try await engine.parts.store.accept(Sample.newRun())
        let leased = try #require(try await engine.store.lease(LeaseRequest(worker: "dead", now: 0, duration: 1, timestamp: Sample.start)))
        let problem = Problem(Failure(.noSpace, "Full."))
        try await engine.store.write(RunChange(.finish(outcome, problem)), for: leased.lease, at: Sample.start)
        await engine.store.voidLeases()
        try await Worker(engine.parts, name: "two").run(only: id)
        let record = try await engine.record()
        #expect(record.machine.state == outcome.state)
        #expect(record.problem == problem)
        #expect(engine.stages.calls.isEmpty)
        try await engine.checkWhole(record)
    }
}

/// True for the first who asks.
final class Once: Sendable {
    private let isTaken = Atomic(false)
    func take() -> Bool { !self.isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
