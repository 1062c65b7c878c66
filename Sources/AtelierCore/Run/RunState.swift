/// Where a run stands (docs/states.md).
package enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
    case queued
    case running
    case waiting
    /// The outcome is decided and the last `metadata.json` is being written. Outside it reads as `running`.
    case finishing
    case succeeded
    case partial
    case failed
    case blocked
    case cancelled

    /// Whether the run has ended and will never change again.
    package var isFinal: Bool { Outcome(rawValue: self.rawValue) != nil }
    /// The state that the outside sees.
    package var outside: RunState { self == .finishing ? .running : self }
}

/// How a run ended.
package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    case succeeded
    case partial
    case failed
    case blocked
    case cancelled

    /// The final state of this outcome.
    package var state: RunState {
        switch self {
        case .succeeded: .succeeded
        case .partial: .partial
        case .failed: .failed
        case .blocked: .blocked
        case .cancelled: .cancelled
        }
    }
}

/// Who works on a run, and until when.
package struct LeaseHold: Sendable, Hashable, Codable {
    /// The worker's name.
    package var worker: String
    /// The end of the lease on the store's clock, in milliseconds.
    package var expires: Int64

    /// Names the holder and the end.
    package init(worker: String, expires: Int64) {
        self.worker = worker
        self.expires = expires
    }
}

/// Thrown to a worker whose lease is void: it must stop and may not write anything, anywhere.
package struct LeaseLost: Error, Sendable {
    /// Says that the lease is void.
    package init() {}
}
