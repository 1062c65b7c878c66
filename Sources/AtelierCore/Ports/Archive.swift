/// The bytes of runs: one folder a run, files written once, `metadata.json` replaced whole.
///
/// Bytes come before rows: a file is staged (durable under a temporary name), its number is reserved with its hash, then it is published
/// under its own name, and only then recorded.
package protocol Archive: Sendable {
    /// Stores bytes under a temporary name; returning means durable.
    ///
    /// - Throws: ``Failure`` with `no_space`, `too_large`, `store_unavailable`.
    func stage(_ content: Content, for run: RunID) async throws -> StagedFile

    /// Gives staged files their names in the run's folder; returning means durable. A name is never replaced.
    ///
    /// - Throws: ``Failure`` with `conflict` when a name is taken.
    func publish(_ files: [(file: StagedFile, name: String)], of run: RunID) async throws

    /// Takes files away that were published and never recorded. Durable only with the next change of the folder.
    func withdraw(_ names: [String], of run: RunID) async throws

    /// Drops a staged file.
    func discard(_ file: StagedFile) async throws

    /// Replaces the run's `metadata.json` atomically; returning means durable.
    func replaceMetadata(_ bytes: [UInt8], of run: RunID) async throws

    /// A whole file of a run's folder.
    ///
    /// - Throws: ``Failure`` with `missing`.
    func read(_ name: String, of run: RunID) async throws -> [UInt8]

    /// Where a file of a run's folder can be read, and its length; nil when it is not there.
    func locate(_ name: String, of run: RunID) async throws -> ArchivedFile?

    /// Removes what interrupted writes left behind; called once at the start, by the only holder of the archive.
    func sweep() async throws

    /// Bytes that can still be stored.
    func freeBytes() async throws -> Int

    /// The run's folder, for people.
    func folder(of run: RunID) -> String
}

/// What is to be stored: one call saves anything.
package enum Content: Sendable {
    case bytes([UInt8])
    /// A file outside the archive; it is copied.
    case file(String)
    case stream(any AsyncSequence<[UInt8], any Error> & Sendable)

    /// A text in UTF-8.
    package static func text(_ text: String) -> Content { .bytes(Array(text.utf8)) }
    /// A value as sorted, indented JSON.
    package static func json(_ value: some Encodable) throws -> Content { .bytes(try JSON.encode(value, pretty: true)) }
}

/// A file that is durable under a temporary name.
package struct StagedFile: Sendable, Hashable {
    /// Where it lies; only the archive that made it can say what this means.
    package var path: String
    package var bytes: Int
    package var sha256: Digest
    /// The first bytes, enough to tell its kind.
    package var head: [UInt8]

    /// Collects what is known of a staged file.
    package init(path: String, bytes: Int, sha256: Digest, head: [UInt8]) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
        self.head = head
    }
}

/// A file that can be served.
package struct ArchivedFile: Sendable, Hashable {
    /// Absolute path.
    package var path: String
    package var bytes: Int

    /// Names a file.
    package init(path: String, bytes: Int) {
        self.path = path
        self.bytes = bytes
    }
}
