import AtelierCore

/// The work on one leased run: stages, heartbeat, ending.
struct RunWork: Sendable {
    let parts: EngineParts
    let record: RunRecord
    let recorder: Recorder

    var run: RunID { self.record.id }
    var lease: Lease { self.recorder.lease }
    private var expires: Int64 { self.record.machine.hold?.expires ?? 0 }

    init(_ leased: LeasedRun, _ parts: EngineParts, worker: String) {
        self.parts = parts
        self.record = leased.record
        self.recorder = Recorder(leased, parts.recorderParts)
    }

    /// How the work stopped.
    enum Stop: Sendable {
        /// The stages are through, or one of them ended the run.
        case ended(Outcome, Problem?)
        /// The person has the run.
        case paused
        /// Somebody else decided the outcome: a cancel.
        case decided
        /// The lease is void, or the process shuts down: whoever leases the run next goes on.
        case abandoned
    }

    /// Works until the run has ended, waits, or is somebody else's.
    ///
    /// Never throws: what goes wrong is the run's outcome, or is logged and left for the next lease.
    func perform() async {
        do {
            switch self.record.machine.state {
            case .finishing: try await self.end()
            default: try await self.conclude(await self.untilStopped())
            }
        } catch is LeaseLost {
            self.parts.log.info("A lease was lost; the run is somebody else's.", self.logFields)
        } catch is CancellationError {
            self.parts.log.info("The run is left for the next start.", self.logFields)
        } catch {
            self.parts.log.failure(error, "The run could not be ended; it will be tried again.", self.logFields)
        }
    }

    /// Runs the stages beside the heartbeat; whichever stops first stops the other.
    ///
    /// Cancelling the stages reaches the engine.
    private func untilStopped() async -> Stop {
        let heartbeat = Heartbeat(self.lease, expires: self.expires, self.parts)
        return await withTaskGroup(of: Stop.self) { group in
            group.addTask { await self.runStagesWithMetadata() }
            group.addTask { await heartbeat.untilStopped() }
            let first = await group.next() ?? .abandoned
            group.cancelAll()
            await group.waitForAll()
            return first
        }
    }

    /// Runs the stages while `metadata.json` follows them.
    private func runStagesWithMetadata() async -> Stop {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.recorder.keepMetadata() }
            let stop = await self.runStages()
            group.cancelAll()
            return stop
        }
    }

    private func runStages() async -> Stop {
        do {
            try await self.recorder.adopt()
            guard self.lease.attempt <= self.parts.limits.attempts else {
                throw Failure(
                    .internalError,
                    "The run was begun \(self.parts.limits.attempts) times and never came to its end.",
                    hint: "Try it again with another rule or engine."
                )
            }
            // Read again: a cancel may have come before the heartbeat listened, and adopted files have rows by now.
            let record = try await self.current()
            guard record.machine.state != .finishing else { return .decided }
            return try await StageRunner(self, record).run()
        } catch is LeaseLost {
            return .abandoned
        } catch is CancellationError {
            return .abandoned
        } catch {
            self.parts.log.failure(error, "The run failed.", self.logFields)
            return await self.saveFailure(Failure(wrapping: error))
        }
    }

    /// The rows as they are now.
    func current() async throws -> RunRecord {
        guard let record = try await self.parts.store.run(self.run) else { throw LeaseLost() }
        return record
    }

    /// An error is an entity, too; when even that cannot be saved, the run still ends with the first cause.
    private func saveFailure(_ failure: Failure) async -> Stop {
        let problem = Problem(failure)
        do {
            let running = try await self.current().stages.first { $0.machine.state == .running }?.key
            var change = RunChange()
            change.problem = problem
            if let running { change.stages = [(running, .fail)] }
            let key = EntityKey(.error, stage: running ?? StageKey(1))
            try await self.recorder.save([Recorder.Item(key, try .json(problem), as: .json)], with: change)
        } catch is LeaseLost {
            return .abandoned
        } catch {
            self.parts.log.failure(error, "The error of a run could not be saved as an entity.", self.logFields)
        }
        return .ended(.failed, problem)
    }

    private func conclude(_ stop: Stop) async throws {
        switch stop {
        case .paused: return
        case .abandoned:
            // A write can meet a cancel before the heartbeat hears of it; the lease is then still good, and the ending this worker's.
            guard !Task.isCancelled, try await self.isHeldForEnding() else { throw LeaseLost() }
            try await self.end()
        case .decided: try await self.end()
        case .ended(let outcome, let problem):
            do {
                try await self.write(RunChange(.finish(outcome, problem)))
            } catch is LeaseLost {
                // Either the lease is void, or a cancel came first and this worker ends the cancelled run.
                guard try await self.current().machine.state == .finishing else { throw LeaseLost() }
            }
            try await self.end()
        }
    }

    private func isHeldForEnding() async throws -> Bool {
        let machine = try await self.current().machine
        return machine.state == .finishing && machine.attempt == self.lease.attempt && machine.hold != nil
    }

    /// The outcome is decided: the last `metadata.json`, then the final state with its event.
    ///
    /// Whoever leases the run next redoes both.
    private func end() async throws {
        try await self.recorder.close()
        try await self.recorder.writeMetadata(isFinal: true)
        try await self.write(RunChange(.settle))
        self.parts.hub.ended(self.run)
        self.parts.log.info("A run has ended.", self.logFields)
    }

    func write(_ change: RunChange) async throws { try await self.recorder.save([], with: change) }

    var logFields: [String: JSON] { ["run_id": .string(self.run.text), "attempt": .integer(Int64(self.lease.attempt))] }
}
