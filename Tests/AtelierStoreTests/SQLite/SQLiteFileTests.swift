import AtelierCore
import AtelierTesting
import Glibc
import Testing

@testable import AtelierStoreSQLite

@Suite struct SQLiteFileTests {
    private static func write(_ bytes: [UInt8], to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
        #expect(Glibc.close(file) == 0)
    }

    @Test func `after reopening, everything is as it was`() async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            var store = try SQLiteRunStore(path: path)
            let lease = try await store.begin(Sample.newRun(1, text: "Käse"))
            try await store.write(RunChange(stages: [(StageKey(1), .start)]), for: lease, at: Sample.start)
            try await store.save([Sample.draft(.configUsed), Sample.draft(.input)], for: lease)
            _ = try await store.reserve([Sample.draft(.safety)], for: lease)
            let (before, kinds) = (try await store.run(lease.run), try await store.kinds(of: lease.run))
            try await store.close()
            #expect(access(path + "-wal", F_OK) != 0, "the log is moved into the file")
            store = try SQLiteRunStore(path: path)
            #expect(try await store.run(lease.run) == before)
            #expect(try await store.kinds(of: lease.run) == kinds)
            #expect(try await store.reserve([Sample.draft(.translation)], for: lease) == [4])
            try await store.voidLeases()
            #expect(try await store.take()?.reserved.map(\.sequence) == [3, 4])
            try await store.close()
        }
    }

    @Test func `a store that was not closed loses nothing`() async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            let first = try SQLiteRunStore(path: path)
            _ = try await first.accept(Sample.newRun())
            let second = try SQLiteRunStore(path: path)
            #expect(try await second.run(Sample.id(1)) != nil)
            try await second.close()
            try await first.close()
        }
    }

    @Test func `the database of a newer program refuses, unharmed`() async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            try await SQLiteRunStore(path: path).close()
            let connection = try Connection(path: path, readOnly: false)
            try connection.execute("PRAGMA user_version = 99")
            let failure = #expect(throws: Failure.self) { _ = try SQLiteRunStore(path: path) }
            #expect(failure?.code == .refusedStart)
            #expect(failure?.message.contains("99") == true)
            #expect(try connection.first("PRAGMA user_version") { $0.int(0) } == 99)
            connection.close()
        }
    }

    @Test func `migrations are numbered from one without gaps`() {
        #expect(Migrations.all.map(\.number) == Array(1...Migrations.all.count))
    }

    @Test func `a file that is no database is corrupt`() async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            Self.write(Array(repeating: 0x41, count: 8192), to: path)
            let failure = #expect(throws: Failure.self) { _ = try SQLiteRunStore(path: path) }
            #expect(failure?.code == .corrupt)
            #expect(failure?.hint?.isEmpty == false)
        }
    }

    @Test func `a damaged page is corrupt`() async throws {
        try await Folder.use { folder in
            let path = folder.path("atelier.sqlite")
            let store = try SQLiteRunStore(path: path)
            for number in 1...50 { _ = try await store.accept(Sample.newRun(number)) }
            try await store.close()
            let file = open(path, O_RDWR)
            let size = lseek(file, 0, SEEK_END)
            let noise = [UInt8](repeating: 0xA5, count: Int(size) - 4096)
            #expect(pwrite(file, noise, noise.count, 4096) == noise.count)
            #expect(Glibc.close(file) == 0)
            let failed = try await code {
                let damaged = try SQLiteRunStore(path: path)
                _ = try await damaged.list(RunQuery(limit: 10))
            }
            #expect(failed == .corrupt)
        }
    }

    @Test func `a folder that is not there is said to be the matter`() throws {
        let failure = #expect(throws: Failure.self) { _ = try SQLiteRunStore(path: "/tmp/atelier-no-such-folder/atelier.sqlite") }
        #expect(failure?.code == .storeUnavailable)
        #expect(failure?.hint?.contains("folder") == true)
    }

    @Test func `a link that does not fit its chain is corrupt, not served`() async throws {
        try await Folder.use { folder in
            let store = try SQLiteRunStore(path: folder.path("atelier.sqlite"))
            let lease = try await store.begin()
            try await store.save([Sample.draft()], for: lease)
            try await store.writer.write { connection in _ = try connection.run("UPDATE entities SET link = zeroblob(32)") }
            #expect(try await code { _ = try await store.run(lease.run) } == .corrupt)
            try await store.close()
        }
    }

    @Test func `the schema refuses what the rules would never write`() async throws {
        try await Folder.use { folder in
            let store = try SQLiteRunStore(path: folder.path("atelier.sqlite"))
            let lease = try await store.begin()
            try await store.save([Sample.draft()], for: lease)
            let wrongs = [
                "UPDATE runs SET state = 'done'", "UPDATE runs SET attempt = -1", "UPDATE runs SET worker = NULL",
                "UPDATE runs SET state = 'finishing'",
                "UPDATE runs SET state = 'succeeded', outcome = 'failed', worker = NULL, expires = 0",
                "UPDATE runs SET head = x'00'", "UPDATE entities SET sha256 = x'00'", "UPDATE entities SET run = 99",
                "INSERT INTO events (run, number, kind, data, timestamp) VALUES (1, 1, 'x', '{}', 0)",
                "INSERT INTO slots (backend, run, output, attempt, owner, cost, state) VALUES ('b', 1, 0, 1, 'o', 1, 'stolen')",
            ]
            for sql in wrongs {
                #expect(try await code { try await store.writer.write { _ = try $0.run(sql) } } == .internalError, "\(sql)")
            }
            try await store.close()
        }
    }
}
