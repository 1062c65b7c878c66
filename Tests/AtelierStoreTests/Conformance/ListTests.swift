import AtelierCore
import AtelierTesting
import Testing

@Suite struct ListTests {
    private static func ids(_ store: any RunStore, _ set: (inout RunQuery) -> Void) async throws -> [RunID] {
        var query = RunQuery(limit: 100)
        set(&query)
        let page = try await store.list(query)
        #expect(page.next == nil)
        return page.runs.map(\.id)
    }

    private static func ids(_ numbers: Int...) -> [RunID] { numbers.map(Sample.id) }

    @Test(arguments: StoreKind.allCases)
    func `a list holds whole records, newest first`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in [2, 1, 3] {
                let lease = try await store.begin(Sample.newRun(number))
                try await store.write(RunChange(stages: [(StageKey(1), .start)]), for: lease, at: Sample.start)
                try await store.save([Sample.draft(.configUsed), Sample.draft(.input, text: "\(number)")], for: lease)
            }
            let page = try await store.list(RunQuery(limit: 10))
            #expect(page.runs.map(\.id) == Self.ids(3, 2, 1))
            for run in page.runs { #expect(try await store.run(run.id) == run) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `each filter narrows, and together they narrow more`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...6 {
                var run = Sample.newRun(number, schema: number > 3 ? "bauhaus" : "dada", owner: number.isMultiple(of: 2) ? "ben" : "anna")
                run.labels.userID = number == 2 ? "u" : nil
                run.labels.sessionID = number < 3 ? "s" : "t"
                _ = try await store.accept(run)
            }
            #expect(try await Self.ids(store) { $0.owner = "ben" } == Self.ids(6, 4, 2))
            #expect(try await Self.ids(store) { $0.owner = "nobody" } == [])
            #expect(try await Self.ids(store) { $0.config = "dada" } == Self.ids(3, 2, 1))
            #expect(try await Self.ids(store) { $0.userID = "u" } == Self.ids(2))
            #expect(try await Self.ids(store) { $0.sessionID = "s" } == Self.ids(2, 1))
            #expect(try await Self.ids(store) { $0.from = Sample.id(5).time } == Self.ids(6, 5))
            #expect(try await Self.ids(store) { $0.to = Sample.id(2).time } == Self.ids(2, 1))
            #expect(try await Self.ids(store) { $0.from = Timestamp(milliseconds: -5) }.count == 6)
            #expect(try await Self.ids(store) { $0.from = Timestamp(milliseconds: .max) } == [])
            #expect(try await Self.ids(store) { $0.to = Timestamp(milliseconds: .max) }.count == 6)
            #expect(try await Self.ids(store) { $0.before = Sample.id(2) } == Self.ids(1))
            let all = try await Self.ids(store) {
                $0.owner = "ben"
                $0.config = "bauhaus"
                $0.sessionID = "t"
                $0.status = .queued
                $0.text = "cat"
                $0.to = Sample.id(5).time
            }
            #expect(all == Self.ids(4))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a status finds what the outside sees`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...5 { _ = try await store.begin(Sample.newRun(number)) }
            _ = try await store.accept(Sample.newRun(6))
            func lease(_ number: Int) -> Lease { Lease(run: Sample.id(number), attempt: 1) }
            try await store.cancel(Sample.id(2), problem: nil, at: Sample.start)
            try await store.write(RunChange(.pause), for: lease(3), at: Sample.start)
            try await store.end(lease(4))
            try await store.end(lease(5), .partial)
            #expect(try await Self.ids(store) { $0.status = .queued } == Self.ids(6))
            #expect(try await Self.ids(store) { $0.status = .running } == Self.ids(2, 1))
            #expect(try await Self.ids(store) { $0.status = .finishing } == Self.ids(2))
            #expect(try await Self.ids(store) { $0.status = .waiting } == Self.ids(3))
            #expect(try await Self.ids(store) { $0.status = .succeeded } == Self.ids(4))
            #expect(try await Self.ids(store) { $0.status = .partial } == Self.ids(5))
            #expect(try await Self.ids(store) { $0.status = .failed } == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a medium finds runs that hold one, once, not runs that only want one`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...3 {
                let lease = try await store.begin(Sample.newRun(number, media: [.image, .music]))
                let pictures = (0..<2).map { Sample.draft(.outputImage, stage: StageKey(4, output: 0), iteration: $0) }
                if number < 3 { try await store.save(pictures, for: lease) }
                if number == 2 { try await store.save([Sample.draft(.outputMusic, stage: StageKey(4, output: 1))], for: lease) }
            }
            #expect(try await Self.ids(store) { $0.medium = .image } == Self.ids(2, 1))
            #expect(try await Self.ids(store) { $0.medium = .music } == Self.ids(2))
            #expect(try await Self.ids(store) { $0.medium = .video } == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `five hundred runs are paged without gap or repeat, while more come in`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let numbers = (1...500).map { $0 * 7919 % 503 }
            for number in numbers { _ = try await store.accept(Sample.newRun(number)) }
            var query = RunQuery(limit: 37)
            var seen: [RunID] = []
            while true {
                let page = try await store.list(query)
                seen += page.runs.map(\.id)
                _ = try await store.accept(Sample.newRun(1000 + seen.count))
                guard let next = page.next else { break }
                #expect(page.runs.count == 37 && next == page.runs.last?.id)
                query.before = next
            }
            #expect(seen == numbers.map(Sample.id).sorted().reversed())
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a page that ends exactly at the end has no next`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for number in 1...4 { _ = try await store.accept(Sample.newRun(number)) }
            #expect(try await store.list(RunQuery(limit: 4)).next == nil)
            #expect(try await store.list(RunQuery(limit: 3)).next == Sample.id(2))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `words are found whatever their case and accents, all of them, as beginnings from three letters on`(
        _ kind: StoreKind
    ) async throws {
        try await kind.use { store in
            let texts = ["Ein Käse auf dem Mond", "kase cafe\u{301}", "CAFÉ au lait", "moonlight-sonata, op. 27", "猫が好き 🎨"]
            for (number, text) in texts.enumerated() { _ = try await store.accept(Sample.newRun(number + 1, text: text)) }
            let expected: [(String, [Int])] = [
                ("käse", [2, 1]), ("KASE", [2, 1]), ("Ka\u{308}se", [2, 1]), ("café", [3, 2]), ("cafe", [3, 2]), ("caf", [3, 2]),
                ("ca", []), ("moo", [4]), ("light", []), ("käse mond", [1]), ("mond käse", [1]), ("käse sonne", []),
                ("moonlight-sonata", [4]), ("sonata-moon", [4]), ("27", [4]), ("2", []), ("op", [4]), ("猫が好き", [5]), ("猫が好", [5]),
                ("🎨", []), ("  ", [5, 4, 3, 2, 1]), ("", [5, 4, 3, 2, 1]),
            ]
            for (text, numbers) in expected {
                #expect(try await Self.ids(store) { $0.text = text } == numbers.map(Sample.id), "\(text)")
            }
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            "\"", "cat\"", "\"cat\" OR \"dog\"", "cat OR dog", "cat NOT moon", "text:cat", "filters:x", "c*", "*", "cat*", "^cat", "cat +",
            "{text}:cat", "NEAR(cat moon, 2)", "-cat", "(cat", "cat)", "cat AND", "AND", "a' OR '1'='1", ";", "%", "cat; DROP TABLE runs",
        ]
    )
    func `signs of a query language are only signs`(_ kind: StoreKind, _ text: String) async throws {
        try await kind.use { store in
            _ = try await store.accept(Sample.newRun(1, text: "a cat"))
            _ = try await store.accept(Sample.newRun(2, text: "a dog"))
            let words = SearchWords.split(text).map { $0.lowercased() }
            let expected = !words.isEmpty && words.allSatisfy { ["a", "cat"].contains($0) } ? [Sample.id(1)] : []
            #expect(try await Self.ids(store) { $0.text = text } == expected)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what a worker adds is found beside the idea`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            let lease = try await store.begin()
            var change = RunChange()
            change.searchText = "Der Mondkuchen"
            try await store.write(change, for: lease, at: Sample.start)
            change.searchText = "zweite Fassung"
            try await store.write(change, for: lease, at: Sample.start)
            for text in ["cat", "mondkuchen", "fassung cat der"] {
                #expect(try await Self.ids(store) { $0.text = text } == [lease.run], "\(text)")
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a word finds only runs that pass the other filters`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            for (number, owner) in ["anna", "ben", "anna ben", "\"", "anna"].enumerated() {
                var run = Sample.newRun(number, owner: owner)
                run.labels.sessionID = number == 4 ? "other" : "s"
                _ = try await store.accept(run)
            }
            let found = try await Self.ids(store) { ($0.text, $0.owner) = ("cat", "anna") }
            #expect(found == Self.ids(4, 0))
            #expect(try await Self.ids(store) { ($0.text, $0.owner) = ("cat", "\"") } == Self.ids(3))
            #expect(try await Self.ids(store) { ($0.text, $0.owner, $0.sessionID) = ("cat", "anna", "s") } == Self.ids(0))
            #expect(try await Self.ids(store) { $0.text = FilterNames.owner } == [], "labels are not text")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a query of very many words is answered`(_ kind: StoreKind) async throws {
        try await kind.use { store in
            _ = try await store.accept(Sample.newRun(1, text: String(repeating: "cat ", count: 5000)))
            #expect(try await Self.ids(store) { $0.text = String(repeating: "cat ", count: 5000) } == Self.ids(1))
        }
    }

    private enum FilterNames {
        /// What the owner "anna" is filed under.
        static let owner = "x\(Digest(of: "owner\0anna".utf8).hex.prefix(16))"
    }
}
