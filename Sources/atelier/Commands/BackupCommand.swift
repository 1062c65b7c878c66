import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import CPosix
import Glibc

/// `atelier backup`: one tar of the database, as it is at one moment, and of the files that it tells of.
enum BackupCommand: Command {
    static let name = "backup"
    static let usage = "atelier backup FILE [--json]"
    static let summary = "Writes database and archive into one tar file, also while a server works; 'tar xf' brings them back."
    static let options: [Option] = []

    /// Rows read at once.
    private static let pageRows = 256

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(1, Self.usage)
        let file = arguments.words[0]
        let composition = try Composition(arguments)
        guard composition.data.exists else { throw Failure(.missing, "There is nothing in '\(composition.data.path)' to be kept.") }
        guard access(file, F_OK) != 0 else {
            throw Failure(.conflict, "'\(file)' is there already.", hint: "A backup never replaces another; choose a new name.")
        }
        posix_ignore_sigpipe()
        let scratch = "\(file).part.d"
        guard mkdir(scratch, 0o700) == 0 else {
            throw Failure(
                .refusedStart,
                "'\(scratch)' cannot be made: \(String(cString: strerror(errno))).",
                hint: "Remove it if it is left over."
            )
        }
        defer {
            for name in ["atelier.db", "atelier.db-wal", "atelier.db-shm"] { unlink("\(scratch)/\(name)") }
            rmdir(scratch)
            unlink("\(file).part")
        }
        let (runs, code) = try await Self.write(file + ".part", scratch, composition)
        try Self.publish(file)
        try terminal.result(["file": .string(file), "runs": .integer(Int64(runs)), "complete": .bool(code == 0)]) {
            ["\(runs) runs are in '\(file)'. To bring them back: mkdir DIR && tar xf '\(file)' -C DIR && atelier audit --data DIR"]
        }
        guard code == 0 else {
            throw Failure(
                .missing,
                "The backup was written, but files are missing in it: 'tar' ended with \(code).",
                hint: "Run 'atelier audit' to see which."
            )
        }
        return 0
    }

    /// - Returns: How many runs went in, and tar's exit code.
    private static func write(_ file: String, _ scratch: String, _ composition: Composition) async throws -> (Int, Int32) {
        let snapshot = "\(scratch)/atelier.db"
        try DatabaseCopy.snapshot(of: composition.data.database, to: snapshot)
        let store = try SQLiteRunStore(reading: snapshot)
        let tar = try TarProcess(writing: file, first: scratch, listedBelow: composition.data.path)
        var runs = 0
        do {
            if access(composition.data.settings, F_OK) == 0 { try tar.add(["atelier.json"]) }
            var last: RunID?
            while true {
                let page = try await store.keptRows(before: last, limit: Self.pageRows)
                guard let oldest = page.last else { break }
                for row in page { try tar.add(BackupList.files(of: try row.record())) }
                runs += page.count
                last = oldest.id
            }
        } catch {
            _ = tar.finish()
            throw error
        }
        let code = tar.finish()
        try await store.close()
        return (runs, code)
    }

    /// Only a whole file gets the name; it is durable before the command says so.
    private static func publish(_ file: String) throws {
        let descriptor = open("\(file).part", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(file) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0, posix_rename_exclusive("\(file).part", file) == 0 else { throw Self.failure(file) }
    }

    private static func failure(_ file: String) -> Failure {
        Failure(.internalError, "'\(file)' could not be written: \(String(cString: strerror(errno))).", hint: "Look at its disk.")
    }
}
