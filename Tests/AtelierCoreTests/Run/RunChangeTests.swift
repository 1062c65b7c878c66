import AtelierCore
import AtelierTesting
import Testing

@Suite struct RunChangeTests {
    private static func running() -> RunRecord {
        var record = RunRecord(id: Sample.id(1), labels: RunLabels(owner: "anna"), plan: Sample.plan(), timestamp: Sample.start)
        let events = record.lease(LeaseRequest(worker: "one", now: 0, duration: 1000, timestamp: Sample.start))
        #expect(events?.map(\.kind) == [.started])
        return record
    }

    private static func change(_ fill: (inout RunChange) -> Void) -> RunChange {
        var change = RunChange()
        fill(&change)
        return change
    }

    private static let later = Sample.start + .seconds(5)

    @Test func `events are derived: starts, then entities, then ends, then the transition`() throws {
        var record = Self.running()
        let change = Self.change {
            $0.stages = [(StageKey(1), .start), (StageKey(1), .finish)]
            $0.entities = [(1, Sample.draft()), (2, Sample.draft(.translation))]
            $0.transition = .finish(.succeeded, nil)
        }
        let events = try record.apply(change, attempt: 1, at: Self.later)
        #expect(events.map(\.kind) == [.stageStarted, .entitySaved, .entitySaved, .stageFinished])
        #expect(events[0].data == ["stage": 1, "state": "running"])
        #expect(
            events[1].data == [
                "sequence": 1, "type": "input", "filename": "01_input.txt", "mime_type": "text/plain; charset=utf-8", "bytes": 17,
                "stage": 1,
            ]
        )
        #expect(events[3].data == ["stage": 1, "state": "finished"])
        #expect(record.machine.state == .finishing)
        #expect(record.updated == Self.later)
        #expect(record.head == record.entities.last?.link)
        #expect(record.entities[1].link == Entity(Sample.draft(.translation), sequence: 2, after: record.entities[0].link).link)
        let last = try record.apply(RunChange(.settle), attempt: 1, at: Self.later)
        #expect(last.map(\.kind) == [.succeeded])
        #expect(last[0].data == ["status": "succeeded"])
    }

    @Test func `a failed stage's event carries the problem, the output its place`() throws {
        var record = Self.running()
        let problem = Problem(Failure(.outputInvalid, "Empty."))
        let key = StageKey(4, output: 2)
        let change = Self.change {
            $0.stages = [(key, .start), (key, .fail)]
            $0.problem = problem
        }
        let events = try record.apply(change, attempt: 1, at: Self.later)
        #expect(events[0].data == ["stage": 4, "state": "running", "output": 2])
        #expect(events[1].data == ["stage": 4, "state": "failed", "output": 2, "error": try JSON(problem)])
        #expect(record.state(of: key) == .failed)
    }

    @Test(arguments: Outcome.allCases) func `every outcome has its last event`(_ outcome: Outcome) throws {
        var record = Self.running()
        let problem = outcome == .succeeded ? nil : Problem(Failure(.blocked, "No."))
        #expect(try record.apply(RunChange(.finish(outcome, problem)), attempt: 1, at: Self.later).isEmpty)
        let event = try #require(try record.apply(RunChange(.settle), attempt: 1, at: Self.later).first)
        #expect(event.kind == RunEvent.Kind(outcome))
        #expect(event.kind.isLast)
        #expect(event.data["status"] == .string(outcome.rawValue))
        #expect((event.data["error"] == nil) == (problem == nil))
        #expect(record.problem == problem)
    }

    static let refused: [(String, RunChange, Int)] = [
        ("late", Self.change { $0.entities = [(1, Sample.draft())] }, 0),
        ("late transition", RunChange(.finish(.succeeded, nil)), 0),
        ("stage that is over", Self.change { $0.stages = [(StageKey(1), .start), (StageKey(2), .finish)] }, 1),
        (
            "entities before a stage that cannot",
            Self.change {
                $0.entities = [(1, Sample.draft())]
                $0.stages = [(StageKey(3, output: 0), .block)]
            }, 1
        ),
        (
            "settle before finish",
            Self.change {
                $0.entities = [(1, Sample.draft())]
                $0.transition = .settle
            }, 1
        ),
    ]

    @Test(arguments: refused)
    func `what is refused leaves nothing behind`(_ name: String, _ change: RunChange, _ attempt: Int) throws {
        var record = Self.running()
        let before = record
        #expect(throws: (any Error).self) { try record.apply(change, attempt: attempt, at: Self.later) }
        #expect(record == before)
    }

    @Test func `numbers are used once, open, and in order`() throws {
        var record = Self.running()
        _ = try record.apply(Self.change { $0.entities = [(2, Sample.draft())] }, attempt: 1, at: Self.later)
        func check(_ entities: [Int], _ voided: [Int] = []) throws {
            let change = Self.change {
                $0.entities = entities.map { ($0, Sample.draft(.translation)) }
                $0.voided = voided
            }
            try record.checkNumbers(of: change) { (3...6).contains($0) }
        }
        try check([3, 5], [4])
        for (entities, voided) in [([7], []), ([2], []), ([1], []), ([4, 3], []), ([3, 3], []), ([3], [3]), ([], [9])] as [([Int], [Int])] {
            #expect(throws: Failure.self) { try check(entities, voided) }
        }
    }
}
