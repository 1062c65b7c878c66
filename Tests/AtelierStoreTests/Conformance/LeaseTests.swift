import AtelierCore
import AtelierTesting
import Testing

@Suite struct LeaseTests {
    @Test(arguments: StoreKind.allCases)
    func `the oldest queued run comes first`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in [3, 1, 2] { _ = try await store.accept(Sample.newRun(number)) }
            var order: [RunID?] = []
            for _ in 1...4 { order.append(try await store.take()?.lease.run) }
            #expect(order == [Sample.id(1), Sample.id(2), Sample.id(3), nil])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `handing out raises the attempt and says so once`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let id = try await store.accept(Sample.newRun())
            let first = try #require(try await store.take("one"))
            #expect(first.lease == Lease(run: id, attempt: 1))
            #expect(first.record.machine.state == .running)
            #expect(first.record.machine.hold == LeaseHold(worker: "one", expires: 1000))
            #expect(try await store.take("two", at: 999) == nil)
            let second = try #require(try await store.take("two", at: 1000))
            #expect(second.lease.attempt == 2)
            #expect(try await store.run(id) == second.record)
            #expect(try await store.kinds(of: id) == [.queued, .started])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what was begun comes before what is queued, the longest void first`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...4 { _ = try await store.accept(Sample.newRun(number)) }
            _ = try await store.take(at: 50)
            _ = try await store.take(at: 20)
            try await store.cancel(Sample.id(4), problem: nil, at: Sample.start)
            var order: [RunID?] = []
            for _ in 1...5 { order.append(try await store.take(at: 2000)?.lease.run) }
            #expect(order == [Sample.id(4), Sample.id(2), Sample.id(1), Sample.id(3), nil])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `only the run that is asked for is handed out`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...2 { _ = try await store.accept(Sample.newRun(number)) }
            #expect(try await store.take(only: Sample.id(2))?.lease.run == Sample.id(2))
            #expect(try await store.take(only: Sample.id(2)) == nil)
            #expect(try await store.take(only: Sample.id(9)) == nil)
            #expect(try await store.take()?.lease.run == Sample.id(1))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a lease is prolonged, and tells of a cancel`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            #expect(try await store.extend(lease, until: 5000) == nil)
            #expect(try await store.take("two", at: 4999) == nil)
            try await store.cancel(lease.run, problem: nil, at: Sample.start)
            #expect(try await store.extend(lease, until: 9000) == .cancelled)
            #expect(try await store.take("two", at: 8999) == nil)
            #expect(try await store.take("two", at: 9000)?.lease.attempt == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `voiding takes every lease away`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let first = try await store.begin(Sample.newRun(1))
            let second = try await store.begin(Sample.newRun(2))
            try await store.cancel(second.run, problem: nil, at: Sample.start)
            try await store.voidLeases()
            for lease in [first, second] {
                #expect(try await store.run(lease.run)?.machine.hold == nil)
                await #expect(throws: LeaseLost.self) { try await store.extend(lease, until: 10) }
            }
            #expect(try await store.take()?.lease == Lease(run: first.run, attempt: 2))
            #expect(try await store.take()?.lease == Lease(run: second.run, attempt: 2))
            #expect(try await store.run(second.run)?.machine.state == .finishing)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `sixteen workers get each run once`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...100 { _ = try await store.accept(Sample.newRun(number)) }
            let taken = try await withThrowingTaskGroup(of: [Lease].self) { group in
                for worker in 1...16 {
                    group.addTask {
                        var mine: [Lease] = []
                        while let leased = try await store.take("w\(worker)") { mine.append(leased.lease) }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == 100)
            #expect(Set(taken) == Set((1...100).map { Lease(run: Sample.id($0), attempt: 1) }))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `counts and places in the queue follow`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...5 { _ = try await store.accept(Sample.newRun(number)) }
            let one = try #require(try await store.take()).lease
            let two = try #require(try await store.take()).lease
            try await store.write(RunChange(.pause), for: one, at: Sample.start)
            try await store.cancel(two.run, problem: nil, at: Sample.start)
            #expect(try await store.counts() == QueueCounts(queued: 3, running: 1, waiting: 1))
            #expect(try await store.queuePosition(of: Sample.id(3)) == 1)
            #expect(try await store.queuePosition(of: Sample.id(5)) == 3)
            #expect(try await store.queuePosition(of: Sample.id(1)) == nil)
            #expect(try await store.queuePosition(of: Sample.id(9)) == nil)
            try await store.write(RunChange(.settle), for: two, at: Sample.start)
            #expect(try await store.counts() == QueueCounts(queued: 3, running: 0, waiting: 1))
        }
    }
}
