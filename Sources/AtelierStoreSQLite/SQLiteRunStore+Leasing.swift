package import AtelierCore

extension SQLiteRunStore {
    package func lease(_ request: LeaseRequest) async throws -> LeasedRun? {
        try await self.writer.write { connection in
            guard let id = try request.only ?? Self.readyLongest(at: request.now, in: connection),
                let kept = try KeptRun.find(id, in: connection)
            else { return nil }
            var record = kept.record
            guard let events = record.lease(request) else { return nil }
            try kept.save(record, events: events, at: record.updated, in: connection)
            return LeasedRun(
                lease: Lease(run: id, attempt: record.machine.attempt),
                record: try Self.whole(id, in: connection) ?? record,
                reserved: try Self.reserved(of: kept.number, in: connection)
            )
        }
    }

    package func extend(_ lease: Lease, until expires: Int64) async throws -> Outcome? {
        try await self.change(lease) { kept, connection in
            var record = kept.record
            let outcome = try record.machine.extend(attempt: lease.attempt, until: expires)
            try kept.save(record, events: [], at: record.updated, in: connection)
            return outcome
        }
    }

    package func voidLeases() async throws {
        try await self.writer.write { connection in
            _ = try connection.run(
                "UPDATE runs SET worker = NULL, expires = 0 WHERE state IN ('running','finishing') AND worker IS NOT NULL"
            )
        }
    }

    static let underWaySQL = """
        SELECT run_id FROM runs INDEXED BY runs_under_way WHERE state IN ('running','finishing') AND expires <= ?
        ORDER BY expires, run_id LIMIT 1
        """
    static let queuedSQL = "SELECT run_id FROM runs WHERE state = 'queued' ORDER BY run_id LIMIT 1"

    /// What was begun comes before what is queued; among that, the lease that has been void for longest.
    private static func readyLongest(at now: Int64, in connection: Connection) throws -> RunID? {
        let read = { (row: Row) in try Stored.runID(row.text(0)) }
        return try connection.first(Self.underWaySQL, [.integer(now)], read) ?? connection.first(Self.queuedSQL, [], read)
    }

    private static func reserved(of run: Int64, in connection: Connection) throws -> [(sequence: Int, draft: EntityDraft)] {
        try connection.rows("SELECT sequence, draft FROM reservations WHERE run = ? ORDER BY sequence", [.integer(run)]) { row in
            (sequence: row.int(0), draft: try Stored.decode(EntityDraft.self, from: row.utf8(1)))
        }
    }
}
