/// What audit, repair and rebuild need of a store beyond its everyday port: every row, also the ones that it would refuse to serve.
package protocol RecoverableStore: Sendable {
    /// A page of rows, newest first, by keyset.
    ///
    /// A row that cannot be read is an item like any other: it must not hide its neighbours.
    func keptRows(before: RunID?, limit: Int) async throws -> [KeptRow]

    /// One row as it is now; nil when there is none.
    func keptRow(_ id: RunID) async throws -> KeptRow?

    /// Puts whole runs into the store, without events; a run that is there already is passed over.
    ///
    /// - Returns: How many were put in.
    @discardableResult
    func restore(_ runs: [RestoredRun]) async throws -> Int

    /// Takes the rows of a run out again: the way back from ``restore(_:)``.
    func forget(_ id: RunID) async throws

    /// Whether a run was deleted by a person, and must not come back.
    func isDeleted(_ id: RunID) async throws -> Bool
}

/// A row as it was found, decoded only by whoever looks at it, on their own thread.
package struct KeptRow: Sendable {
    package var id: RunID
    /// The run; throws ``Failure`` with `corrupt` when the row cannot be understood.
    package var record: @Sendable () throws -> RunRecord

    /// Pairs an id with how its row is read.
    package init(id: RunID, record: @escaping @Sendable () throws -> RunRecord) {
        self.id = id
        self.record = record
    }
}

/// A run that was read from its folder.
package struct RestoredRun: Sendable {
    package var record: RunRecord
    /// What it is found by: the idea, then what the rule made of it.
    package var searchTexts: [String]
    /// Greater than every number that lies in the folder, recorded or not: no name may be given twice.
    package var nextSequence: Int

    /// Collects what a store needs.
    package init(record: RunRecord, searchTexts: [String], nextSequence: Int) {
        self.record = record
        self.searchTexts = searchTexts
        self.nextSequence = nextSequence
    }
}

/// Looks at folders as they are on the disk, whatever a store thinks of them.
///
/// Paths are below the root that the inspector was made for. The calls never follow a link and change nothing.
package protocol FolderInspector: Sendable {
    /// What lies in a folder, sorted by name; nil when there is no such folder.
    func list(_ path: String) async throws -> [FoundName]?

    /// Looks at folders and hashes every file in them, `metadata.json` aside, which is read.
    ///
    /// - Returns: One for each path; nil where there is no such folder.
    func inspect(_ paths: [String]) async throws -> [FoundFolder?]

    /// A whole file; nil when there is none.
    func read(_ path: String) async throws -> [UInt8]?
}

/// Mends folders: moves and writes, each durable when the call returns.
///
/// Nothing that was there is ever replaced or deleted.
package protocol FolderMender: FolderInspector {
    /// Moves a file or a folder; makes the folder that it goes to.
    ///
    /// - Throws: ``Failure`` with `conflict` when something is there already, `missing` when there is nothing to move.
    func move(_ path: String, to target: String) async throws

    /// Adds bytes at the end of a file, which is made where there is none.
    func append(_ bytes: [UInt8], to path: String) async throws

    /// Removes a file that the repair itself has made.
    func remove(_ path: String) async throws
}

/// A name in a folder.
package struct FoundName: Sendable, Hashable {
    package var name: String
    package var isFolder: Bool

    /// Collects what is known.
    package init(name: String, isFolder: Bool) {
        self.name = name
        self.isFolder = isFolder
    }
}

/// A run's folder as it is on the disk.
package struct FoundFolder: Sendable {
    /// Everything but `metadata.json`, by name.
    package var files: [String: FoundFile]
    /// The bytes of `metadata.json`; nil when there is none.
    package var metadata: [UInt8]?

    /// Collects what was found.
    package init(files: [String: FoundFile], metadata: [UInt8]?) {
        self.files = files
        self.metadata = metadata
    }
}

/// A file as it is on the disk.
package struct FoundFile: Sendable, Hashable {
    package var bytes: Int
    /// Nil for what is no regular file, and for what the disk cannot give back.
    package var sha256: Digest?

    /// Collects what was found.
    package init(bytes: Int, sha256: Digest?) {
        self.bytes = bytes
        self.sha256 = sha256
    }
}
