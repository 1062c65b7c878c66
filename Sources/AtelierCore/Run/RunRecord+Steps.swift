/// What happens to a run besides a worker's writes, with the events that every store must keep in the same transaction.
extension RunRecord {
    /// The event of a run that was just accepted.
    package static let queuedEvents: [(kind: RunEvent.Kind, data: JSON)] = [(.queued, ["status": "queued"])]

    /// Hands the run to whoever asks.
    ///
    /// - Parameter request: Who asks, and when.
    /// - Returns: The events, not yet numbered; nil when the run is not ready, and then nothing has changed.
    package mutating func lease(_ request: LeaseRequest) -> [(kind: RunEvent.Kind, data: JSON)]? {
        let wasQueued = self.machine.state == .queued
        let hold = LeaseHold(worker: request.worker, expires: request.now + request.duration)
        guard self.machine.lease(to: hold, at: request.now) else { return nil }
        self.updated = request.timestamp ?? Timestamp(milliseconds: request.now)
        return wasQueued ? [(.started, ["status": "running"])] : []
    }

    /// Decides that the run ends `cancelled`.
    ///
    /// - Parameters:
    ///   - problem: Why, if there is more to say than that a person wanted it.
    ///   - now: The moment that the event carries.
    /// - Returns: The events, not yet numbered; none when it was decided before.
    /// - Throws: ``Failure`` with `conflict` and the outcome that came first.
    package mutating func cancel(problem: Problem?, at now: Timestamp) throws -> [(kind: RunEvent.Kind, data: JSON)] {
        let before = self.machine
        try self.machine.cancel()
        guard self.machine != before else { return [] }
        self.problem = problem
        self.updated = now
        let error = try problem.map { try JSON($0) }
        return [(.cancelling, .compact(["status": "running", "error": error]))]
    }

    /// Lets a waiting run go on.
    ///
    /// - Parameters:
    ///   - edit: The text that takes the place of the interception.
    ///   - now: The moment that the event carries.
    /// - Returns: The events, not yet numbered.
    /// - Throws: ``Failure`` with `conflict` when it does not wait.
    package mutating func `continue`(edit: String?, at now: Timestamp) throws -> [(kind: RunEvent.Kind, data: JSON)] {
        try self.machine.continue()
        self.edit = edit
        self.updated = now
        return [(.continued, ["status": "running", "edited": .bool(edit != nil)])]
    }

    /// Checks that a change uses numbers as they were reserved: each is open, and entities come in the order of their numbers, which is the
    /// order of the chain.
    ///
    /// Called with the record as it was before the change.
    ///
    /// - Parameters:
    ///   - change: What the worker writes.
    ///   - isOpen: Whether a number is reserved and neither recorded nor void.
    /// - Throws: ``Failure`` with `internal`: a worker that does otherwise has a bug.
    package func checkNumbers(of change: RunChange, isOpen: (Int) throws -> Bool) throws {
        for number in change.entities.map(\.sequence) + change.voided where try !isOpen(number) {
            throw Failure(.internalError, "Entity number \(number) is not reserved, or it is used already.")
        }
        var last = self.entities.last?.sequence ?? 0
        for number in change.entities.map(\.sequence) {
            guard number > last else { throw Failure(.internalError, "Entity \(number) cannot be chained after entity \(last).") }
            last = number
        }
        guard Set(change.entities.map(\.sequence)).isDisjoint(with: change.voided) else {
            throw Failure(.internalError, "An entity number cannot be recorded and voided at once.")
        }
    }
}

extension Failure {
    /// The run that somebody asks for is not there.
    package static func noRun(_ id: RunID, fileID: String = #fileID, line: Int = #line) -> Failure {
        Failure(.notFound, "There is no run \(id).", fileID: fileID, line: line)
    }

    /// A worker records what its run holds already.
    package static func entityTwice(_ key: EntityKey, fileID: String = #fileID, line: Int = #line) -> Failure {
        Failure(.internalError, "The run already holds this \(key.type.rawValue).", fileID: fileID, line: line)
    }

    /// The client's key belongs to another request.
    package static func keyReused(fileID: String = #fileID, line: Int = #line) -> Failure {
        Failure(
            .conflict,
            "This Idempotency-Key was used for another request.",
            hint: "Send a new key with a new request.",
            fileID: fileID,
            line: line
        )
    }

    /// The queue is full.
    package static func queueFull(_ limit: Int, fileID: String = #fileID, line: Int = #line) -> Failure {
        Failure(
            .rateLimited,
            "\(limit) runs are waiting already; the queue is full.",
            hint: "Try again when some of them are done.",
            fileID: fileID,
            line: line
        )
    }
}
