package import AtelierCore

/// A store that announces every change to the hub once it is durable, so that no caller can forget to.
package struct AnnouncingStore: RunStore {
    private let store: any RunStore
    private let hub: ProgressHub
    private let work: Wakeup

    /// Announces the changes of `store` to `hub`, and wakes `work` when a worker may find something to do.
    package init(_ store: any RunStore, hub: ProgressHub, work: Wakeup) {
        self.store = store
        self.hub = hub
        self.work = work
    }

    package func accept(_ run: NewRun) async throws -> RunID {
        let id = try await self.store.accept(run)
        self.work.signal()
        return id
    }

    package func lease(_ request: LeaseRequest) async throws -> LeasedRun? {
        let leased = try await self.store.lease(request)
        if let leased { self.hub.changed(leased.lease.run) }
        return leased
    }

    package func extend(_ lease: Lease, until expires: Int64) async throws -> Outcome? {
        try await self.store.extend(lease, until: expires)
    }

    package func voidLeases() async throws {
        try await self.store.voidLeases()
        self.work.signal()
    }

    package func reserve(_ drafts: [EntityDraft], for lease: Lease) async throws -> [Int] {
        try await self.store.reserve(drafts, for: lease)
    }

    package func write(_ change: RunChange, for lease: Lease, at now: Timestamp) async throws {
        try await self.store.write(change, for: lease, at: now)
        self.hub.changed(lease.run)
    }

    package func cancel(_ id: RunID, problem: Problem?, at now: Timestamp) async throws {
        try await self.store.cancel(id, problem: problem, at: now)
        self.hub.changed(id)
        self.hub.cancelled(id)
        self.work.signal()
    }

    package func `continue`(_ id: RunID, edit: String?, at now: Timestamp) async throws {
        try await self.store.continue(id, edit: edit, at: now)
        self.hub.changed(id)
        self.work.signal()
    }

    package func run(_ id: RunID) async throws -> RunRecord? { try await self.store.run(id) }

    package func events(of id: RunID, after number: Int, limit: Int) async throws -> [RunEvent] {
        try await self.store.events(of: id, after: number, limit: limit)
    }

    package func list(_ query: RunQuery) async throws -> RunPage { try await self.store.list(query) }

    package func counts() async throws -> QueueCounts { try await self.store.counts() }

    package func queuePosition(of id: RunID) async throws -> Int? { try await self.store.queuePosition(of: id) }

    package func takeSlot(_ request: SlotRequest, for lease: Lease) async throws -> SlotAnswer {
        try await self.store.takeSlot(request, for: lease)
    }

    package func returnSlot(backend: String, output: Int, for lease: Lease) async throws {
        try await self.store.returnSlot(backend: backend, output: output, for: lease)
        self.work.signal()
    }
}
