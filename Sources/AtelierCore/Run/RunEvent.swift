/// Something that happened to a run, written in the same transaction as the fact it reports.
package struct RunEvent: Sendable, Hashable {
    /// Counts the run's events from 1, without gaps; the `id:` of an event stream.
    package var number: Int
    /// For example `entity.saved`.
    package var kind: Kind
    /// What the kind promises; never a person's text.
    package var data: JSON
    package var timestamp: Timestamp

    /// The kinds of durable events (docs/contract.md, section 4).
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case queued = "run.queued"
        case started = "run.started"
        case waiting = "run.waiting"
        case continued = "run.continued"
        case cancelling = "run.cancelling"
        case succeeded = "run.succeeded"
        case partial = "run.partial"
        case failed = "run.failed"
        case blocked = "run.blocked"
        case cancelled = "run.cancelled"
        case stageStarted = "stage.started"
        case stageFinished = "stage.finished"
        case entitySaved = "entity.saved"

        /// The event that says how a run ended.
        package init(_ outcome: Outcome) {
            switch outcome {
            case .succeeded: self = .succeeded
            case .partial: self = .partial
            case .failed: self = .failed
            case .blocked: self = .blocked
            case .cancelled: self = .cancelled
            }
        }

        /// Whether nothing comes after it.
        package var isLast: Bool { Outcome.allCases.contains { Kind($0) == self } }
    }

    /// Numbers an event.
    package init(number: Int, kind: Kind, data: JSON, timestamp: Timestamp) {
        self.number = number
        self.kind = kind
        self.data = data
        self.timestamp = timestamp
    }
}
