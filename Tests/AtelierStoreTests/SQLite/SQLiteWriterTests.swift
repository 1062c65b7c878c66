import AtelierCore
import AtelierTesting
import Testing

@testable import AtelierStoreSQLite

@Suite struct SQLiteWriterTests {
    /// Gives a test a store on a file of its own.
    private static func use(_ body: (SQLiteRunStore, String) async throws -> Void) async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            let store = try SQLiteRunStore(path: path)
            try await body(store, path)
            try await store.close()
        }
    }

    @Test func `writes that wait together are committed together`() async throws {
        try await Self.use { store, _ in
            let before = await store.commits
            try await withThrowingTaskGroup { group in
                for number in 1...100 { group.addTask { _ = try await store.accept(Sample.newRun(number)) } }
                try await group.waitForAll()
            }
            let commits = await store.commits - before
            #expect(commits < 100)
            #expect(try await store.counts().queued == 100)
        }
    }

    @Test func `one bad write in a group does not harm its neighbours`() async throws {
        try await Self.use { store, _ in
            let codes = try await withThrowingTaskGroup(of: (Int, Failure.Code?).self) { group in
                for number in 0..<100 {
                    group.addTask {
                        (number, try await code { _ = try await store.accept(Sample.newRun(number / 2)) })
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0.1 == nil } == 50)
            #expect(codes.count { $0.1 == .internalError } == 50)
            for number in 0..<50 { #expect(try await store.kinds(of: Sample.id(number)) == [.queued]) }
        }
    }

    /// Goal: half of a failed write must not stay, although its group is committed.
    @Test func `a write that fails half-way is undone as a whole`() async throws {
        try await Self.use { store, _ in
            try await withThrowingTaskGroup { group in
                for number in 1...20 {
                    group.addTask {
                        let failed = try await code {
                            try await store.writer.write { connection in
                                let path = Value.text("key\(number)")
                                try connection.run("INSERT INTO settings (path, value, updated) VALUES (?, '1', 0)", [path])
                                if number.isMultiple(of: 2) { throw Failure(.conflict, "No.") }
                            }
                        }
                        #expect(failed == (number.isMultiple(of: 2) ? .conflict : nil))
                    }
                }
                try await group.waitForAll()
            }
            let count = try await store.readers.read { try $0.first("SELECT count(*) FROM settings") { $0.int(0) } }
            #expect(count == 10)
        }
    }

    /// Goal: who is told that a write is kept finds it, and only who is told so.
    ///
    /// Method: one of fifty writes makes the commit of its group fail, by a constraint that SQLite checks only then.
    @Test func `when a commit fails, everybody in the group is told so`() async throws {
        try await Self.use { store, _ in
            try await store.writer.write { connection in
                try connection.execute("CREATE TABLE child (run INTEGER REFERENCES runs (number) DEFERRABLE INITIALLY DEFERRED)")
            }
            let codes = try await withThrowingTaskGroup(of: (Int, Failure.Code?).self) { group in
                for number in 0..<50 {
                    group.addTask { (number, try await code { try await Self.insert(number, breaks: number == 25, into: store) }) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(codes[25] == .internalError)
            let kept = try await store.readers.read { try $0.rows("SELECT updated FROM settings") { $0.int(0) } }
            #expect(Set(kept) == Set(0..<50).subtracting(codes.keys))
            #expect(try await store.accept(Sample.newRun()) == Sample.id(1), "the writer goes on")
        }
    }

    private static func insert(_ number: Int, breaks: Bool, into store: SQLiteRunStore) async throws {
        try await store.writer.write { connection in
            try connection.run("INSERT INTO settings (path, value, updated) VALUES (?, '1', ?)", [.text("key\(number)"), .int(number)])
            if breaks { try connection.run("INSERT INTO child (run) VALUES (4711)") }
        }
    }

    @Test func `a full disk is no_space, loses nothing, and passes`() async throws {
        try await Self.use { store, _ in
            _ = try await store.accept(Sample.newRun(1))
            let limit = try await store.writer.write { connection in
                let pages = try connection.first("PRAGMA page_count") { $0.int(0) } ?? 0
                return try connection.first("PRAGMA max_page_count = \(pages + 8)") { $0.int(0) } ?? 0
            }
            #expect(limit > 0)
            let large = Sample.newRun(2, text: String(repeating: "moon ", count: 100_000))
            #expect(try await code { _ = try await store.accept(large) } == .noSpace)
            #expect(try await store.run(large.id) == nil)
            #expect(try await store.run(Sample.id(1)) != nil)
            #expect(try await store.accept(Sample.newRun(3)) == Sample.id(3))
            try await store.writer.write { connection in _ = try connection.first("PRAGMA max_page_count = 100000") { $0.int(0) } }
            #expect(try await store.accept(large) == large.id)
        }
    }

    @Test func `others can read while a write is open`() async throws {
        try await Self.use { store, path in
            _ = try await store.accept(Sample.newRun(1))
            let other = try SQLiteRunStore(path: path)
            let seen = try await store.writer.write { connection in
                try connection.run("UPDATE runs SET owner = 'ben'")
                let second = try Connection(path: path, readOnly: true)
                return try second.first("SELECT owner FROM runs") { $0.text(0) }
            }
            #expect(seen == "anna")
            #expect(try await other.run(Sample.id(1))?.labels.owner == "ben")
            try await other.close()
        }
    }

    @Test func `readers cannot write`() async throws {
        try await Self.use { store, _ in
            let failed = try await code { _ = try await store.readers.read { try $0.run("DELETE FROM runs") } }
            #expect(failed == .storeUnavailable)
        }
    }

    @Test func `a closed store says so`() async throws {
        try await Folder.use { folder in
            let store = try SQLiteRunStore(path: folder.path("atelier.sqlite"))
            try await store.close()
            #expect(try await code { _ = try await store.accept(Sample.newRun()) } == .storeUnavailable)
            #expect(try await code { _ = try await store.list(RunQuery(limit: 1)) } == .storeUnavailable)
        }
    }
}
