package import AtelierCore

/// What can be asked of runs from outside: the one way in for HTTP and command line.
package struct Runs: Sendable {
    package let parts: EngineParts
    private let planner: any Planner
    private let identifiers: IdentifierSource

    /// The way in to an engine.
    package init(_ parts: EngineParts, planner: any Planner, identifiers: IdentifierSource) {
        self.parts = parts
        self.planner = planner
        self.identifiers = identifiers
    }

    /// Plans and accepts a run; returning means durable.
    ///
    /// - Parameters:
    ///   - request: What the person asks for.
    ///   - idempotency: The client's key with the hash of its request.
    /// - Returns: The run's id, minted here and nowhere else.
    /// - Throws: ``Failure`` of the planner or the store; `no_space` when the archive's disk is down to its reserve. Nothing is then queued.
    package func submit(_ request: RunRequest, idempotency: (key: String, body: Digest)? = nil) async throws -> RunID {
        var request = request
        request.seed = request.seed ?? self.parts.chance.seed()
        let plan = try self.planner.plan(request)
        let free = try await self.parts.archive.freeBytes()
        guard free >= self.parts.limits.diskReserveBytes else {
            throw Failure(
                .noSpace,
                "The disk of the archive is full: \(free) bytes are free, \(self.parts.limits.diskReserveBytes) are kept in reserve.",
                hint: "Free some space; nothing was queued."
            )
        }
        let id = self.identifiers.makeRunID()
        var run = NewRun(id: id, labels: request.labels, plan: plan, timestamp: id.time, limits: self.parts.limits)
        run.idempotency = idempotency
        return try await self.parts.store.accept(run)
    }

    /// One run that the caller may see; see ``RunReader/run(_:for:)``.
    package func run(_ id: RunID, for owner: String?) async throws -> RunRecord {
        try await RunReader(store: self.parts.store, archive: self.parts.archive).run(id, for: owner)
    }

    /// Cancels a run.
    ///
    /// - Throws: ``Failure`` with `not_found`, or `conflict` with the outcome that came first.
    package func cancel(_ id: RunID, for owner: String?) async throws {
        _ = try await self.run(id, for: owner)
        try await self.parts.store.cancel(id, problem: nil, at: self.parts.time.now)
    }

    /// Waits until a run has ended or waits for a person, or the time is up.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - limit: The longest wait.
    ///   - onEvent: Told of every durable event, in order.
    /// - Returns: The run as it is then.
    /// - Throws: ``Failure`` with `not_found`, or of the store.
    package func follow(
        _ id: RunID,
        atMost limit: Duration,
        onEvent: (RunEvent) -> Void = { _ in }
    ) async throws -> RunRecord {
        let watch = self.parts.hub.watch(id)
        let deadline = self.parts.time.uptime + limit
        var last = 0
        while true {
            for event in try await self.parts.store.events(of: id, after: last, limit: .max) {
                last = event.number
                onEvent(event)
            }
            guard let record = try await self.parts.store.run(id) else { throw Failure(.notFound, "There is no run \(id).") }
            let left = deadline - self.parts.time.uptime
            if record.machine.state.isFinal || record.machine.state == .waiting || left <= .zero { return record }
            try Task.checkCancellation()
            _ = await watch.next(atMost: min(left, .seconds(2)), by: self.parts.time)
        }
    }
}
