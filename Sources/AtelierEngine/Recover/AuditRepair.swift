package import AtelierCore

/// Mends what an audit found, by the actions that it named; every step stands in the undo journal before it is taken.
///
/// Its owner holds the data directory: nobody else writes.
package struct AuditRepair: Sendable {
    private let audit: Audit
    private let folders: any FolderMender
    private let archive: any Archive
    private let journal: RepairJournal

    /// Mends by an audit of the same places.
    package init(_ audit: Audit, folders: any FolderMender, archive: any Archive, journal: RepairJournal) {
        self.audit = audit
        self.folders = folders
        self.archive = archive
        self.journal = journal
    }

    /// Mends the findings of one run, or of one place.
    ///
    /// - Returns: Those that were mended, with what only then came to light, and those that stay.
    /// - Throws: ``Failure`` when a step cannot be taken; the journal tells which.
    package func mend(_ findings: [AuditFinding]) async throws -> (mended: [AuditFinding], left: [AuditFinding]) {
        var mended = findings.filter(\.action.isRepair)
        var left = findings.filter { !$0.action.isRepair }
        for finding in mended where finding.action == .moveAside { try await self.moveAside(finding) }
        if let id = mended.first(where: { $0.action == .rewriteMetadata })?.run { try await self.rewriteMetadata(of: id) }
        if let id = mended.first(where: { $0.action == .restoreRows })?.run {
            try await self.restoreRows(of: id)
            // Only a run that has its rows can say which files are too many.
            let more = try await self.mend(try await self.audit.check(id))
            mended += more.mended
            left += more.left
        }
        return (mended, left)
    }

    private func moveAside(_ finding: AuditFinding) async throws {
        guard let file = finding.file else { return }
        try await self.moveAside(file, finding.run)
    }

    private func moveAside(_ file: String, _ run: RunID?) async throws {
        let target = self.journal.place(for: file)
        try await self.journal.write(.move(from: file, to: target), run: run)
        try await self.folders.move(file, to: target)
    }

    private func rewriteMetadata(of id: RunID) async throws {
        guard let record = try await self.audit.store.keptRow(id)?.record() else { throw Failure.noRun(id) }
        let path = "\(Audit.path(id))/metadata.json"
        let bytes = try JSON.encode(RunDocument.make(record), pretty: true)
        if try await self.folders.read(path) != nil { try await self.moveAside(path, id) }
        try await self.journal.write(.write(path: path, sha256: Digest(of: bytes)), run: id)
        try await self.archive.replaceMetadata(bytes, of: id)
    }

    private func restoreRows(of id: RunID) async throws {
        guard let folder = try await self.folders.inspect([Audit.path(id)])[0] else { throw Failure.noRun(id) }
        let run = try await self.audit.restored(id, folder)
        try await self.journal.write(.rows, run: id)
        try await self.audit.store.restore([run])
    }
}
