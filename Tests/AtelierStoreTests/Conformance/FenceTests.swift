import AtelierCore
import AtelierTesting
import Testing

/// A worker whose lease is void cannot write anything, and leaves no trace of having tried.
@Suite struct FenceTests {
    /// Every way to write under a lease.
    enum Write: String, CaseIterable {
        case reserve, stages, entities, void, search, nothing, pause, finish, extend, slot

        func perform(_ store: any RunStore, _ lease: Lease, reserved: (sequence: Int, draft: EntityDraft)) async throws {
            var change = RunChange()
            switch self {
            case .reserve: _ = try await store.reserve([Sample.draft(.translation)], for: lease)
            case .stages: change.stages = [(StageKey(1), .start)]
            case .entities: change.entities = [reserved]
            case .void: change.voided = [reserved.sequence]
            case .search: change.searchText = "zebra"
            case .nothing: break
            case .pause: change.transition = .pause
            case .finish: change.transition = .finish(.failed, nil)
            case .extend: _ = try await store.extend(lease, until: 99_000)
            case .slot:
                let request = SlotRequest(backend: "gpu", run: lease.run, output: 0, owner: "anna", cost: 1, capacity: 1)
                _ = try await store.takeSlot(request, for: lease)
            }
            if self != .reserve, self != .extend, self != .slot { try await store.write(change, for: lease, at: Sample.start) }
        }
    }

    /// How a lease is lost.
    enum Loss: String, CaseIterable {
        case succeeded, voided, ended, neverWas

        func happen(_ store: any RunStore, _ lease: Lease) async throws -> Lease {
            switch self {
            case .succeeded: _ = try await store.take("two", at: 5000, only: lease.run)
            case .voided: try await store.voidLeases()
            case .ended: try await store.end(lease)
            case .neverWas: return Lease(run: Sample.id(77), attempt: 1)
            }
            return lease
        }
    }

    @Test(arguments: StoreKind.allCases, Write.allCases)
    func `a void lease writes nothing`(_ kind: StoreKind, _ write: Write) async throws {
        for loss in Loss.allCases {
            try await kind.use { store in
                let lease = try await store.begin()
                let draft = Sample.draft()
                let number = try await store.reserve([draft], for: lease)[0]
                let lost = try await loss.happen(store, lease)
                let before = try await store.run(lease.run)
                let kinds = try await store.kinds(of: lease.run)
                await #expect(throws: LeaseLost.self, "\(loss)") {
                    try await write.perform(store, lost, reserved: (number, draft))
                }
                #expect(try await store.run(lease.run) == before)
                #expect(try await store.kinds(of: lease.run) == kinds)
                var query = RunQuery(limit: 5)
                query.text = "zebra"
                #expect(try await store.list(query).runs.isEmpty)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a lease that has run out is good until somebody else has one`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            #expect(try await store.save([Sample.draft()], for: lease) == [1])
            #expect(try await store.extend(lease, until: 2000) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases, [Write.reserve, .stages, .entities, .void, .search, .pause, .finish, .slot])
    func `once a cancel is decided, work is no longer written`(_ kind: StoreKind, _ write: Write) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            let draft = Sample.draft()
            let number = try await store.reserve([draft], for: lease)[0]
            try await store.cancel(lease.run, problem: nil, at: Sample.start)
            await #expect(throws: LeaseLost.self) { try await write.perform(store, lease, reserved: (number, draft)) }
            try await store.write(RunChange(.settle), for: lease, at: Sample.start)
            #expect(try await store.run(lease.run)?.machine.state == .cancelled)
        }
    }
}
