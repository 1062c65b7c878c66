import AtelierCore
import Testing

/// Every state of a stage against every event, compared with one table.
@Suite struct StageMachineTests {
    private static let attempt = 2

    /// The table: what the state becomes; what is not in it is refused.
    private static func expected(_ state: StageState, _ event: StageEvent, attempt: Int) -> StageState? {
        switch (state, event) {
        case (.pending, .start): .running
        case (.running, .start): attempt > Self.attempt ? .running : nil
        case (.running, .finish): .finished
        case (.running, .block): .blocked
        case (.running, .fail): .failed
        default: nil
        }
    }

    @Test(arguments: StageState.allCases, StageEvent.allCases)
    func `every state answers every event as the table says`(_ state: StageState, _ event: StageEvent) {
        for attempt in 1...3 {
            let before = StageMachine(state: state, attempt: Self.attempt)
            var machine = before
            let next = Self.expected(state, event, attempt: attempt)
            #expect(machine.apply(event, attempt: attempt) == (next != nil))
            #expect(machine == (next.map { StageMachine(state: $0, attempt: attempt) } ?? before))
        }
    }

    @Test func `a stage that nobody touched is pending`() {
        #expect(StageMachine() == StageMachine(state: .pending, attempt: 0))
        #expect(StageState.allCases.filter(\.isOver) == [.finished, .blocked, .failed])
    }
}
