import AtelierArchive
import AtelierCore
import AtelierEngine
import AtelierStoreSQLite

/// `atelier audit`: every row against every folder.
enum AuditCommand: Command {
    static let name = "audit"
    static let usage = "atelier audit [--repair] [--undo DIR] [--json]"
    static let summary = "Reads every run and reports where rows and folders disagree; exit 1 when something does."
    static let options = [
        Option(name: "repair", value: nil, help: "mend what can be mended without inventing anything; needs the data directory for itself"),
        Option(name: "undo", value: "DIR", help: "take the repair back whose folder this is: <data>/audit/<time>"),
    ]

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        let composition = try Composition(arguments)
        try composition.data.checkUsable()
        if let folder = arguments.value("undo") {
            guard !arguments.has("repair") else { throw Failure(.invalidRequest, "--repair and --undo exclude each other.") }
            return try await Self.undo(folder, composition, terminal)
        }
        guard composition.data.exists else { return try await Self.withoutStore(composition, terminal) }
        return arguments.has("repair") ? try await Self.repair(composition, terminal) : try await Self.look(composition, terminal)
    }

    /// An empty data directory agrees with itself; folders without any rows wait for a rebuild.
    private static func withoutStore(_ composition: Composition, _ terminal: Terminal) async throws -> Int32 {
        guard try await composition.folders.list("archive/runs")?.isEmpty != false else {
            throw Failure(.missing, "There are runs, but no database.", hint: "Run 'atelier rebuild'.")
        }
        try terminal.result(["runs": 0, "findings": [], "mended": 0, "left": 0]) { ["There are no runs."] }
        return 0
    }

    private static func look(_ composition: Composition, _ terminal: Terminal) async throws -> Int32 {
        let store = try composition.openForReading()
        let data = composition.data
        let audit = Audit(store: store, folders: composition.folders) { data.isHeld }
        var report = AuditReport(terminal)
        let summary = try await audit.run { report.add($0) }
        try await store.close()
        try report.end(runs: summary.runs, journal: nil)
        return summary.findings == 0 ? 0 : 1
    }

    private static func repair(_ composition: Composition, _ terminal: Terminal) async throws -> Int32 {
        let hold = try composition.data.hold(as: Self.name)
        defer { hold.release() }
        let store = try SQLiteRunStore(path: composition.data.database)
        let journal = RepairJournal(folder: try await Self.freshFolder(composition), folders: composition.folders)
        let audit = Audit(store: store, folders: composition.folders) { false }
        let repair = AuditRepair(audit, folders: composition.folders, archive: composition.archive, journal: journal)
        var report = AuditReport(terminal)
        let summary = try await audit.run { findings in
            let (mended, left) = try await repair.mend(findings)
            report.add(mended, isMended: true)
            report.add(left)
        }
        try await store.close()
        try report.end(runs: summary.runs, journal: report.mended > 0 ? "\(composition.data.path)/\(journal.folder)" : nil)
        return report.left == 0 ? 0 : 1
    }

    /// A name that no repair had before: two within a second must not share a journal.
    private static func freshFolder(_ composition: Composition) async throws -> String {
        let time = SystemTime().now.description.filter { $0.isNumber || $0 == "T" }.prefix(15)
        let taken = Set(try await composition.folders.list("audit")?.map(\.name) ?? [])
        let names = [String(time)] + (2..<1000).map { "\(time)-\($0)" }
        guard let name = names.first(where: { !taken.contains($0) }) else { throw Failure(.conflict, "Too many repairs in one second.") }
        return "audit/\(name)"
    }

    private static func undo(_ folder: String, _ composition: Composition, _ terminal: Terminal) async throws -> Int32 {
        let hold = try composition.data.hold(as: Self.name)
        defer { hold.release() }
        guard let name = folder.split(separator: "/").last else { throw Failure(.invalidRequest, "--undo needs the folder of a repair.") }
        let store = try SQLiteRunStore(path: composition.data.database)
        let count = try await RepairJournal(folder: "audit/\(name)", folders: composition.folders).undo(store)
        try await store.close()
        try terminal.result(["undone": .integer(Int64(count))]) { ["\(count) steps were taken back; everything is as it was before."] }
        return 0
    }
}

/// What an audit says, as it goes; with `--json` it is kept for the one value at the end.
struct AuditReport {
    private let terminal: Terminal
    private var documents: [JSON] = []
    private(set) var mended = 0
    private(set) var left = 0

    init(_ terminal: Terminal) { self.terminal = terminal }

    mutating func add(_ findings: [AuditFinding], isMended: Bool = false) {
        if isMended { self.mended += findings.count } else { self.left += findings.count }
        for finding in findings {
            self.terminal.line(isMended ? "mended  \(finding.line)" : finding.line)
            guard self.terminal.isJSON else { continue }
            var document = finding.document
            document["mended"] = .bool(isMended)
            self.documents.append(document)
        }
    }

    func end(runs: Int, journal: String?) throws {
        let document: JSON = .compact([
            "runs": .integer(Int64(runs)), "findings": .array(self.documents), "mended": .integer(Int64(self.mended)),
            "left": .integer(Int64(self.left)), "journal": .text(journal),
        ])
        try self.terminal.result(document) {
            let undo = journal.map { ["'atelier audit --undo \($0)' takes the repair back."] } ?? []
            return ["\(runs) runs: \(self.mended + self.left) disagreements, \(self.mended) mended."] + undo
        }
    }
}

extension Composition {
    /// The data directory as it is on the disk.
    var folders: LocalInspector { LocalInspector(root: self.data.path, pool: BlockingPool(label: "atelier.audit")) }
}
