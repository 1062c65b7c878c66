package import AtelierCore

/// Copies between database files that no store has open for writing.
package enum DatabaseCopy {
    /// Writes everything that is committed into a new file, while others go on writing.
    ///
    /// - Parameters:
    ///   - path: The database; it is only read.
    ///   - target: The new file; nothing may be there.
    /// - Throws: ``Failure`` of the database.
    package static func snapshot(of path: String, to target: String) throws {
        let connection = try Connection(path: path, readOnly: true)
        defer { connection.close() }
        try Migrations.checkCurrent(connection)
        try connection.run("VACUUM INTO ?", [.text(target)])
    }

    /// Carries over what live runs are: no folder tells of them, or not everything.
    ///
    /// - Parameters:
    ///   - old: The database to be replaced.
    ///   - new: The database that is being made.
    /// - Returns: How many runs were carried over.
    /// - Throws: ``Failure`` when the old one cannot be read; the new one is then as it was.
    package static func carryLive(from old: String, into new: String) throws -> Int {
        try Self.attached(old, new) { connection in
            for table in ["tokens", "settings", "tombstones"] { try Self.copy(table, in: connection) }
            return try Self.carryRuns("o.state IN ('queued','running','waiting','finishing')", in: connection)
        }
    }

    /// Carries over what the store alone knows of runs that have ended, and the runs whose folders could not be read back.
    ///
    /// - Parameters:
    ///   - old: The database to be replaced.
    ///   - new: The database that is being made, with every run that has a sound folder.
    /// - Returns: The runs that only the old database knows.
    /// - Throws: ``Failure`` when the old one cannot be read; the new one is then as it was.
    package static func carryRest(from old: String, into new: String) throws -> [RunID] {
        try Self.attached(old, new) { connection in
            let only = try connection.rows(
                "SELECT run_id FROM old.runs WHERE run_id NOT IN (SELECT run_id FROM main.runs) ORDER BY run_id"
            ) { try Stored.runID($0.text(0)) }
            _ = try Self.carryRuns("true", in: connection)
            try connection.execute(
                """
                UPDATE main.runs SET updated = o.updated, edit = o.edit, next_sequence = max(main.runs.next_sequence, o.next_sequence)
                    FROM old.runs o WHERE o.run_id = main.runs.run_id;
                INSERT INTO main.events (run, number, kind, data, timestamp)
                    SELECT n.number, e.number, e.kind, e.data, e.timestamp FROM old.events e
                    JOIN old.runs o ON o.number = e.run JOIN main.runs n ON n.run_id = o.run_id;
                UPDATE main.runs SET next_event = o.next_event FROM old.runs o WHERE o.run_id = main.runs.run_id;
                INSERT INTO main.idempotency (owner, key, body, run, timestamp)
                    SELECT k.owner, k.key, k.body, n.number, k.timestamp FROM old.idempotency k
                    JOIN old.runs o ON o.number = k.run JOIN main.runs n ON n.run_id = o.run_id;
                """
            )
            try Self.copy("favorites", in: connection)
            return only
        }
    }

    /// Rows of runs that are not there yet, with all that hangs on them; their leases are void.
    private static func carryRuns(_ condition: String, in connection: Connection) throws -> Int {
        let columns = try Self.columns(of: "runs", in: connection).filter { $0 != "number" }.joined(separator: ", ")
        try connection.execute(
            """
            CREATE TEMP TABLE carried (old INTEGER PRIMARY KEY, run_id TEXT NOT NULL);
            INSERT INTO carried SELECT o.number, o.run_id FROM old.runs o
                WHERE \(condition) AND o.run_id NOT IN (SELECT run_id FROM main.runs);
            INSERT INTO main.runs (\(columns)) SELECT \(columns) FROM old.runs WHERE number IN (SELECT old FROM carried) ORDER BY run_id;
            UPDATE main.runs SET worker = NULL, expires = 0 WHERE worker IS NOT NULL;
            INSERT INTO main.media (medium, run_id) SELECT medium, run_id FROM old.media WHERE run_id IN (SELECT run_id FROM carried);
            INSERT INTO main.search (rowid, text, filters) SELECT n.number, s.text, s.filters
                FROM carried c JOIN old.search s ON s.rowid = c.old JOIN main.runs n ON n.run_id = c.run_id;
            """
        )
        for table in ["stages", "reservations", "entities"] {
            let columns = try Self.columns(of: table, in: connection).filter { $0 != "run" }.joined(separator: ", ")
            try connection.execute(
                """
                INSERT INTO main.\(table) (run, \(columns)) SELECT n.number, \(columns.split(separator: ", ").map { "t.\($0)" }
                    .joined(separator: ", "))
                    FROM carried c JOIN old.\(table) t ON t.run = c.old JOIN main.runs n ON n.run_id = c.run_id
                """
            )
        }
        let count = try connection.first("SELECT count(*) FROM carried") { $0.int(0) } ?? 0
        try connection.execute("DROP TABLE carried")
        return count
    }

    private static func copy(_ table: String, in connection: Connection) throws {
        let columns = try Self.columns(of: table, in: connection).joined(separator: ", ")
        let condition = table == "favorites" ? " WHERE run_id IN (SELECT run_id FROM main.runs)" : ""
        try connection.execute("INSERT OR IGNORE INTO main.\(table) (\(columns)) SELECT \(columns) FROM old.\(table)\(condition)")
    }

    private static func columns(of table: String, in connection: Connection) throws -> [String] {
        try connection.rows("SELECT name FROM pragma_table_info(?, 'old')", [.text(table)]) { $0.text(0) }
    }

    private static func attached<Result>(_ old: String, _ new: String, _ body: (Connection) throws -> Result) throws -> Result {
        let connection = try Connection(path: new, readOnly: false)
        defer { connection.close() }
        try connection.run("ATTACH ? AS old", [.text(old)])
        try connection.run("BEGIN IMMEDIATE")
        do {
            let result = try body(connection)
            try connection.run("COMMIT")
            return result
        } catch {
            if connection.isInTransaction { try connection.run("ROLLBACK") }
            throw error
        }
    }
}
