import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Testing

@Suite struct CancelTests {
    private static func isCancelled(_ record: RunRecord) -> Bool { record.machine.state == .cancelled && record.machine.hold == nil }

    @Test func `a queued run is cancelled before any stage`() async throws {
        let engine = TestEngine()
        let id = try await engine.parts.store.accept(Sample.newRun())
        try await engine.parts.store.cancel(id, problem: nil, at: Sample.start)
        try await engine.withWorker { _ in _ = try await engine.untilEnded() }
        let record = try await engine.record()
        #expect(Self.isCancelled(record))
        #expect(engine.stages.calls.isEmpty)
        #expect(try await engine.kinds().last == .cancelled)
        #expect(try JSON(parsing: try await engine.file("metadata.json"))["status"] == "cancelled")
    }

    @Test func `a cancel reaches the engine, and the run ends cancelled`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { _, _ in
            try await gate.pass()
            return [GeneratedFile(content: .text("late"), metadata: [:])]
        }
        let engine = TestEngine(script)
        let id = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in
            try await engine.until("the engine works") { gate.arrived == 1 }
            try await engine.parts.store.cancel(id, problem: nil, at: Sample.start)
            #expect(try await Self.isCancelled(engine.untilEnded()))
        }
        #expect(gate.cancelled == 1)
        let record = try await engine.record()
        #expect(record.outputs.isEmpty)
        try await engine.checkWhole(record)
        let failure = await #expect(throws: Failure.self) { try await engine.store.continue(id, edit: nil, at: Sample.start) }
        #expect(failure?.code == .conflict)
    }

    /// Goal: a result that comes after the cancel is refused, and nothing of it is recorded.
    ///
    /// Method: an engine that does not listen to the cancellation.
    @Test func `a result that comes after the cancel is refused`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { _, _ in
            do { try await gate.pass() } catch is CancellationError {}
            return [GeneratedFile(content: .text("late"), metadata: [:])]
        }
        let engine = TestEngine(script)
        let id = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in
            try await engine.until("the engine works") { gate.arrived == 1 }
            try await engine.parts.store.cancel(id, problem: nil, at: Sample.start)
            _ = try await engine.untilEnded()
        }
        let record = try await engine.record()
        #expect(Self.isCancelled(record))
        #expect(record.outputs.isEmpty)
        try await engine.checkWhole(record)
    }

    /// Goal: a cancelled run does not read as `running` until its lease runs out.
    ///
    /// Method: the cancel reaches the store alone, as from another instance, and the stage's next write meets it before the heartbeat does.
    @Test func `a worker whose write is refused by a cancel ends the run at once`() async throws {
        let store = HeldStore()
        var script = FakeStages.Script()
        script.transform = { text, _, context in
            try await store.cancel(context.run)
            return text
        }
        let engine = TestEngine(script, store: store.store)
        _ = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in _ = try await engine.untilEnded() }
        let record = try await engine.record()
        #expect(Self.isCancelled(record))
        try await engine.checkWhole(record)
    }

    @Test func `a cancel that no signal told of is learned by the next heartbeat`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.transform = { text, _, _ in
            try await gate.pass()
            return text
        }
        let engine = TestEngine(script)
        let id = try await engine.parts.store.accept(Sample.newRun())
        try await engine.withWorker { _ in
            try await engine.until("stage 2 works, the heartbeat sleeps") { gate.arrived == 1 && engine.clock.sleepers >= 2 }
            try await engine.store.cancel(id, problem: nil, at: Sample.start)
            try await engine.until("the heartbeat learns of it") {
                engine.clock.move(.seconds(1))
                return try await engine.record().machine.state.isFinal
            }
        }
        #expect(try await Self.isCancelled(engine.record()))
        #expect(gate.cancelled == 1)
    }

    @Test func `a cancel that comes after the end is a conflict that names the outcome`() async throws {
        let engine = TestEngine()
        _ = try await engine.perform()
        let failure = await #expect(throws: Failure.self) {
            try await engine.parts.store.cancel(Sample.id(1), problem: nil, at: Sample.start)
        }
        #expect(failure?.code == .conflict)
        #expect(failure?.message.contains("succeeded") == true)
        #expect(try await engine.record().machine.state == .succeeded)
    }

    @Test func `a cancel touches nobody else's run`() async throws {
        let gate = Gate()
        var script = FakeStages.Script()
        script.generate = { _, _ in
            try await gate.pass()
            return [GeneratedFile(content: .text("x"), metadata: [:])]
        }
        let engine = TestEngine(script)
        for number in 1...2 { _ = try await engine.parts.store.accept(Sample.newRun(number)) }
        try await engine.withWorker { _ in
            try await engine.until("both at the engine") { gate.arrived == 2 }
            try await engine.parts.store.cancel(Sample.id(1), problem: nil, at: Sample.start)
            #expect(try await Self.isCancelled(engine.untilEnded(Sample.id(1))))
            gate.open()
            #expect(try await engine.untilEnded(Sample.id(2)).machine.state == .succeeded)
        }
        #expect(gate.cancelled == 1)
    }
}
