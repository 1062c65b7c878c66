package import AtelierCore

/// Reads every row and every folder and reports where they disagree; changes nothing, and may run beside a server.
///
/// Rows and folders are both in the order of the ids, so that they are merged as they are read: memory does not grow with their number.
package struct Audit: Sendable {
    let store: any RecoverableStore
    let folders: any FolderInspector
    /// Whether a server works here now: what it is writing is then no finding.
    private let isHeld: @Sendable () -> Bool

    /// Rows read at once: a page costs one transaction, and is held in memory.
    private static let pageRows = 256
    /// Runs looked at together: enough that handing them over costs nothing.
    private static let batchRuns = 32
    /// Batches under way: one for each of two cores, and one that waits.
    private static let batchesMost = 3
    /// How often a run that is being written is looked at again.
    private static let looksMost = 16

    /// What an audit saw.
    package struct Summary: Sendable, Hashable {
        package var runs = 0
        package var findings = 0

        /// Nothing seen yet.
        package init() {}
    }

    /// Audits these.
    package init(store: any RecoverableStore, folders: any FolderInspector, isHeld: @escaping @Sendable () -> Bool) {
        self.store = store
        self.folders = folders
        self.isHeld = isHeld
    }

    /// Goes through everything.
    ///
    /// - Parameter report: Gets the findings of one run, or of one place, at a time.
    /// - Returns: How much was seen.
    /// - Throws: ``Failure`` when store or disk cannot be read at all; whatever `report` throws.
    package func run(_ report: ([AuditFinding]) async throws -> Void) async throws -> Summary {
        var summary = Summary()
        var merge = AuditMerge(store: self.store, walk: FolderWalk(self.folders), pageRows: Self.pageRows)
        try await withThrowingTaskGroup(of: [[AuditFinding]].self) { group in
            var underWay = 0
            while true {
                let batch = try await merge.next(Self.batchRuns)
                if batch.isEmpty || underWay == Self.batchesMost, let found = try await group.next() {
                    underWay -= 1
                    for findings in found { try await self.deliver(findings, &summary, report) }
                }
                if batch.isEmpty, underWay == 0 { break }
                guard !batch.isEmpty else { continue }
                summary.runs += batch.count
                underWay += 1
                group.addTask { try await self.check(batch) }
            }
        }
        for stray in merge.strays { try await self.deliver([stray], &summary, report) }
        for stray in try await self.besides() { try await self.deliver([stray], &summary, report) }
        return summary
    }

    private func deliver(
        _ findings: [AuditFinding],
        _ summary: inout Summary,
        _ report: ([AuditFinding]) async throws -> Void
    ) async throws {
        guard !findings.isEmpty else { return }
        summary.findings += findings.count
        try await report(findings)
    }

    private func check(_ batch: [AuditUnit]) async throws -> [[AuditFinding]] {
        let found = try await self.folders.inspect(batch.map { Self.path($0.id) })
        var all: [[AuditFinding]] = []
        for (unit, folder) in zip(batch, found) {
            let findings = try await self.settle(unit.id, unit.row, folder)
            if !findings.isEmpty { all.append(findings) }
        }
        return all
    }

    /// One run as it is now.
    package func check(_ id: RunID) async throws -> [AuditFinding] {
        let row = try await self.store.keptRow(id)
        let folder = try await self.folders.inspect([Self.path(id)])[0]
        return try await self.settle(id, row, folder)
    }

    static func path(_ id: RunID) -> String { "archive/\(id.folder)" }

    /// Findings that are none of a moment.
    ///
    /// The row was read before the folder. A run that had ended by then was complete on the disk, so that what disagrees is wrong. Of a live
    /// run only that counts which disagrees with a row read before the folder and with one read after it: the one is too old for
    /// `metadata.json`, the other too new for the files.
    private func settle(_ id: RunID, _ row: KeptRow?, _ folder: FoundFolder?) async throws -> [AuditFinding] {
        var (row, folder) = (row, folder)
        for _ in 0..<Self.looksMost {
            guard let kept = row else {
                guard let later = try await self.store.keptRow(id) else { return try await self.orphan(id, folder) }
                (row, folder) = (later, try await self.folders.inspect([Self.path(id)])[0])
                continue
            }
            let before = Self.understand(kept)
            let findings = Self.findings(before, folder, id)
            if findings.isEmpty { return [] }
            guard case .success(let record) = before, !record.machine.state.isFinal else { return findings }
            row = try await self.store.keptRow(id)
            if let row, case .success(let later) = Self.understand(row), !later.machine.state.isFinal {
                let after = Set(Self.findings(.success(later), folder, id))
                let lasting = findings.filter(after.contains)
                return lasting
            }
            folder = try await self.folders.inspect([Self.path(id)])[0]
        }
        return []
    }

    private static func understand(_ row: KeptRow) -> Result<RunRecord, any Error> { Result { try row.record() } }

    private static func findings(_ record: Result<RunRecord, any Error>, _ folder: FoundFolder?, _ id: RunID) -> [AuditFinding] {
        switch record {
        case .success(let record): return AuditRules.findings(record, folder)
        case .failure(let error):
            let sentence = "The rows cannot be understood: \(Failure(wrapping: error).message)"
            return [
                AuditFinding(.brokenChain, run: id, file: nil, sentence, .none("the folder tells what was; 'atelier rebuild' reads it"))
            ]
        }
    }

    /// A folder without a row.
    private func orphan(_ id: RunID, _ folder: FoundFolder?) async throws -> [AuditFinding] {
        guard let folder else { return [] }
        let path = Self.path(id)
        func finding(_ action: AuditFinding.Action) -> [AuditFinding] {
            [AuditFinding(.orphan, run: id, file: path, "No row tells of this folder.", action)]
        }
        if try await self.store.isDeleted(id) { return finding(.none("the run was deleted; what is left of it is for a person to judge")) }
        if folder.files.isEmpty, folder.metadata == nil {
            return [AuditFinding(.half, run: id, file: path, "An empty folder without a row.", .moveAside)]
        }
        do {
            _ = try await self.restored(id, folder)
            return finding(.restoreRows)
        } catch let failure as Failure where failure.code == .corrupt {
            return finding(.none(failure.message))
        }
    }

    /// The run that a folder holds.
    func restored(_ id: RunID, _ folder: FoundFolder) async throws -> RestoredRun {
        try await FolderRecord.read(id, folder) { try await self.folders.read("\(Self.path(id))/\($0)") }
    }

    /// What lies in the archive beside the folders of runs.
    private func besides() async throws -> [AuditFinding] {
        var found: [AuditFinding] = []
        for entry in try await self.folders.list("archive") ?? [] where !["runs", "tmp"].contains(entry.name) {
            found.append(AuditFinding(.extra, run: nil, file: "archive/\(entry.name)", "Nobody recorded it.", .moveAside))
        }
        guard !self.isHeld() else { return found }
        let temporary = try await self.folders.list("archive/tmp") ?? []
        // Whoever took the data directory in the meantime may have begun these.
        guard !self.isHeld() else { return found }
        for entry in temporary {
            let run = RunID(String(entry.name.prefix(36)))
            let sentence = "A temporary file that nobody is writing."
            found.append(AuditFinding(.half, run: run, file: "archive/tmp/\(entry.name)", sentence, .moveAside))
        }
        return found
    }
}

