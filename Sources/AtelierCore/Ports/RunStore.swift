/// The rows of runs: queue, leases, stages, entities, events and search, in one place that decides every race.
///
/// Every method is one transaction. The rules are ``RunMachine``'s and ``RunRecord/apply(_:attempt:at:)``'s; a store loads a run, applies
/// them and keeps the result, or keeps nothing. An event is written with the fact it reports. Every method throws ``Failure`` with
/// `store_unavailable` when the store is away and `no_space` when its disk is full.
package protocol RunStore: Sendable {
    /// Accepts a run; returning means durable. Writes `run.queued`.
    ///
    /// - Returns: The run's id; the earlier run's where the same owner sent the same key with the same body.
    /// - Throws: ``Failure`` with `conflict` for a known key with another body, `rate_limited` when the queue is full.
    func accept(_ run: NewRun) async throws -> RunID

    /// Hands out the run that has been ready longest. Handing out raises the run's attempt, so that every older lease of it is void.
    /// Writes `run.started` when the run was queued.
    ///
    /// - Returns: The run, or nil when none is ready.
    func lease(_ request: LeaseRequest) async throws -> LeasedRun?

    /// Prolongs a lease.
    ///
    /// - Returns: The decided outcome when the worker must stop and end the run, else nil.
    /// - Throws: ``LeaseLost``
    func extend(_ lease: Lease, until expires: Int64) async throws -> Outcome?

    /// Voids every lease; the holder of the data directory does so at its start.
    func voidLeases() async throws

    /// Reserves the next numbers, one for each draft, and keeps the drafts with them. A number is never handed out twice.
    ///
    /// - Throws: ``LeaseLost``
    func reserve(_ drafts: [EntityDraft], for lease: Lease) async throws -> [Int]

    /// Writes what a worker did, with its events.
    ///
    /// - Throws: ``LeaseLost``; nothing is then written.
    func write(_ change: RunChange, for lease: Lease, at now: Timestamp) async throws

    /// Decides that a run ends `cancelled` and writes `run.cancelling`; for a run that is cancelled already it does nothing.
    ///
    /// - Throws: ``Failure`` with `not_found`, or `conflict` with the outcome that came first.
    func cancel(_ id: RunID, problem: Problem?, at now: Timestamp) async throws

    /// Lets a waiting run go on and writes `run.continued`.
    ///
    /// - Throws: ``Failure`` with `not_found`, or `conflict` when it does not wait.
    func `continue`(_ id: RunID, edit: String?, at now: Timestamp) async throws

    /// One run; nil when there is none.
    func run(_ id: RunID) async throws -> RunRecord?

    /// A run's events after a number, in order.
    func events(of id: RunID, after number: Int, limit: Int) async throws -> [RunEvent]

    /// A page of runs, newest first.
    func list(_ query: RunQuery) async throws -> RunPage

    /// How many runs wait and run.
    func counts() async throws -> QueueCounts

    /// A queued run's place in the queue, from 1; nil when it is not queued.
    func queuePosition(of id: RunID) async throws -> Int?

    /// Asks for an engine's slot for one output, or asks again. Slots are granted in the order of the first asking; those of void leases
    /// are taken back.
    ///
    /// - Throws: ``LeaseLost``
    func takeSlot(_ request: SlotRequest, for lease: Lease) async throws -> SlotAnswer

    /// Gives a slot, or a place in its queue, back. Nothing happens when this lease has none: a late worker must not give away what its
    /// successor holds.
    func returnSlot(backend: String, output: Int, for lease: Lease) async throws
}

/// What is needed to accept a run.
package struct NewRun: Sendable {
    package var id: RunID
    package var labels: RunLabels
    package var plan: Plan
    package var timestamp: Timestamp
    /// The client's `Idempotency-Key` with the hash of its request, kept per owner.
    package var idempotency: (key: String, body: Digest)?
    /// Keys older than this are forgotten.
    package var keysExpireBefore: Timestamp
    /// Refuses the run when that many wait already.
    package var queueLimit: Int

    /// Collects a run to be accepted.
    package init(id: RunID, labels: RunLabels, plan: Plan, timestamp: Timestamp, limits: Limits) {
        self.id = id
        self.labels = labels
        self.plan = plan
        self.timestamp = timestamp
        self.keysExpireBefore = timestamp + .seconds(-3600 * limits.idempotencyHours)
        self.queueLimit = limits.queuedRuns
    }
}

