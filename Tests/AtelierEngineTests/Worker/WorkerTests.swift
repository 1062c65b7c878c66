import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Testing

@Suite struct WorkerTests {
    private static func waiting(_ gate: Gate) -> FakeStages.Script {
        var script = FakeStages.Script()
        script.transform = { text, _, _ in
            try await gate.pass()
            return text
        }
        return script
    }

    @Test func `heartbeats keep a long run's lease`() async throws {
        let gate = Gate()
        let engine = TestEngine(Self.waiting(gate))
        _ = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in
            try await engine.until("stage 2 works") { gate.arrived == 1 }
            for _ in 0..<20 {
                try await engine.until("the heartbeat waits") { engine.clock.sleepers >= 3 }
                let before = try #require(try await engine.record().machine.hold)
                engine.clock.move(.seconds(10))
                try await engine.until("the lease is prolonged") {
                    try await engine.record().machine.hold.map { $0.expires > before.expires } == true
                }
            }
            gate.open()
            _ = try await engine.untilEnded()
        }
        let record = try await engine.record()
        #expect(record.machine.state == .succeeded)
        #expect(record.machine.attempt == 1)
    }

    @Test func `a drained worker finishes what it has and takes nothing new`() async throws {
        let gate = Gate()
        let engine = TestEngine(Self.waiting(gate))
        _ = try await engine.parts.store.accept(Sample.newRun(1))
        let worker = Worker(engine.parts, name: "one")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await engine.until("stage 2 works") { gate.arrived == 1 }
            worker.drain()
            _ = try await engine.parts.store.accept(Sample.newRun(2))
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await engine.record(Sample.id(1)).machine.state == .succeeded)
        #expect(try await engine.record(Sample.id(2)).machine.state == .queued)
    }

    @Test func `a worker that is stopped leaves its run to the next`() async throws {
        let gate = Gate()
        let engine = TestEngine(Self.waiting(gate))
        _ = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in try await engine.until("stage 2 works") { gate.arrived == 1 } }
        let record = try await engine.record()
        #expect(record.machine.state == .running)
        #expect(record.problem == nil)
        #expect(record.entities.allSatisfy { $0.draft.key.type != .error })
        #expect(gate.cancelled == 1)
    }

    @Test func `no more runs are begun than may run at the same time`() async throws {
        let gate = Gate()
        var limits = Limits()
        limits.concurrentRuns = 2
        let engine = TestEngine(Self.waiting(gate), limits: limits)
        for number in 1...4 { _ = try await engine.parts.store.accept(Sample.newRun(number)) }
        try await engine.withWorker { _ in
            // Two runs and the worker itself wait.
            try await engine.until("two work") { gate.arrived == 2 && engine.clock.sleepers >= 3 }
            #expect(await engine.store.counts() == QueueCounts(queued: 2, running: 2, waiting: 0))
            gate.open()
            for number in 1...4 { #expect(try await engine.untilEnded(Sample.id(number)).machine.state == .succeeded) }
        }
    }

    @Test func `one run only is worked on when one only is asked for`() async throws {
        let engine = TestEngine()
        for number in 1...2 { _ = try await engine.parts.store.accept(Sample.newRun(number)) }
        try await Worker(engine.parts, name: "one").run(only: Sample.id(2))
        #expect(try await engine.record(Sample.id(1)).machine.state == .queued)
        #expect(try await engine.record(Sample.id(2)).machine.state == .succeeded)
    }
}
