import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import Glibc

/// `atelier rebuild`: the database again, from the folders.
enum RebuildCommand: Command {
    static let name = "rebuild"
    static let usage = "atelier rebuild [--json]"
    static let summary = "Makes the database again from the folders; the old one stays as atelier.db.before-rebuild."
    static let options: [Option] = []

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        let composition = try Composition(arguments)
        let hold = try composition.data.hold(as: Self.name)
        defer { hold.release() }
        var swap = DatabaseSwap(composition.data)
        try swap.clear()
        try await SQLiteRunStore(path: swap.fresh).close()
        try await swap.settleOld()
        if swap.isOldReadable { swap.carry { _ = try DatabaseCopy.carryLive(from: $0, into: $1) } }
        let store = try SQLiteRunStore(path: swap.fresh)
        var unsound: [AuditFinding] = []
        let summary = try await Rebuild(store: store, folders: composition.folders).run { unsound.append($0) }
        try await store.close()
        var carried: [RunID] = []
        if swap.isOldReadable { swap.carry { carried = try DatabaseCopy.carryRest(from: $0, into: $1) } }
        try await SQLiteRunStore(path: swap.fresh).close()
        let kept = try swap.exchange()
        try Self.report(summary, unsound, carried, swap, kept, terminal)
        // A run that was cancelled before it began has no plan in its folder; with its old rows nothing of it is lost.
        let lost = Set(unsound.compactMap(\.run)).subtracting(carried)
        return lost.isEmpty && swap.problem == nil ? 0 : 1
    }

    private static func report(
        _ summary: Rebuild.Summary,
        _ unsound: [AuditFinding],
        _ carried: [RunID],
        _ swap: DatabaseSwap,
        _ kept: String?,
        _ terminal: Terminal
    ) throws {
        let document: JSON = .compact([
            "rebuilt": .integer(Int64(summary.rebuilt)), "unsound": .array(unsound.map(\.document)),
            "carried": .array(carried.map { .string($0.text) }), "old": .text(kept), "old_problem": .text(swap.problem),
        ])
        try terminal.result(document) {
            var lines = unsound.map(\.line)
            lines += carried.map { "\($0)  its folder does not hold the whole run; its rows are those of the old database" }
            if let problem = swap.problem {
                lines.append("The old database cannot be read (\(problem)): queued runs, events, tokens and settings are not carried over.")
            }
            lines.append("\(summary.rebuilt) runs were made from their folders.")
            if let kept { lines.append("The old database is '\(kept)'.") }
            return lines
        }
    }
}

/// The old database, the new one beside it, and the exchange.
struct DatabaseSwap {
    private let data: DataDirectory
    /// Why the old one is not read; nil when it is, or when there is none.
    private(set) var problem: String?
    private var hasOld: Bool

    var old: String { self.data.database }
    var fresh: String { "\(self.data.database).rebuilding" }
    var isOldReadable: Bool { self.hasOld && self.problem == nil }

    init(_ data: DataDirectory) {
        self.data = data
        self.hasOld = data.exists
    }

    /// Removes what an interrupted rebuild left: a file of this name holds nothing that the folders do not.
    func clear() throws {
        for suffix in ["", "-wal", "-shm"] {
            guard unlink(self.fresh + suffix) == 0 || errno == ENOENT else { throw Self.failure("remove", self.fresh + suffix) }
        }
    }

    /// Moves what the old database has in its log into its one file, if it can be opened at all.
    mutating func settleOld() async throws {
        guard self.hasOld else { return }
        do {
            try await SQLiteRunStore(path: self.old).close()
        } catch let failure as Failure where failure.code == .refusedStart || failure.code == .noSpace {
            throw failure
        } catch {
            self.problem = Failure(wrapping: error).message
        }
    }

    /// Takes something from the old database; when that cannot be read, the new one does without.
    mutating func carry(_ work: (_ old: String, _ fresh: String) throws -> Void) {
        do {
            try work(self.old, self.fresh)
        } catch {
            self.problem = Failure(wrapping: error).message
        }
    }

    /// Puts the new database in the old one's place, atomically; the old one gets a second name first.
    ///
    /// - Returns: Where the old one is.
    func exchange() throws -> String? {
        var kept: String?
        if self.hasOld {
            let place = self.freePlace()
            guard link(self.old, place) == 0 else { throw Self.failure("keep", self.old) }
            // A log that is left belongs to the old file, and SQLite would play it into the new one.
            for suffix in ["-wal", "-shm"] {
                guard rename(self.old + suffix, place + suffix) == 0 || errno == ENOENT else {
                    throw Self.failure("keep", self.old + suffix)
                }
            }
            kept = place
        }
        guard rename(self.fresh, self.old) == 0 else { throw Self.failure("replace", self.old) }
        let folder = open(self.data.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("sync", self.data.path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.failure("sync", self.data.path) }
        return kept
    }

    private func freePlace() -> String {
        let first = "\(self.old).before-rebuild"
        var place = first
        var number = 1
        while access(place, F_OK) == 0 {
            number += 1
            place = "\(first)-\(number)"
        }
        return place
    }

    private static func failure(_ verb: String, _ path: String) -> Failure {
        Failure(.storeUnavailable, "Could not \(verb) '\(path)': \(String(cString: strerror(errno))).", hint: "Look at the disk.")
    }
}
