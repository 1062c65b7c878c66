/// What a worker writes about its run in one transaction.
///
/// Its events are derived here, so that no store can forget one.
package struct RunChange: Sendable {
    /// Stages that start or end, in order; entities belong between the starts at the beginning and what follows.
    package var stages: [(key: StageKey, event: StageEvent)]
    /// Entities whose files are in the archive, by their reserved numbers, in order.
    package var entities: [(sequence: Int, draft: EntityDraft)]
    /// Reserved numbers under which no whole file was found: they are never used.
    package var voided: [Int]
    /// Why a stage of this change fails; its event carries it.
    package var problem: Problem?
    /// Where the run goes.
    package var transition: Transition?
    /// Text that the run is to be found by, added to what it has.
    package var searchText: String?

    /// Where a run goes.
    package enum Transition: Sendable {
        case pause
        case finish(Outcome, Problem?)
        case settle
    }

    /// A change of nothing, to be filled.
    package init() {
        self.stages = []
        self.entities = []
        self.voided = []
    }

    /// Only a transition.
    package init(_ transition: Transition) {
        self.init()
        self.transition = transition
    }

    /// Whether the transition is all there is, so that its own check of the lease is enough.
    var isOnlyTransition: Bool {
        self.transition != nil && self.stages.isEmpty && self.entities.isEmpty && self.voided.isEmpty && self.searchText == nil
    }
}

extension RunRecord {
    /// Applies a change by the rules, as every store must inside its transaction.
    ///
    /// - Parameters:
    ///   - change: What the worker writes.
    ///   - attempt: The worker's attempt.
    ///   - now: The moment that the events carry.
    /// - Returns: The events, in order, not yet numbered.
    /// - Throws: ``LeaseLost``; the record is then unchanged. ``Failure`` with `internal` when a stage breaks its rules.
    package mutating func apply(_ change: RunChange, attempt: Int, at now: Timestamp) throws -> [(kind: RunEvent.Kind, data: JSON)] {
        var next = self
        var events: [(kind: RunEvent.Kind, data: JSON)] = []
        if !change.isOnlyTransition { try next.machine.checkWritable(attempt: attempt) }
        let starts = change.stages.prefix { $0.event == .start }
        for (key, event) in starts { events.append(try next.apply(event, to: key, attempt: attempt, problem: nil)) }
        for (sequence, draft) in change.entities {
            let entity = Entity(draft, sequence: sequence, after: next.head)
            next.entities.append(entity)
            events.append((.entitySaved, entity.eventData))
        }
        for (key, event) in change.stages.dropFirst(starts.count) {
            events.append(try next.apply(event, to: key, attempt: attempt, problem: event == .fail ? change.problem : nil))
        }
        if let transition = change.transition { events += try next.apply(transition, attempt: attempt) }
        next.updated = now
        self = next
        return events
    }

    private mutating func apply(
        _ event: StageEvent,
        to key: StageKey,
        attempt: Int,
        problem: Problem?
    ) throws -> (kind: RunEvent.Kind, data: JSON) {
        var machine = self.stages.first { $0.key == key }?.machine ?? StageMachine()
        guard machine.apply(event, attempt: attempt) else {
            throw Failure(.internalError, "Stage \(key.stage) cannot \(event.rawValue) while it is \(machine.state.rawValue).")
        }
        self.stages.removeAll { $0.key == key }
        self.stages.append(StageRecord(key: key, machine: machine))
        self.stages.sort { $0.key < $1.key }
        var data: JSON = ["stage": .integer(Int64(key.stage)), "state": .string(machine.state.rawValue)]
        if key.output >= 0 { data["output"] = .integer(Int64(key.output)) }
        if let problem { data["error"] = try JSON(problem) }
        return (event == .start ? .stageStarted : .stageFinished, data)
    }

    private mutating func apply(_ transition: RunChange.Transition, attempt: Int) throws -> [(kind: RunEvent.Kind, data: JSON)] {
        switch transition {
        case .pause:
            try self.machine.pause(attempt: attempt)
            return [(.waiting, ["after_stage": 2])]
        case .finish(let outcome, let problem):
            try self.machine.finish(outcome, attempt: attempt)
            self.problem = problem
            return []
        case .settle:
            try self.machine.settle(attempt: attempt)
            guard let outcome = self.machine.outcome else { return [] }
            let error = try self.problem.map { try JSON($0) }
            return [(RunEvent.Kind(outcome), .compact(["status": .string(outcome.rawValue), "error": error]))]
        }
    }
}

extension Entity {
    /// What the event `entity.saved` says of it.
    package var eventData: JSON {
        .compact([
            "sequence": .integer(Int64(self.sequence)),
            "type": .string(self.draft.key.type.rawValue),
            "filename": .string(self.filename),
            "mime_type": .string(self.draft.media.mimeType),
            "bytes": .integer(Int64(self.draft.bytes)),
            "stage": .integer(Int64(self.draft.key.stage.stage)),
            "output": self.draft.key.stage.output < 0 ? nil : .integer(Int64(self.draft.key.stage.output)),
        ])
    }
}
