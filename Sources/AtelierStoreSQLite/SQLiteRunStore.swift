import AtelierCore

/// The store in one SQLite file, for one server on one machine.
///
/// One connection writes and commits what waits as a group (``Writer``); four read beside it. A write is answered when it is on the disk
/// (`synchronous = FULL`). The holder of the data directory is the only one who opens it for writing.
package struct SQLiteRunStore: RunStore {
    let writer: Writer
    let readers: Readers
    let plans: PlanCache

    /// Reads are short; more connections than cores that wait for a disk would only cost memory.
    private static let readerCount = 4

    /// Opens the database, makes it where there is none, and migrates it.
    ///
    /// - Parameter path: The file; its folder must exist.
    /// - Throws: ``Failure`` with `store_unavailable`, `corrupt`, `no_space`, or `refused_start` for the database of a newer program.
    package init(path: String) throws {
        let plans = PlanCache()
        let connection = try Connection(path: path, readOnly: false, plans: plans)
        let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        guard mode == "wal" else {
            throw Failure(
                .refusedStart,
                "The database cannot use a write-ahead log where it lies.",
                hint: "Put the data directory on a local disk."
            )
        }
        // Deleted text must not stay in the file, hence secure_delete.
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        try Migrations.migrate(connection)
        self.writer = Writer(connection)
        self.readers = try Readers(path: path, count: Self.readerCount, plans: plans)
        self.plans = plans
    }

    /// Opens a database beside whoever holds it, to read and nothing else: every write fails with `store_unavailable`.
    ///
    /// - Parameter path: The file; it must exist.
    /// - Throws: ``Failure`` with `store_unavailable`, `corrupt`, or `refused_start` for the database of another version.
    package init(reading path: String) throws {
        let plans = PlanCache()
        let connection = try Connection(path: path, readOnly: true, plans: plans)
        try Migrations.checkCurrent(connection)
        self.writer = Writer(connection)
        self.readers = try Readers(path: path, count: 1, plans: plans)
        self.plans = plans
    }

    /// Ends what is being written, moves everything into the one file and closes it.
    ///
    /// Every later call fails with `store_unavailable`.
    package func close() async throws {
        await self.readers.close()
        try await self.writer.close()
    }

    /// How many transactions were committed since the store was opened: what a metric shows, and how a test sees that writes are grouped.
    package var commits: Int { get async { await self.writer.commits } }

    /// Changes the rows of the run that a lease is of; ``LeaseLost`` when there is no such run.
    func change<Result: Sendable>(
        _ lease: Lease,
        _ body: @escaping @Sendable (KeptRun, Connection) throws -> Result
    ) async throws -> Result {
        try await self.writer.write { connection in
            guard let kept = try KeptRun.find(lease.run, in: connection) else { throw LeaseLost() }
            return try body(kept, connection)
        }
    }
}
