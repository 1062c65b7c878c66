import AtelierArchive
import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import CSQLite
import Foundation

/// A data directory of one test's own, with its store open.
final class DataHome: Sendable {
    private let folder: TemporaryFolder?
    let path: String
    let store: SQLiteRunStore

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        self.path = folder.path
        self.store = try SQLiteRunStore(path: folder.path + "/atelier.db")
    }

    /// A data directory that stays.
    init(at path: String) throws {
        self.folder = nil
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        self.store = try SQLiteRunStore(path: path + "/atelier.db")
    }

    var folders: LocalInspector { LocalInspector(root: self.path, pool: BlockingPool(label: "test")) }

    var archive: LocalArchive<PosixFileSystem> {
        LocalArchive(root: self.path + "/archive", disk: PosixFileSystem(), pool: BlockingPool(label: "test"), limits: Limits())
    }

    func audit(isHeld: Bool = false) -> Audit { Audit(store: self.store, folders: self.folders) { isHeld } }

    /// Everything that an audit finds.
    func findings(isHeld: Bool = false) async throws -> [AuditFinding] {
        var found: [AuditFinding] = []
        _ = try await self.audit(isHeld: isHeld).run { found += $0 }
        return found
    }

    func journal(_ name: String = "one") -> RepairJournal { RepairJournal(folder: "audit/\(name)", folders: self.folders) }

    /// Mends everything that can be mended.
    func repair() async throws -> (mended: [AuditFinding], left: [AuditFinding]) {
        let repair = AuditRepair(self.audit(), folders: self.folders, archive: self.archive, journal: self.journal())
        var mended: [AuditFinding] = []
        var left: [AuditFinding] = []
        _ = try await self.audit().run { findings in
            let result = try await repair.mend(findings)
            mended += result.mended
            left += result.left
        }
        return (mended, left)
    }

    func runFolder(_ id: RunID) -> String { "\(self.path)/archive/\(id.folder)" }

    /// Every row of a store, newest first.
    static func records(_ store: SQLiteRunStore) async throws -> [RunRecord] {
        var records: [RunRecord] = []
        var last: RunID?
        while true {
            let page = try await store.keptRows(before: last, limit: 200)
            guard let oldest = page.last else { return records }
            records += try page.map { try $0.record() }
            last = oldest.id
        }
    }

    /// Changes the database behind the store's back.
    func execute(_ sql: String) throws {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open(self.path + "/atelier.db", &database) == SQLITE_OK,
            sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK
        else { throw HarnessProblem("SQLite refused: \(sql)") }
    }

    /// Every file below the archive, with its hash and the time of its last change.
    func listing() throws -> [String: String] {
        var listing: [String: String] = [:]
        for name in try TemporaryFolder.tree(self.path + "/archive") {
            var status = stat()
            let path = "\(self.path)/archive/\(name)"
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let bytes = try Data(contentsOf: URL(filePath: path))
            listing[name] = "\(Digest(of: bytes).hex) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }
        return listing
    }
}
