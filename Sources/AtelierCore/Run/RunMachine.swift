/// The rules of a run's life, as a value: every store applies them inside its own transaction and keeps what comes out.
///
/// States: `queued → running ⇄ waiting → finishing → succeeded | partial | failed | blocked | cancelled`. A lease may be held in `running`
/// and `finishing` only. Handing out a lease raises `attempt`; a write names the attempt it belongs to.
package struct RunMachine: Sendable, Hashable {
    /// Where the run stands.
    package private(set) var state: RunState
    /// How it ends; decided on the way into `finishing`.
    package private(set) var outcome: Outcome?
    /// How many leases were handed out.
    package private(set) var attempt: Int
    /// Who holds the lease; nil when nobody does.
    package private(set) var hold: LeaseHold?

    /// A run that was just accepted.
    package init() {
        self.state = .queued
        self.attempt = 0
    }

    /// A run as a store kept it.
    package init(state: RunState, outcome: Outcome?, attempt: Int, hold: LeaseHold?) {
        self.state = state
        self.outcome = outcome
        self.attempt = attempt
        self.hold = hold
    }

    /// Whether a worker could take the run now: it is queued, or under way and nobody's, or its lease has run out.
    package func isReady(at now: Int64) -> Bool {
        switch self.state {
        case .queued: true
        case .running, .finishing: self.hold.map { $0.expires <= now } ?? true
        default: false
        }
    }

    /// Hands the run to a worker; false when it is not ready.
    package mutating func lease(to hold: LeaseHold, at now: Int64) -> Bool {
        guard self.isReady(at: now) else { return false }
        self.attempt += 1
        self.hold = hold
        if self.state == .queued { self.state = .running }
        return true
    }

    /// Checks that a worker may write: its lease is the last one handed out, and not void.
    ///
    /// - Throws: ``LeaseLost``, also when the outcome is decided and the work is therefore over.
    package func checkWritable(attempt: Int) throws(LeaseLost) {
        guard self.state == .running else { throw LeaseLost() }
        try self.checkHeld(attempt: attempt)
    }

    /// Prolongs a lease.
    ///
    /// - Returns: The decided outcome when the worker must stop its work and end the run, else nil.
    /// - Throws: ``LeaseLost``
    package mutating func extend(attempt: Int, until expires: Int64) throws(LeaseLost) -> Outcome? {
        try self.checkHeld(attempt: attempt)
        self.hold?.expires = expires
        return self.outcome
    }

    /// Gives the run to the person: nobody holds it until it is continued, cancelled or expires.
    ///
    /// - Throws: ``LeaseLost``
    package mutating func pause(attempt: Int) throws(LeaseLost) {
        try self.checkWritable(attempt: attempt)
        self.state = .waiting
        self.hold = nil
    }

    /// Lets a waiting run go on.
    ///
    /// - Throws: ``Failure`` with `conflict` when it does not wait.
    package mutating func `continue`() throws {
        guard self.state == .waiting else {
            throw Failure(.conflict, "The run does not wait; it is \(self.state.outside.rawValue).")
        }
        self.state = .running
    }

    /// Decides the outcome.
    ///
    /// This is where a race with cancel is won or lost.
    ///
    /// - Throws: ``LeaseLost``, also when a cancel came first.
    package mutating func finish(_ outcome: Outcome, attempt: Int) throws(LeaseLost) {
        try self.checkWritable(attempt: attempt)
        self.state = .finishing
        self.outcome = outcome
    }

    /// Makes the decided outcome final, after the last `metadata.json` is written.
    ///
    /// - Throws: ``LeaseLost``
    package mutating func settle(attempt: Int) throws(LeaseLost) {
        guard self.state == .finishing, let outcome = self.outcome else { throw LeaseLost() }
        try self.checkHeld(attempt: attempt)
        self.state = outcome.state
        self.hold = nil
    }

    /// Decides that the run ends `cancelled`.
    ///
    /// A worker that holds the run keeps its lease: it must stop the engine and then end the run. A run that nobody holds becomes ready,
    /// so that whoever leases it next ends it.
    ///
    /// - Throws: ``Failure`` with `conflict` and the outcome when another one was decided first.
    package mutating func cancel() throws {
        switch self.state {
        case .cancelled: return
        case .finishing where self.outcome == .cancelled: return
        case .queued, .running, .waiting:
            self.state = .finishing
            self.outcome = .cancelled
        case .finishing, .succeeded, .partial, .failed, .blocked:
            throw Failure(.conflict, "The run has already ended: \((self.outcome?.state ?? self.state).rawValue).")
        }
    }

    /// Takes the lease away from whoever holds it.
    package mutating func voidLease() { self.hold = nil }

    private func checkHeld(attempt: Int) throws(LeaseLost) {
        guard self.hold != nil, self.attempt == attempt else { throw LeaseLost() }
    }
}
