package import AtelierCore

/// Reads runs; changes nothing.
package struct RunReader: Sendable {
    private let store: any RunStore
    private let archive: any Archive

    /// Reads from these.
    package init(store: any RunStore, archive: any Archive) {
        self.store = store
        self.archive = archive
    }

    /// One run that the caller may see.
    ///
    /// Of a run that has ended, `metadata.json` must be there and be the run's own: rows that tell of a folder that is
    /// damaged would hide the damage.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - owner: The caller's owner; nil for those who may see all.
    /// - Returns: The run.
    /// - Throws: ``Failure`` with `not_found`, also for other people's runs; `missing` or `corrupt` for a damaged folder.
    package func run(_ id: RunID, for owner: String?) async throws -> RunRecord {
        guard let record = try await self.store.run(id), owner == nil || record.labels.owner == owner else {
            throw Failure(.notFound, "There is no run \(id).")
        }
        if record.machine.state.isFinal { try await self.checkMetadata(of: record) }
        return record
    }

    private func checkMetadata(of record: RunRecord) async throws {
        let document: JSON
        do {
            document = try JSON(parsing: try await self.archive.read("metadata.json", of: record.id))
        } catch let failure as Failure where failure.code == .missing {
            throw Failure(
                .missing,
                "The folder of run \(record.id) or its metadata.json is gone.",
                hint: "Run 'atelier audit'.",
                cause: failure
            )
        } catch let failure as Failure where failure.code == .invalidRequest {
            throw Failure(
                .corrupt,
                "The metadata.json of run \(record.id) is damaged; nothing was changed.",
                hint: "Run 'atelier audit'.",
                cause: failure
            )
        }
        guard document["run_id"]?.string == record.id.text, document["status"]?.string == record.machine.state.rawValue else {
            throw Failure(
                .corrupt,
                "The metadata.json of run \(record.id) tells of something else; nothing was changed.",
                hint: "Run 'atelier audit'."
            )
        }
    }
}
