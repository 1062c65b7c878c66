package import AtelierCore

/// Makes the rows of all runs from their folders alone, into an empty store.
package struct Rebuild: Sendable {
    private let store: any RecoverableStore
    private let folders: any FolderInspector

    /// Folders read together, and rows written in one transaction.
    private static let batchRuns = 64
    /// Batches under way: one for each of two cores, and one that waits.
    private static let batchesMost = 3

    /// What a rebuild came to.
    package struct Summary: Sendable, Hashable {
        /// Runs whose rows were made.
        package var rebuilt = 0
        /// Folders that are not sound, or hold no run.
        package var unsound = 0

        /// Nothing done yet.
        package init() {}
    }

    /// Reads these folders into this store; a run that the store has already is passed over.
    package init(store: any RecoverableStore, folders: any FolderInspector) {
        self.store = store
        self.folders = folders
    }

    /// Reads all folders.
    ///
    /// - Parameter report: Gets each folder that is not sound.
    /// - Returns: How much was made.
    /// - Throws: ``Failure`` when the disk cannot be read or the store cannot be written.
    package func run(_ report: (AuditFinding) -> Void) async throws -> Summary {
        var summary = Summary()
        var walk = FolderWalk(self.folders)
        try await withThrowingTaskGroup(of: (rebuilt: Int, unsound: [AuditFinding]).self) { group in
            func take(_ result: (rebuilt: Int, unsound: [AuditFinding])) {
                summary.rebuilt += result.rebuilt
                summary.unsound += result.unsound.count
                result.unsound.forEach(report)
            }
            var underWay = 0
            while let day = try await walk.nextDay() {
                for start in stride(from: 0, to: day.count, by: Self.batchRuns) {
                    if underWay == Self.batchesMost, let result = try await group.next() {
                        underWay -= 1
                        take(result)
                    }
                    let batch = Array(day[start..<min(start + Self.batchRuns, day.count)])
                    underWay += 1
                    group.addTask { try await self.rebuild(batch) }
                }
            }
            while let result = try await group.next() { take(result) }
        }
        return summary
    }

    private func rebuild(_ ids: [RunID]) async throws -> (rebuilt: Int, unsound: [AuditFinding]) {
        let found = try await self.folders.inspect(ids.map(Audit.path))
        var runs: [RestoredRun] = []
        var unsound: [AuditFinding] = []
        for (id, folder) in zip(ids, found) {
            guard let folder, try await self.store.keptRow(id) == nil, try await !self.store.isDeleted(id) else { continue }
            do {
                runs.append(try await FolderRecord.read(id, folder) { try await self.folders.read("\(Audit.path(id))/\($0)") })
            } catch let failure as Failure where failure.code == .corrupt {
                let action = AuditFinding.Action.none("nothing was made up")
                unsound.append(AuditFinding(.orphan, run: id, file: Audit.path(id), failure.message, action))
            }
        }
        return (try await self.store.restore(runs), unsound)
    }
}
