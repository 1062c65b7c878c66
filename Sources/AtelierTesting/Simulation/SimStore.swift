import AtelierCore
import AtelierStoreMemory

/// The database as one life of the process reaches it: it may be away, and the process may die before a commit or after it.
struct SimStore: RunStore {
    private let world: WorldPlan
    private let store: MemoryRunStore
    private let life: SimBoot.Life
    private let disk: SimFileSystem
    private let chance: SeededChance
    private let clock: SimClock

    init(
        _ world: WorldPlan,
        _ store: MemoryRunStore,
        life: SimBoot.Life,
        disk: SimFileSystem,
        chance: SeededChance,
        clock: SimClock
    ) {
        self.world = world
        self.store = store
        self.life = life
        self.disk = disk
        self.chance = chance
        self.clock = clock
    }

    private func reach<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        guard !self.isDead else { throw PowerLoss() }
        // The call takes its time, so that others come in between; sometimes longer than a lease is good for.
        await self.clock.delay(for: .milliseconds(self.chance.below(3)))
        if self.chance.happens(self.world.stalls) { await self.clock.delay(for: .seconds(45)) }
        if self.chance.happens(self.world.storeAway) { throw Failure(.storeUnavailable, "The store is away.") }
        let dies = self.chance.happens(self.world.storeKills)
        if dies, self.chance.happens(50) { self.die() }
        guard !self.isDead else { throw PowerLoss() }
        let value = try await work()
        if dies { self.die() }
        guard !self.isDead else { throw PowerLoss() }
        return value
    }

    /// The power is cut for the machine as a whole: what has no disk has no database, either.
    private var isDead: Bool { self.life.isDead || self.disk.isDead }

    private func die() {
        self.life.end()
        self.disk.cutPower()
    }

    /// The lease under which a write reaches the store; without the fence any attempt passes for the current one.
    private func passed(_ lease: Lease) async -> Lease {
        guard self.world.without == .fence, let record = await self.store.run(lease.run) else { return lease }
        return Lease(run: lease.run, attempt: record.machine.attempt)
    }

    func accept(_ run: NewRun) async throws -> RunID { try await self.reach { try await self.store.accept(run) } }

    func lease(_ request: LeaseRequest) async throws -> LeasedRun? {
        var leased = try await self.reach { try await self.store.lease(request) }
        if self.world.without == .adoption { leased?.reserved = [] }
        return leased
    }

    func extend(_ lease: Lease, until expires: Int64) async throws -> Outcome? {
        try await self.reach { try await self.store.extend(await self.passed(lease), until: expires) }
    }

    func voidLeases() async throws { try await self.reach { await self.store.voidLeases() } }

    func reserve(_ drafts: [EntityDraft], for lease: Lease) async throws -> [Int] {
        try await self.reach { try await self.store.reserve(drafts, for: await self.passed(lease)) }
    }

    func write(_ change: RunChange, for lease: Lease, at now: Timestamp) async throws {
        try await self.reach { try await self.store.write(change, for: await self.passed(lease), at: now) }
    }

    func cancel(_ id: RunID, problem: Problem?, at now: Timestamp) async throws {
        try await self.reach {
            try await self.store.cancel(id, problem: problem, at: now)
            guard self.world.without == .finishing, let record = await self.store.run(id), record.machine.hold != nil else { return }
            try await self.store.write(RunChange(.settle), for: Lease(run: id, attempt: record.machine.attempt), at: now)
        }
    }

    func `continue`(_ id: RunID, edit: String?, at now: Timestamp) async throws {
        try await self.reach { try await self.store.continue(id, edit: edit, at: now) }
    }

    func run(_ id: RunID) async throws -> RunRecord? { try await self.reach { await self.store.run(id) } }

    func events(of id: RunID, after number: Int, limit: Int) async throws -> [RunEvent] {
        try await self.reach { await self.store.events(of: id, after: number, limit: limit) }
    }

    func list(_ query: RunQuery) async throws -> RunPage { try await self.reach { await self.store.list(query) } }

    func counts() async throws -> QueueCounts { try await self.reach { await self.store.counts() } }

    func queuePosition(of id: RunID) async throws -> Int? { try await self.reach { await self.store.queuePosition(of: id) } }

    func takeSlot(_ request: SlotRequest, for lease: Lease) async throws -> SlotAnswer {
        try await self.reach { try await self.store.takeSlot(request, for: await self.passed(lease)) }
    }

    func returnSlot(backend: String, output: Int, for lease: Lease) async throws {
        try await self.reach { await self.store.returnSlot(backend: backend, output: output, for: lease) }
    }
}
