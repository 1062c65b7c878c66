package import AtelierCore

extension SQLiteRunStore {
    package func run(_ id: RunID) async throws -> RunRecord? {
        try await self.readers.read { try Self.whole(id, in: $0) }
    }

    package func events(of id: RunID, after number: Int, limit: Int) async throws -> [RunEvent] {
        try await self.readers.read { connection in
            try connection.rows(
                """
                SELECT number, kind, data, timestamp FROM events
                WHERE run = (SELECT number FROM runs WHERE run_id = ?) AND number > ? ORDER BY number LIMIT ?
                """,
                [.text(id.text), .int(number), .int(max(0, limit))]
            ) { row in
                RunEvent(
                    number: row.int(0),
                    kind: try Stored.name(RunEvent.Kind.self, row.text(1)),
                    data: try Stored.value(row.utf8(2)),
                    timestamp: row.time(3)
                )
            }
        }
    }

    package func counts() async throws -> QueueCounts {
        let rows = try await self.readers.read { connection in
            try connection.rows("SELECT state, runs FROM tallies") { (try Stored.name(RunState.self, $0.text(0)), $0.int(1)) }
        }
        let tally = Dictionary(rows) { $0 + $1 }
        return QueueCounts(
            queued: tally[.queued] ?? 0,
            running: (tally[.running] ?? 0) + (tally[.finishing] ?? 0),
            waiting: tally[.waiting] ?? 0
        )
    }

    static let positionSQL = """
        SELECT (SELECT count(*) FROM runs WHERE state = 'queued' AND run_id <= ?1) FROM runs WHERE run_id = ?1 AND state = 'queued'
        """

    package func queuePosition(of id: RunID) async throws -> Int? {
        try await self.readers.read { try $0.first(Self.positionSQL, [.text(id.text)]) { $0.int(0) } }
    }

    /// A run in full.
    static func whole(_ id: RunID, in connection: Connection) throws -> RunRecord? {
        let kept = try connection.rows("SELECT \(KeptRun.columns) FROM runs WHERE run_id = ?", [.text(id.text)]) {
            try KeptRun($0, in: connection)
        }
        return try KeptRun.complete(kept, in: connection).first
    }
}
