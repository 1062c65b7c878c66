import AtelierCore
import AtelierTesting
import Testing

@Suite struct SlotTests {
    private static func ask(
        _ store: any RunStore,
        _ lease: Lease,
        output: Int = 0,
        backend: String = "gpu",
        capacity: Int = 1
    ) async throws -> SlotAnswer {
        let request = SlotRequest(backend: backend, run: lease.run, output: output, owner: "anna", cost: 100, capacity: capacity)
        return try await store.takeSlot(request, for: lease)
    }

    private static func leases(_ store: any RunStore, _ count: Int) async throws -> [Lease] {
        var leases: [Lease] = []
        for number in 1...count { leases.append(try await store.begin(Sample.newRun(number))) }
        return leases
    }

    @Test(arguments: StoreKind.allCases)
    func `slots are granted up to the capacity, then in the order of asking`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let leases = try await Self.leases(store, 4)
            #expect(try await Self.ask(store, leases[2], capacity: 2) == .granted)
            #expect(try await Self.ask(store, leases[1], capacity: 2) == .granted)
            #expect(try await Self.ask(store, leases[3], capacity: 2) == .waiting(position: 1))
            #expect(try await Self.ask(store, leases[0], capacity: 2) == .waiting(position: 2))
            // Asking often gains nothing.
            for _ in 1...3 { #expect(try await Self.ask(store, leases[0], capacity: 2) == .waiting(position: 2)) }
            try await store.returnSlot(backend: "gpu", output: 0, for: leases[1])
            #expect(try await Self.ask(store, leases[0], capacity: 2) == .waiting(position: 1))
            #expect(try await Self.ask(store, leases[3], capacity: 2) == .granted)
            #expect(try await Self.ask(store, leases[2], capacity: 2) == .granted)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `engines and outputs are apart`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await Self.leases(store, 1)[0]
            #expect(try await Self.ask(store, lease) == .granted)
            #expect(try await Self.ask(store, lease, backend: "other") == .granted)
            #expect(try await Self.ask(store, lease, output: 1) == .waiting(position: 1))
            try await store.returnSlot(backend: "gpu", output: 0, for: lease)
            try await store.returnSlot(backend: "gpu", output: 0, for: lease)
            #expect(try await Self.ask(store, lease, output: 1) == .granted)
            #expect(try await Self.ask(store, lease, output: 0) == .waiting(position: 1))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `who gives up waiting leaves the queue`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let leases = try await Self.leases(store, 3)
            for lease in leases { _ = try await Self.ask(store, lease) }
            try await store.returnSlot(backend: "gpu", output: 0, for: leases[1])
            #expect(try await Self.ask(store, leases[2]) == .waiting(position: 1))
        }
    }

    /// How a run stops holding the attempt that has the slot.
    enum Loss: String, CaseIterable { case voided, succeeded, ended, paused }

    @Test(arguments: StoreKind.allCases, Loss.allCases)
    func `the slots of void leases are taken back`(_ kind: StoreKind, _ loss: Loss) async throws {
        try await kind.use { store in
            var leases = try await Self.leases(store, 3)
            for lease in leases { _ = try await Self.ask(store, lease) }
            switch loss {
            case .voided:
                try await store.voidLeases()
                for index in [1, 2] { leases[index] = try #require(try await store.take(only: leases[index].run)).lease }
                #expect(try await Self.ask(store, leases[1]) == .granted)
            case .succeeded: #expect(try await store.take(at: 5000, only: leases[0].run)?.lease.attempt == 2)
            case .ended: try await store.end(leases[0])
            case .paused: try await store.write(RunChange(.pause), for: leases[0], at: Sample.start)
            }
            #expect(try await Self.ask(store, leases[2]) == .waiting(position: 1))
            #expect(try await Self.ask(store, leases[1]) == .granted)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a late worker cannot give its successor's slot away`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let leases = try await Self.leases(store, 2)
            #expect(try await Self.ask(store, leases[0]) == .granted)
            let next = try #require(try await store.take(at: 5000, only: leases[0].run)).lease
            #expect(try await Self.ask(store, next) == .granted)
            try await store.returnSlot(backend: "gpu", output: 0, for: leases[0])
            #expect(try await Self.ask(store, leases[1]) == .waiting(position: 1))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a cancelled run keeps its slot until the engine was stopped`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let leases = try await Self.leases(store, 2)
            #expect(try await Self.ask(store, leases[0]) == .granted)
            try await store.cancel(leases[0].run, problem: nil, at: Sample.start)
            #expect(try await Self.ask(store, leases[1]) == .waiting(position: 1))
            try await store.returnSlot(backend: "gpu", output: 0, for: leases[0])
            #expect(try await Self.ask(store, leases[1]) == .granted)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `of twenty that ask at once, as many are granted as there are slots`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let leases = try await Self.leases(store, 20)
            let answers = try await withThrowingTaskGroup(of: SlotAnswer.self) { group in
                for lease in leases { group.addTask { try await Self.ask(store, lease, capacity: 3) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .granted } == 3)
            #expect(Set(answers).count == 18)
        }
    }
}
