import AtelierCore
import AtelierTesting
import Testing

/// What people do to runs that others work on: cancel and continue.
@Suite struct PersonTests {
    @Test(arguments: StoreKind.allCases)
    func `a cancelled queued run becomes ready to be ended`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let id = try await store.accept(Sample.newRun())
            let problem = Problem(Failure(.expired, "It waited too long."))
            try await store.cancel(id, problem: problem, at: Sample.start)
            #expect(try await store.counts() == QueueCounts(queued: 0, running: 1, waiting: 0))
            let lease = try #require(try await store.take()).lease
            try await store.write(RunChange(.settle), for: lease, at: Sample.start)
            let run = try #require(try await store.run(id))
            #expect(run.machine.state == .cancelled)
            #expect(run.problem == problem)
            #expect(try await store.kinds(of: id) == [.queued, .cancelling, .cancelled])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `cancelling twice changes nothing and says nothing twice`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.cancel(lease.run, problem: nil, at: Sample.start)
            let before = try await store.run(lease.run)
            let other = Problem(Failure(.expired, "It waited too long."))
            try await store.cancel(lease.run, problem: other, at: Sample.start + .seconds(1))
            #expect(try await store.run(lease.run) == before)
            try await store.write(RunChange(.settle), for: lease, at: Sample.start)
            try await store.cancel(lease.run, problem: other, at: Sample.start + .seconds(2))
            #expect(try await store.kinds(of: lease.run) == [.queued, .started, .cancelling, .cancelled])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a waiting run can be cancelled`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.write(RunChange(.pause), for: lease, at: Sample.start)
            try await store.cancel(lease.run, problem: nil, at: Sample.start)
            #expect(try await store.take()?.record.machine.outcome == .cancelled)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a cancel that comes first makes the worker's end void`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.cancel(lease.run, problem: nil, at: Sample.start)
            await #expect(throws: LeaseLost.self) {
                try await store.write(RunChange(.finish(.succeeded, nil)), for: lease, at: Sample.start)
            }
            #expect(try await store.run(lease.run)?.machine.outcome == .cancelled)
        }
    }

    @Test(arguments: StoreKind.allCases, Outcome.allCases.filter { $0 != .cancelled })
    func `a cancel that comes second is a conflict that names the outcome`(_ kind: StoreKind, _ outcome: Outcome) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            for step in [RunChange.Transition.finish(outcome, nil), .settle] {
                try await store.write(RunChange(step), for: lease, at: Sample.start)
                let before = try await store.run(lease.run)
                let failure = await #expect(throws: Failure.self) { try await store.cancel(lease.run, problem: nil, at: Sample.start) }
                #expect(failure?.code == .conflict)
                #expect(failure?.message.contains(outcome.rawValue) == true)
                #expect(try await store.run(lease.run) == before)
            }
            #expect(try await store.kinds(of: lease.run) == [.queued, .started, RunEvent.Kind(outcome)])
        }
    }

    /// Goal: finish and cancel at the same moment have exactly one winner.
    @Test(arguments: StoreKind.allCases)
    func `of a finish and a cancel at once, one wins`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...40 {
                let lease = try await store.begin(Sample.newRun(number))
                async let finished = code { try await Self.finish(store, lease) }
                async let cancelled = code { try await store.cancel(lease.run, problem: nil, at: Sample.start) }
                let codes = try await (finished, cancelled)
                let outcome = try await store.run(lease.run)?.machine.outcome
                #expect(outcome == (codes.0 == nil ? .succeeded : .cancelled))
                #expect(codes.1 == (codes.0 == nil ? .conflict : nil))
            }
        }
    }

    /// A lost lease as a code, to be compared with the other side's.
    private static func finish(_ store: any RunStore, _ lease: Lease) async throws {
        do {
            try await store.write(RunChange(.finish(.succeeded, nil)), for: lease, at: Sample.start)
        } catch is LeaseLost {
            throw Failure(.expired, "The lease was lost.")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a waiting run goes on once, with the edit`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.write(RunChange(.pause), for: lease, at: Sample.start)
            #expect(try await store.run(lease.run)?.machine.state == .waiting)
            #expect(try await store.take(at: 1_000_000) == nil)
            await #expect(throws: LeaseLost.self) { try await store.extend(lease, until: 10) }
            try await store.continue(lease.run, edit: "a dog", at: Sample.start)
            #expect(try await code { try await store.continue(lease.run, edit: "a cow", at: Sample.start) } == .conflict)
            let next = try #require(try await store.take())
            #expect(next.lease.attempt == 2)
            #expect(next.record.edit == "a dog")
            #expect(try await store.kinds(of: lease.run) == [.queued, .started, .waiting, .continued])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `of ten that continue at once, one wins`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            try await store.write(RunChange(.pause), for: lease, at: Sample.start)
            let codes = try await withThrowingTaskGroup(of: Failure.Code?.self) { group in
                for number in 1...10 {
                    group.addTask { try await code { try await store.continue(lease.run, edit: "\(number)", at: Sample.start) } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 1)
            #expect(codes.count { $0 == .conflict } == 9)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `only a waiting run goes on`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let id = try await store.accept(Sample.newRun())
            #expect(try await code { try await store.continue(id, edit: nil, at: Sample.start) } == .conflict)
            let lease = try #require(try await store.take()).lease
            #expect(try await code { try await store.continue(id, edit: nil, at: Sample.start) } == .conflict)
            try await store.end(lease)
            #expect(try await code { try await store.continue(id, edit: nil, at: Sample.start) } == .conflict)
            #expect(try await store.kinds(of: id) == [.queued, .started, .succeeded])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a run that is not there cannot be cancelled or continued`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            #expect(try await code { try await store.cancel(Sample.id(1), problem: nil, at: Sample.start) } == .notFound)
            #expect(try await code { try await store.continue(Sample.id(1), edit: nil, at: Sample.start) } == .notFound)
            let events = try await store.events(of: Sample.id(1), after: 0, limit: 10)
            #expect(events.isEmpty)
        }
    }
}
