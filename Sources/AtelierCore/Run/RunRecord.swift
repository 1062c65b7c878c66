/// A run as the store holds it: everything that `metadata.json` and every answer about a run is derived from.
package struct RunRecord: Sendable, Hashable {
    package var id: RunID
    package var labels: RunLabels
    package var plan: Plan
    package var machine: RunMachine
    package var stages: [StageRecord]
    /// In the order of the chain, which is the order of their numbers.
    package var entities: [Entity]
    /// Why it did not succeed.
    package var problem: Problem?
    /// The text that a person put in place of the interception when they let the run go on.
    package var edit: String?
    package var timestamp: Timestamp
    /// The last change.
    package var updated: Timestamp

    /// A run that was just accepted.
    package init(id: RunID, labels: RunLabels, plan: Plan, timestamp: Timestamp) {
        self.id = id
        self.labels = labels
        self.plan = plan
        self.machine = RunMachine()
        self.stages = []
        self.entities = []
        self.timestamp = timestamp
        self.updated = timestamp
    }

    /// The last link of the chain.
    package var head: Digest? { self.entities.last?.link }

    /// Where a stage stands.
    package func state(of key: StageKey) -> StageState { self.stages.first { $0.key == key }?.machine.state ?? .pending }

    /// The entity for a key, if it is recorded.
    package func entity(_ key: EntityKey) -> Entity? { self.entities.first { $0.draft.key == key } }
}

/// A stage as the store holds it.
package struct StageRecord: Sendable, Hashable {
    package var key: StageKey
    package var machine: StageMachine

    /// Pairs a stage with where it stands.
    package init(key: StageKey, machine: StageMachine) {
        self.key = key
        self.machine = machine
    }
}

/// The part of a failure that is kept: code, sentence, hint.
package struct Problem: Sendable, Hashable, Codable {
    package var code: Failure.Code
    package var message: String
    package var hint: String?
    package var retryable: Bool

    /// Keeps what a person may see of a failure.
    package init(_ failure: Failure) {
        self.code = failure.code
        self.message = failure.message
        self.hint = failure.hint
        self.retryable = failure.policy.retry
    }
}
