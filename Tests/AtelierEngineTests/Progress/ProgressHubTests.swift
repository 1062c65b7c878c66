import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Testing

@Suite struct ProgressHubTests {
    private let clock = HandClock()
    private let hub: ProgressHub
    private let run = Sample.id(1)

    init() { self.hub = ProgressHub(time: self.clock) }

    /// What was heard; nothing when there is nothing, as the wait is over at once.
    private func heard(_ watch: ProgressHub.Watch) async -> [ProgressHub.Signal] { await watch.next(atMost: .zero, by: self.clock) }

    @Test func `a watcher hears of its own run, one without a run of all`() async {
        let (mine, other, all) = (self.hub.watch(self.run), self.hub.watch(Sample.id(2)), self.hub.watch())
        self.hub.changed(self.run)
        self.hub.cancelled(self.run)
        #expect(await self.heard(mine) == [.changed(self.run), .cancelled(self.run)])
        #expect(await self.heard(all) == [.changed(self.run), .cancelled(self.run)])
        #expect(await self.heard(other) == [])
        #expect(await self.heard(mine) == [])
    }

    @Test func `at most four pieces of progress a second and run`() async {
        let watch = self.hub.watch()
        var count = 0
        for step in 0..<100 {
            self.hub.progress(self.run, ["step": .integer(Int64(step))])
            if step.isMultiple(of: 10) { self.hub.progress(Sample.id(2), ["step": 0]) }
            count += await self.heard(watch).count { if case .progress(self.run, _) = $0 { true } else { false } }
            self.clock.move(.milliseconds(20))
        }
        #expect((7...8).contains(count))
        self.hub.ended(self.run)
        self.hub.progress(self.run, "again")
        #expect(await self.heard(watch) == [.progress(self.run, "again")])
    }

    @Test func `a watcher that nobody keeps is freed and no longer told`() async {
        weak var freed: ProgressHub.Watch?
        do {
            let watch = self.hub.watch(self.run)
            freed = watch
            self.hub.changed(self.run)
            #expect(await self.heard(watch).count == 1)
        }
        self.hub.changed(self.run)
        #expect(freed == nil)
    }

    @Test func `a slow watcher keeps the newest signals`() async {
        let watch = self.hub.watch(self.run)
        for _ in 0..<1000 { self.hub.changed(self.run) }
        self.hub.cancelled(self.run)
        let heard = await self.heard(watch)
        #expect(heard.count <= 16)
        #expect(heard.last == .cancelled(self.run))
    }

    @Test func `a signal ends the wait, and so does the time`() async {
        let watch = self.hub.watch(self.run)
        let (clock, hub, run) = (self.clock, self.hub, self.run)
        async let first = watch.next(atMost: .seconds(60), by: clock)
        for _ in 0..<1_000_000 where clock.sleepers == 0 { await Task.yield() }
        hub.changed(run)
        #expect(await first == [.changed(run)])
        async let second = watch.next(atMost: .seconds(60), by: clock)
        for _ in 0..<1_000_000 where clock.sleepers == 0 { await Task.yield() }
        clock.move(.seconds(60))
        #expect(await second == [])
    }

    /// Goal: events are read from the store; an announcement that never came delays, it does not lose.
    @Test func `who follows a run misses nothing when signals are lost`() async throws {
        let engine = TestEngine()
        let runs = Runs(engine.parts, planner: NoPlanner(), identifiers: IdentifierSource(time: engine.clock, chance: engine.parts.chance))
        let id = try await engine.store.accept(Sample.newRun())
        let (kinds, record) = try await withThrowingTaskGroup(of: ([RunEvent.Kind], RunRecord)?.self) { group in
            group.addTask {
                var kinds: [RunEvent.Kind] = []
                let record = try await runs.follow(id, atMost: .seconds(3600)) { kinds.append($0.kind) }
                return (kinds, record)
            }
            // Written past the announcing store.
            let leased = try #require(
                try await engine.store.lease(LeaseRequest(worker: "x", now: 0, duration: 1000, timestamp: Sample.start))
            )
            try await engine.store.write(RunChange(.finish(.failed, nil)), for: leased.lease, at: Sample.start)
            try await engine.store.write(RunChange(.settle), for: leased.lease, at: Sample.start)
            group.addTask {
                while !Task.isCancelled {
                    engine.clock.move(.milliseconds(500))
                    await Task.yield()
                }
                return nil
            }
            let first = try #require(try await group.next())
            group.cancelAll()
            return try #require(first)
        }
        #expect(kinds == [.queued, .started, .failed])
        #expect(record.machine.state == .failed)
    }

    private struct NoPlanner: Planner {
        func plan(_ request: RunRequest) throws -> Plan { Sample.plan(request.inputText, schema: request.schema) }
    }
}
