package import AtelierCore

/// Which files of the archive belong to a snapshot of the rows: those that its rows tell of, and no later ones.
package enum BackupList {
    /// The files of a run, below the data directory.
    ///
    /// A file is written once and a run that has ended never changes, so that they can be read long after the snapshot was taken. The
    /// `metadata.json` of a live run is left out: by now it may tell of more than the snapshot, and the next start writes it again.
    package static func files(of record: RunRecord) -> [String] {
        let names = record.entities.map(\.filename) + (record.machine.state.isFinal ? ["metadata.json"] : [])
        return names.map { "archive/\(record.id.folder)/\($0)" }
    }
}
