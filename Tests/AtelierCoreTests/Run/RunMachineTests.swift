import AtelierCore
import Testing

/// Every state of a run, held or not, against everything that can happen to it, compared with one table.
@Suite struct RunMachineTests {
    /// What can happen; the attempt is the right one unless the name says `late`.
    enum Event: String, CaseIterable {
        case lease, extend, lateExtend, pause, latePause, carryOn, finish, lateFinish, settle, lateSettle, cancel, write, lateWrite, void
    }

    /// What comes of it.
    enum Result: Hashable {
        /// The new state, with its outcome, attempt and holder.
        case moved(RunMachine)
        /// Nothing has changed, and nobody is told off.
        case same
        case lost
        case conflict
        case notReady
    }

    struct Case: CustomTestStringConvertible {
        var machine: RunMachine
        var isHeld: Bool
        var testDescription: String { "\(self.machine.state) \(self.machine.outcome?.rawValue ?? "") \(self.isHeld ? "held" : "free")" }
    }

    private static let attempt = 3
    private static let hold = LeaseHold(worker: "one", expires: 1000)
    private static let newHold = LeaseHold(worker: "two", expires: 2000)

    private static func machine(
        _ state: RunState,
        _ outcome: Outcome? = nil,
        attempt: Int = Self.attempt,
        hold: LeaseHold? = nil
    ) -> RunMachine {
        RunMachine(state: state, outcome: outcome, attempt: attempt, hold: hold)
    }

    static let cases: [Case] =
        [
            Case(machine: Self.machine(.queued), isHeld: false), Case(machine: Self.machine(.waiting), isHeld: false),
            Case(machine: Self.machine(.running), isHeld: false), Case(machine: Self.machine(.running, hold: Self.hold), isHeld: true),
        ]
        + Outcome.allCases.flatMap { outcome in
            [
                Case(machine: Self.machine(.finishing, outcome), isHeld: false),
                Case(machine: Self.machine(.finishing, outcome, hold: Self.hold), isHeld: true),
                Case(machine: Self.machine(outcome.state, outcome), isHeld: false),
            ]
        }

    /// The table.
    private static func expected(_ given: Case, _ event: Event, now: Int64) -> Result {
        let (state, outcome) = (given.machine.state, given.machine.outcome)
        let isUnderWay = state == .running || state == .finishing
        switch event {
        case .lease:
            guard state == .queued || (isUnderWay && (!given.isHeld || now >= 1000)) else { return .notReady }
            return .moved(
                Self.machine(state == .queued ? .running : state, outcome, attempt: Self.attempt + 1, hold: Self.newHold)
            )
        case .extend:
            return given.isHeld ? .moved(Self.machine(state, outcome, hold: LeaseHold(worker: "one", expires: 7000))) : .lost
        case .pause: return given.isHeld && state == .running ? .moved(Self.machine(.waiting)) : .lost
        case .carryOn: return state == .waiting ? .moved(Self.machine(.running)) : .conflict
        case .finish:
            return given.isHeld && state == .running ? .moved(Self.machine(.finishing, .partial, hold: Self.hold)) : .lost
        case .settle:
            guard given.isHeld, state == .finishing, let outcome else { return .lost }
            return .moved(Self.machine(outcome.state, outcome))
        case .cancel:
            if outcome == .cancelled { return .same }
            guard outcome == nil else { return .conflict }
            return .moved(Self.machine(.finishing, .cancelled, hold: given.isHeld ? Self.hold : nil))
        case .write: return given.isHeld && state == .running ? .same : .lost
        case .void: return given.isHeld ? .moved(Self.machine(state, outcome)) : .same
        case .lateExtend, .latePause, .lateFinish, .lateSettle, .lateWrite: return .lost
        }
    }

    private static func apply(_ event: Event, to machine: inout RunMachine, now: Int64) throws -> Bool {
        switch event {
        case .lease: return machine.lease(to: Self.newHold, at: now)
        case .extend: #expect(try machine.extend(attempt: Self.attempt, until: 7000) == machine.outcome)
        case .lateExtend: _ = try machine.extend(attempt: Self.attempt - 1, until: 7000)
        case .pause: try machine.pause(attempt: Self.attempt)
        case .latePause: try machine.pause(attempt: Self.attempt - 1)
        case .carryOn: try machine.continue()
        case .finish: try machine.finish(.partial, attempt: Self.attempt)
        case .lateFinish: try machine.finish(.partial, attempt: Self.attempt - 1)
        case .settle: try machine.settle(attempt: Self.attempt)
        case .lateSettle: try machine.settle(attempt: Self.attempt - 1)
        case .cancel: try machine.cancel()
        case .write: try machine.checkWritable(attempt: Self.attempt)
        case .lateWrite: try machine.checkWritable(attempt: Self.attempt - 1)
        case .void: machine.voidLease()
        }
        return true
    }

    private static func result(_ event: Event, of given: Case, now: Int64) throws -> Result {
        var machine = given.machine
        do {
            guard try Self.apply(event, to: &machine, now: now) else {
                #expect(machine == given.machine)
                return .notReady
            }
        } catch is LeaseLost {
            #expect(machine == given.machine)
            return .lost
        } catch let failure as Failure where failure.code == .conflict {
            #expect(machine == given.machine)
            return .conflict
        }
        return machine == given.machine ? .same : .moved(machine)
    }

    @Test(arguments: Self.cases, Event.allCases)
    func `every state answers every event as the table says`(_ given: Case, _ event: Event) throws {
        for now in [Int64(999), 1000] {
            #expect(try Self.result(event, of: given, now: now) == Self.expected(given, event, now: now))
        }
    }

    @Test func `the cases cover every state`() {
        #expect(Set(Self.cases.map(\.machine.state)) == Set(RunState.allCases))
    }

    @Test func `a new run is queued and nobody's`() {
        #expect(RunMachine() == Self.machine(.queued, attempt: 0))
    }

    /// Goal: whatever happens, in any order, an ended run never changes, and a decided outcome never becomes another.
    @Test func `no walk of five events undoes a decision`() throws {
        let events: [Event] = [.lease, .pause, .carryOn, .finish, .settle, .cancel, .void]
        func walk(_ machine: RunMachine, _ depth: Int) throws {
            guard depth > 0 else { return }
            for event in events {
                var next = machine
                do {
                    switch event {
                    case .pause: try next.pause(attempt: machine.attempt)
                    case .finish: try next.finish(.succeeded, attempt: machine.attempt)
                    case .settle: try next.settle(attempt: machine.attempt)
                    default: _ = try Self.apply(event, to: &next, now: 5000)
                    }
                } catch is LeaseLost {
                    #expect(next == machine)
                } catch is Failure {
                    #expect(next == machine)
                }
                if machine.state.isFinal { #expect(next == machine) }
                if let outcome = machine.outcome { #expect(next.outcome == outcome) }
                #expect(next.attempt >= machine.attempt)
                #expect((next.outcome == nil) == [.queued, .running, .waiting].contains(next.state))
                #expect(next.hold == nil || next.state == .running || next.state == .finishing)
                try walk(next, depth - 1)
            }
        }
        try walk(RunMachine(), 5)
    }
}
