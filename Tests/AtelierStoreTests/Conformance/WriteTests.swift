import AtelierCore
import AtelierTesting
import Testing

@Suite struct WriteTests {
    @Test(arguments: StoreKind.allCases)
    func `numbers begin at one and are never handed out twice`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            #expect(try await store.reserve([Sample.draft(.configUsed), Sample.draft(.input)], for: lease) == [1, 2])
            var change = RunChange()
            change.voided = [1, 2]
            try await store.write(change, for: lease, at: Sample.start)
            #expect(try await store.reserve([Sample.draft(.input)], for: lease) == [3])
            try await store.voidLeases()
            let next = try #require(try await store.take())
            #expect(next.reserved.map(\.sequence) == [3])
            #expect(try await store.reserve([Sample.draft(.input)], for: next.lease) == [4])
            #expect(try await store.reserve([], for: next.lease) == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `the next attempt learns what was reserved and neither recorded nor voided`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let drafts = [EntityType.configUsed, .input, .translation, .safety].map { Sample.draft($0, text: $0.rawValue) }
            let numbers = try await store.reserve(drafts, for: lease)
            var change = RunChange()
            change.entities = [(numbers[0], drafts[0])]
            change.voided = [numbers[2]]
            try await store.write(change, for: lease, at: Sample.start)
            let next = try #require(try await store.take("two", at: 5000))
            #expect(next.reserved.map(\.sequence) == [2, 4])
            #expect(next.reserved.map(\.draft) == [drafts[1], drafts[3]])
            #expect(next.record.entities.map(\.sequence) == [1])
            var adopt = RunChange()
            adopt.entities = next.reserved
            try await store.write(adopt, for: next.lease, at: Sample.start)
            #expect(try await store.run(lease.run)?.entities.map(\.sequence) == [1, 2, 4])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `facts and their events are written together, in order`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let drafts = [Sample.draft(.configUsed), Sample.draft(.input)]
            let numbers = try await store.reserve(drafts, for: lease)
            var change = RunChange(stages: [(StageKey(1), .start), (StageKey(1), .finish), (StageKey(2), .start)])
            change.entities = zip(numbers, drafts).map { (sequence: $0, draft: $1) }
            let now = Sample.start + .seconds(3)
            try await store.write(change, for: lease, at: now)
            let run = try #require(try await store.run(lease.run))
            #expect(run.state(of: StageKey(1)) == .finished)
            #expect(run.state(of: StageKey(2)) == .running)
            #expect(run.updated == now)
            #expect(
                try await store.kinds(of: lease.run)
                    == [.queued, .started, .stageStarted, .entitySaved, .entitySaved, .stageFinished, .stageStarted]
            )
            let events = try await store.events(of: lease.run, after: 3, limit: 2)
            #expect(events.map(\.number) == [4, 5])
            #expect(events[0].data == run.entities[0].eventData)
            #expect(events[0].timestamp == now)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `the chain holds over many writes`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.save([Sample.draft(.configUsed)], for: lease)
            _ = try await store.reserve([Sample.draft(.inputImage)], for: lease)
            for round in 0..<3 { try await store.save([Sample.draft(.interception, stage: StageKey(2), iteration: round)], for: lease) }
            try await store.save([Sample.draft(.outputImage, stage: StageKey(4, output: 0), text: "bytes")], for: lease)
            let run = try #require(try await store.run(lease.run))
            #expect(run.entities.map(\.sequence) == [1, 3, 4, 5, 6])
            var head: Digest?
            for entity in run.entities {
                head = Chain.link(after: head, commit: Chain.commit(entity.draft, sequence: entity.sequence))
                #expect(entity.link == head)
            }
            #expect(run.head == head)
        }
    }

    /// What a worker with a good lease must not write either.
    enum Wrong: String, CaseIterable {
        case unreserved, voidedBefore, recordedBefore, sameKey, outOfOrder, both, stage

        func change(_ numbers: [Int], _ drafts: [EntityDraft]) -> RunChange {
            var change = RunChange(stages: [(StageKey(2), .start)])
            switch self {
            case .unreserved: change.entities = [(50, drafts[3])]
            case .voidedBefore: change.entities = [(numbers[0], drafts[0])]
            case .recordedBefore: change.entities = [(numbers[1], drafts[1])]
            case .sameKey: change.entities = [(numbers[2], drafts[2])]
            case .outOfOrder: change.entities = [(numbers[4], drafts[4]), (numbers[3], drafts[3])]
            case .both:
                change.entities = [(numbers[3], drafts[3])]
                change.voided = [numbers[3]]
            case .stage: change.stages.append((StageKey(1), .finish))
            }
            return change
        }
    }

    @Test(arguments: StoreKind.allCases, Wrong.allCases)
    func `a write that breaks the rules leaves no trace`(_ kind: StoreKind, _ wrong: Wrong) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let drafts = [
                Sample.draft(.configUsed), Sample.draft(.input), Sample.draft(.input), Sample.draft(.safety), Sample.draft(.error),
            ]
            let numbers = try await store.reserve(drafts, for: lease)
            var good = RunChange()
            good.voided = [numbers[0]]
            good.entities = [(numbers[1], drafts[1])]
            try await store.write(good, for: lease, at: Sample.start)
            let before = try await store.run(lease.run)
            let kinds = try await store.kinds(of: lease.run)
            let failed = try await code { try await store.write(wrong.change(numbers, drafts), for: lease, at: Sample.start) }
            #expect(failed == .internalError)
            #expect(try await store.run(lease.run) == before)
            #expect(try await store.kinds(of: lease.run) == kinds)
            try await store.voidLeases()
            #expect(try await store.take()?.reserved.map(\.sequence) == Array(numbers[2...]))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a newer attempt starts again what an older one left running`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let start = RunChange(stages: [(StageKey(4, output: 0), .start)])
            try await store.write(start, for: lease, at: Sample.start)
            #expect(try await code { try await store.write(start, for: lease, at: Sample.start) } == .internalError)
            let next = try #require(try await store.take("two", at: 5000)).lease
            try await store.write(start, for: next, at: Sample.start)
            let stage = try await store.run(lease.run)?.stages.first
            #expect(stage?.machine == StageMachine(state: .running, attempt: 2))
        }
    }

    @Test(arguments: StoreKind.allCases, Outcome.allCases)
    func `a run ends in two steps, with one last event`(_ kind: StoreKind, _ outcome: Outcome) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let problem = outcome == .succeeded ? nil : Problem(Failure(.backendRejected, "It said no.", hint: "Ask again."))
            try await store.write(RunChange(.finish(outcome, problem)), for: lease, at: Sample.start)
            #expect(try await store.run(lease.run)?.machine.state == .finishing)
            #expect(try await store.kinds(of: lease.run) == [.queued, .started])
            await #expect(throws: LeaseLost.self) {
                try await store.write(RunChange(.finish(.failed, nil)), for: lease, at: Sample.start)
            }
            // The worker dies between the two steps; the next one only redoes the second.
            try await store.voidLeases()
            let next = try #require(try await store.take()).lease
            try await store.write(RunChange(.settle), for: next, at: Sample.start)
            let run = try #require(try await store.run(lease.run))
            #expect(run.machine.state == outcome.state)
            #expect(run.machine.outcome == outcome)
            #expect(run.machine.hold == nil)
            #expect(run.problem == problem)
            #expect(try await store.kinds(of: lease.run) == [.queued, .started, RunEvent.Kind(outcome)])
            #expect(try await store.take(at: 1_000_000) == nil)
        }
    }
}