/// A run to be looked at: what the rows and the folders have of it.
struct AuditUnit: Sendable {
    var id: RunID
    var row: KeptRow?
}

/// Rows and folders, both newest first, as one sequence.
struct AuditMerge {
    private let store: any RecoverableStore
    private var walk: FolderWalk
    private let pageRows: Int
    private var rows: ArraySlice<KeptRow> = []
    private var lastRow: RunID?
    private var hasMoreRows = true
    private var days: ArraySlice<RunID> = []
    private var hasMoreDays = true

    var strays: [AuditFinding] { self.walk.strays }

    init(store: any RecoverableStore, walk: FolderWalk, pageRows: Int) {
        self.store = store
        self.walk = walk
        self.pageRows = pageRows
    }

    /// The next runs; none at the end.
    mutating func next(_ count: Int) async throws -> [AuditUnit] {
        var units: [AuditUnit] = []
        while units.count < count {
            try await self.fill()
            guard let id = [self.rows.first?.id, self.days.first].compactMap(\.self).max() else { break }
            let row = self.rows.first?.id == id ? self.rows.popFirst() : nil
            if self.days.first == id { _ = self.days.popFirst() }
            units.append(AuditUnit(id: id, row: row))
        }
        return units
    }

    private mutating func fill() async throws {
        if self.rows.isEmpty, self.hasMoreRows {
            let page = try await self.store.keptRows(before: self.lastRow, limit: self.pageRows)
            self.rows = page[...]
            self.lastRow = page.last?.id
            self.hasMoreRows = !page.isEmpty
        }
        if self.days.isEmpty, self.hasMoreDays {
            let day = try await self.walk.nextDay()
            self.days = (day ?? [])[...]
            self.hasMoreDays = day != nil
        }
    }
}
