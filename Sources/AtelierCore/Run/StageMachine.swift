/// One stage of one run: 1 and 2 once, 3 and 4 once an output.
package struct StageKey: Sendable, Hashable, Comparable, Codable {
    /// 1 translation and input check, 2 interception, 3 output check, 4 generation.
    package var stage: Int
    /// The place of the output in the plan; -1 for stages 1 and 2.
    package var output: Int

    /// Names a stage; leave out the output for stages 1 and 2.
    package init(_ stage: Int, output: Int = -1) {
        self.stage = stage
        self.output = output
    }

    package static func < (left: StageKey, right: StageKey) -> Bool { (left.stage, left.output) < (right.stage, right.output) }
}

/// Where a stage stands.
package enum StageState: String, Sendable, Hashable, Codable, CaseIterable {
    case pending
    case running
    case finished
    case blocked
    case failed

    /// Whether the stage is over.
    package var isOver: Bool { self != .pending && self != .running }
}

/// What happens to a stage.
package enum StageEvent: String, Sendable, Hashable, CaseIterable {
    case start
    case finish
    case block
    case fail
}

/// The rules of a stage's life, as a value.
///
/// `pending → running → finished | blocked | failed`. A newer attempt may start a stage again that an older one left `running`; what is
/// over stays over.
package struct StageMachine: Sendable, Hashable {
    /// Where the stage stands.
    package private(set) var state: StageState
    /// The attempt that wrote the state.
    package private(set) var attempt: Int

    /// A stage as a store kept it; without arguments one that nobody touched.
    package init(state: StageState = .pending, attempt: Int = 0) {
        self.state = state
        self.attempt = attempt
    }

    /// Applies an event; false when the rules forbid it.
    package mutating func apply(_ event: StageEvent, attempt: Int) -> Bool {
        let next: StageState
        switch (self.state, event) {
        case (.pending, .start): next = .running
        case (.running, .start) where attempt > self.attempt: next = .running
        case (.running, .finish): next = .finished
        case (.running, .block): next = .blocked
        case (.running, .fail): next = .failed
        default: return false
        }
        self.state = next
        self.attempt = attempt
        return true
    }
}
