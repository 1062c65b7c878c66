import AtelierCore
import AtelierTesting
import Testing

@Suite struct AcceptTests {
    private static func keyed(_ number: Int, body: String = "body", owner: String = "anna") -> NewRun {
        var run = Sample.newRun(number, owner: owner)
        run.idempotency = (key: "key", body: Digest(of: body.utf8))
        return run
    }

    @Test(arguments: StoreKind.allCases)
    func `an accepted run is there with everything it was given`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            var run = Sample.newRun(media: [.image, .music])
            run.labels = RunLabels(owner: "anna", userID: "u", sessionID: "s", deviceID: "d")
            run.plan.parent = Sample.id(99)
            run.plan.outputs[0].parameters = ["width": 512, "style": "soft", "strength": .number(0.25)]
            let id = try await store.accept(run)
            #expect(id == run.id)
            let expected = RunRecord(id: run.id, labels: run.labels, plan: run.plan, timestamp: run.timestamp)
            #expect(try await store.run(run.id) == expected)
            #expect(try await store.kinds(of: run.id) == [.queued])
            #expect(try await store.run(Sample.id(2)) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `any text comes back byte for byte`(_ kind: StoreKind) async throws {
        let texts = [
            "", " ", "e\u{301} is not \u{e9}", "\u{301}alone", "👩‍👩‍👧‍👦🏳️‍🌈", "שלום עולם مرحبا", "𝔘𝔫𝔦", "\u{feff}mark\r\n\ttab", "\u{10FFFF}",
            "\"; DROP TABLE runs; --",
        ]
        try await kind.use { store in
            for (number, text) in texts.enumerated() {
                var run = Sample.newRun(number, text: text, owner: "o\(text)")
                run.labels.sessionID = text
                let lease = try await store.begin(run)
                var draft = Sample.draft(text: text)
                draft.metadata = ["text": .string(text)]
                try await store.save([draft], for: lease)
                let kept = try #require(try await store.run(run.id))
                #expect(Array(kept.plan.inputText.utf8) == Array(text.utf8))
                #expect(kept.labels.sessionID.map { Array($0.utf8) } == Array(text.utf8))
                #expect(kept.entities[0].draft.metadata["text"]?.string.map { Array($0.utf8) } == Array(text.utf8))
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `the same key and body give the first run again`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let first = try await store.accept(Self.keyed(1))
            #expect(try await store.accept(Self.keyed(2)) == first)
            #expect(try await store.run(Sample.id(2)) == nil)
            #expect(try await store.kinds(of: first) == [.queued])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a key with another body is a conflict`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Self.keyed(1))
            #expect(try await code { _ = try await store.accept(Self.keyed(2, body: "other")) } == .conflict)
            #expect(try await store.run(Sample.id(2)) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `keys are kept per owner`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Self.keyed(1))
            #expect(try await store.accept(Self.keyed(2, body: "other", owner: "ben")) == Sample.id(2))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an expired key is forgotten`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Self.keyed(1))
            var later = Self.keyed(2, body: "other")
            later.keysExpireBefore = Sample.id(1).time + .milliseconds(1)
            #expect(try await store.accept(later) == Sample.id(2))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a full queue refuses, but answers a known key`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Self.keyed(1))
            var second = Sample.newRun(2)
            second.queueLimit = 1
            #expect(try await code { _ = try await store.accept(second) } == .rateLimited)
            #expect(try await store.run(second.id) == nil)
            var again = Self.keyed(3)
            again.queueLimit = 1
            #expect(try await store.accept(again) == Sample.id(1))
            _ = try await store.take()
            #expect(try await store.accept(second) == second.id)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an id is accepted once`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Sample.newRun(1))
            #expect(try await code { _ = try await store.accept(Sample.newRun(1, text: "other")) } == .internalError)
            #expect(try await store.run(Sample.id(1))?.plan.inputText == "a cat on the moon")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `two hundred at once are all accepted, and one key makes one run`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            try await withThrowingTaskGroup(of: RunID.self) { group in
                for number in 1...200 { group.addTask { try await store.accept(Sample.newRun(number)) } }
                var ids: Set<RunID> = []
                for try await id in group { ids.insert(id) }
                #expect(ids.count == 200)
            }
            #expect(try await store.counts() == QueueCounts(queued: 200, running: 0, waiting: 0))
            try await withThrowingTaskGroup(of: RunID.self) { group in
                for number in 201...250 { group.addTask { try await store.accept(Self.keyed(number)) } }
                var ids: Set<RunID> = []
                for try await id in group { ids.insert(id) }
                #expect(ids.count == 1)
            }
            #expect(try await store.counts().queued == 201)
        }
    }
}