/// Who asks for work.
package struct LeaseRequest: Sendable {
    /// The worker's name.
    package var worker: String
    /// The store clock's reading, in milliseconds; PostgreSQL uses its own.
    package var now: Int64
    /// How long the lease shall be good for, in milliseconds.
    package var duration: Int64
    /// The moment that events carry; nil when `now` is the wall clock's.
    package var timestamp: Timestamp?
    /// Only this run, if it is ready.
    package var only: RunID?

    /// Asks for any run, or for one.
    package init(worker: String, now: Int64, duration: Int64, timestamp: Timestamp? = nil, only: RunID? = nil) {
        self.worker = worker
        self.now = now
        self.duration = duration
        self.timestamp = timestamp
        self.only = only
    }
}

/// The right to write about a run, until the next lease of it is handed out.
package struct Lease: Sendable, Hashable {
    package var run: RunID
    package var attempt: Int

    /// Names a lease.
    package init(run: RunID, attempt: Int) {
        self.run = run
        self.attempt = attempt
    }
}

/// A run that was handed out.
package struct LeasedRun: Sendable {
    package var lease: Lease
    package var record: RunRecord
    /// Numbers that an earlier attempt reserved and neither recorded nor voided, in order.
    package var reserved: [(sequence: Int, draft: EntityDraft)]

    /// Collects what a worker needs to begin.
    package init(lease: Lease, record: RunRecord, reserved: [(sequence: Int, draft: EntityDraft)]) {
        self.lease = lease
        self.record = record
        self.reserved = reserved
    }
}

/// Which runs are wanted.
///
/// Every filter narrows.
package struct RunQuery: Sendable {
    /// Only runs of this owner; nil for those who may see all.
    package var owner: String?
    /// `running` also finds runs that are `finishing`, as the outside cannot tell them apart.
    package var status: RunState?
    package var config: String?
    package var userID: String?
    package var sessionID: String?
    /// Runs that hold a stored output of this medium.
    package var medium: Medium?
    /// Accepted then or later, by the id.
    package var from: Timestamp?
    /// Accepted then or earlier, by the id.
    package var to: Timestamp?
    /// Words that idea or interception hold, all of them; a word of three letters or more also finds longer words that
    /// begin with it (``SearchWords``).
    ///
    /// White space alone is no filter; a text without any letter or digit finds nothing.
    package var text: String?
    /// Only runs older than this one.
    package var before: RunID?
    package var limit: Int

    /// All runs, newest first.
    package init(owner: String? = nil, limit: Int) {
        self.owner = owner
        self.limit = limit
    }
}

/// Some runs, and where to go on.
package struct RunPage: Sendable {
    package var runs: [RunRecord]
    /// The `before` of the next page; nil at the end.
    package var next: RunID?

    /// Collects a page.
    package init(runs: [RunRecord], next: RunID?) {
        self.runs = runs
        self.next = next
    }
}

/// How full the queue is.
package struct QueueCounts: Sendable, Hashable {
    package var queued: Int
    package var running: Int
    package var waiting: Int

    /// Collects the counts; `finishing` counts as running.
    package init(queued: Int, running: Int, waiting: Int) {
        self.queued = queued
        self.running = running
        self.waiting = waiting
    }
}

/// One output's wish for an engine.
package struct SlotRequest: Sendable, Hashable {
    package var backend: String
    package var run: RunID
    package var output: Int
    package var owner: String
    /// Expected engine time in milliseconds, for fair turns.
    package var cost: Int
    /// How many slots the engine has, across all instances.
    package var capacity: Int

    /// Collects a wish.
    package init(backend: String, run: RunID, output: Int, owner: String, cost: Int, capacity: Int) {
        self.backend = backend
        self.run = run
        self.output = output
        self.owner = owner
        self.cost = cost
        self.capacity = capacity
    }
}

/// The answer to a wish.
package enum SlotAnswer: Sendable, Hashable {
    case granted
    /// Its place in the engine's queue, from 1.
    case waiting(position: Int)
}
