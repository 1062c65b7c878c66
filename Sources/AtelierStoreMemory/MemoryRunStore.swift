package import AtelierCore

/// The reference implementation of the store: everything in memory, nothing durable, every order defined.
///
/// An actor, so that each method is one transaction; no method waits for anything between reading and changing. What seeded simulations
/// use: the order of a dictionary never reaches an answer.
package actor MemoryRunStore: RunStore {
    private var rows: [RunID: MemoryRow] = [:]
    /// All runs, oldest first.
    private var order: [RunID] = []
    /// Runs that have not ended, oldest first.
    private var open: [RunID] = []
    private var keys: [IdempotencyKey: KeptKey] = [:]
    private var slots = MemorySlots()

    /// A store without runs.
    package init() {}

    package func accept(_ run: NewRun) throws -> RunID {
        self.keys = self.keys.filter { $0.value.timestamp >= run.keysExpireBefore }
        let key = run.idempotency.map { IdempotencyKey(owner: run.labels.owner, key: $0.key) }
        if let key, let kept = self.keys[key] {
            guard kept.body == run.idempotency?.body else { throw Failure.keyReused() }
            return kept.run
        }
        guard self.open.count(where: { self.rows[$0]?.record.machine.state == .queued }) < run.queueLimit else {
            throw Failure.queueFull(run.queueLimit)
        }
        guard self.rows[run.id] == nil else { throw Failure(.internalError, "The run \(run.id) was accepted before.") }
        var row = MemoryRow(RunRecord(id: run.id, labels: run.labels, plan: run.plan, timestamp: run.timestamp))
        row.add(RunRecord.queuedEvents, at: run.timestamp)
        row.addWords(of: run.plan.inputText)
        self.rows[run.id] = row
        self.order.insert(run.id, at: self.order.place(of: run.id))
        self.open.insert(run.id, at: self.open.place(of: run.id))
        if let key, let body = run.idempotency?.body { self.keys[key] = KeptKey(body: body, run: run.id, timestamp: run.timestamp) }
        return run.id
    }

    package func lease(_ request: LeaseRequest) throws -> LeasedRun? {
        let candidates = request.only.map { [$0] } ?? self.open
        let ready = candidates.compactMap { self.rows[$0]?.record }.filter { $0.machine.isReady(at: request.now) }
        guard let id = ready.min(by: Self.isReadyLonger)?.id, var row = self.rows[id], let events = row.record.lease(request) else {
            return nil
        }
        row.add(events, at: row.record.updated)
        self.rows[id] = row
        let lease = Lease(run: id, attempt: row.record.machine.attempt)
        return LeasedRun(lease: lease, record: row.record, reserved: row.reserved)
    }

    package func extend(_ lease: Lease, until expires: Int64) throws -> Outcome? {
        try self.change(lease) { try $0.record.machine.extend(attempt: lease.attempt, until: expires) }
    }

    package func voidLeases() {
        for id in self.open { self.rows[id]?.record.machine.voidLease() }
    }

    package func reserve(_ drafts: [EntityDraft], for lease: Lease) throws -> [Int] {
        try self.change(lease) { row in
            try row.record.machine.checkWritable(attempt: lease.attempt)
            return drafts.map { row.reserve($0) }
        }
    }

    package func write(_ change: RunChange, for lease: Lease, at now: Timestamp) throws {
        try self.change(lease) { row in
            let before = row.record
            let events = try row.record.apply(change, attempt: lease.attempt, at: now)
            try before.checkNumbers(of: change) { number in row.reserved.contains { $0.sequence == number } }
            var known = Set(before.entities.map(\.draft.key))
            for key in change.entities.map(\.draft.key) where !known.insert(key).inserted { throw Failure.entityTwice(key) }
            let used = Set(change.entities.map(\.sequence) + change.voided)
            row.reserved.removeAll { used.contains($0.sequence) }
            row.add(events, at: now)
            if let text = change.searchText { row.addWords(of: text) }
        }
    }

    package func cancel(_ id: RunID, problem: Problem?, at now: Timestamp) throws {
        guard var row = self.rows[id] else { throw Failure.noRun(id) }
        row.add(try row.record.cancel(problem: problem, at: now), at: now)
        self.rows[id] = row
    }

    package func `continue`(_ id: RunID, edit: String?, at now: Timestamp) throws {
        guard var row = self.rows[id] else { throw Failure.noRun(id) }
        row.add(try row.record.continue(edit: edit, at: now), at: now)
        self.rows[id] = row
    }

    package func run(_ id: RunID) -> RunRecord? { self.rows[id]?.record }

    package func events(of id: RunID, after number: Int, limit: Int) -> [RunEvent] {
        Array((self.rows[id]?.events ?? []).drop { $0.number <= number }.prefix(max(0, limit)))
    }

    package func list(_ query: RunQuery) -> RunPage {
        let words = query.text.flatMap(SearchWords.init(query:))
        let end = query.before.map { self.order.place(of: $0) } ?? self.order.count
        var found: [RunRecord] = []
        for id in self.order[..<end].reversed() {
            guard let row = self.rows[id], query.matches(row.record), words.map({ row.holds($0) }) ?? true else { continue }
            guard found.count < query.limit else { return RunPage(runs: found, next: found.last?.id) }
            found.append(row.record)
        }
        return RunPage(runs: found, next: nil)
    }

    package func counts() -> QueueCounts {
        let states = self.open.compactMap { self.rows[$0]?.record.machine.state }
        return QueueCounts(
            queued: states.count { $0 == .queued },
            running: states.count { $0.outside == .running },
            waiting: states.count { $0 == .waiting }
        )
    }

    package func queuePosition(of id: RunID) -> Int? {
        let queued = self.open.filter { self.rows[$0]?.record.machine.state == .queued }
        return queued.firstIndex(of: id).map { $0 + 1 }
    }

    package func takeSlot(_ request: SlotRequest, for lease: Lease) throws -> SlotAnswer {
        try self.change(lease) { try $0.record.machine.checkWritable(attempt: lease.attempt) }
        return self.slots.take(request, for: lease) { held in
            guard let machine = self.rows[held.run]?.record.machine else { return false }
            return machine.hold != nil && machine.attempt == held.attempt
        }
    }

    package func returnSlot(backend: String, output: Int, for lease: Lease) {
        self.slots.giveBack(backend: backend, output: output, for: lease)
    }

    /// Changes the run of a lease, or nothing when `body` throws.
    private func change<Result>(_ lease: Lease, _ body: (inout MemoryRow) throws -> Result) throws -> Result {
        guard var row = self.rows[lease.run] else { throw LeaseLost() }
        let result = try body(&row)
        self.rows[lease.run] = row
        if row.record.machine.state.isFinal { self.open.removeAll { $0 == lease.run } }
        return result
    }

    /// What was begun comes before what is queued; among that, the lease that has been void for longest.
    private static func isReadyLonger(_ left: RunRecord, _ right: RunRecord) -> Bool {
        func rank(_ run: RunRecord) -> (Int, Int64, RunID) {
            (run.machine.state == .queued ? 1 : 0, run.machine.hold?.expires ?? 0, run.id)
        }
        return rank(left) < rank(right)
    }
}

private struct IdempotencyKey: Hashable {
    var owner: String
    var key: String
}

private struct KeptKey {
    var body: Digest
    var run: RunID
    var timestamp: Timestamp
}

extension [RunID] {
    /// Where an id is, or would have to be inserted, in this ascending list.
    fileprivate func place(of id: RunID) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
