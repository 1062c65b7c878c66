package import AtelierCore

extension SQLiteRunStore {
    package func takeSlot(_ request: SlotRequest, for lease: Lease) async throws -> SlotAnswer {
        try await self.change(lease) { kept, connection in
            try kept.record.machine.checkWritable(attempt: lease.attempt)
            let backend = Value.text(request.backend)
            try connection.run(Self.reclaimSQL, [backend])
            try connection.run(
                """
                INSERT INTO slots (backend, run, output, attempt, owner, cost) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (backend, run, output) DO NOTHING
                """,
                [
                    backend, .integer(kept.number), .int(request.output), .int(lease.attempt), .text(request.owner), .int(request.cost),
                ]
            )
            try connection.run(Self.grantSQL, [backend, .int(request.capacity)])
            let position = try connection.first(
                """
                SELECT (SELECT count(*) FROM slots w WHERE w.backend = s.backend AND w.state = 'waiting' AND w.ticket <= s.ticket)
                FROM slots s WHERE s.backend = ? AND s.run = ? AND s.output = ? AND s.state = 'waiting'
                """,
                [backend, .integer(kept.number), .int(request.output)]
            ) { $0.int(0) }
            return position.map { .waiting(position: $0) } ?? .granted
        }
    }

    package func returnSlot(backend: String, output: Int, for lease: Lease) async throws {
        try await self.writer.write { connection in
            _ = try connection.run(
                "DELETE FROM slots WHERE backend = ? AND run = (SELECT number FROM runs WHERE run_id = ?) AND output = ? AND attempt = ?",
                [.text(backend), .text(lease.run.text), .int(output), .int(lease.attempt)]
            )
        }
    }

    /// Takes back what belongs to leases that are void.
    private static let reclaimSQL = """
        DELETE FROM slots WHERE backend = ? AND NOT EXISTS (
            SELECT 1 FROM runs WHERE runs.number = slots.run AND runs.attempt = slots.attempt AND runs.worker IS NOT NULL)
        """

    /// Grants what is free, in the order of the tickets.
    private static let grantSQL = """
        UPDATE slots SET state = 'granted' WHERE ticket IN (
            SELECT ticket FROM slots WHERE backend = ?1 AND state = 'waiting' ORDER BY ticket
            LIMIT max(0, ?2 - (SELECT count(*) FROM slots WHERE backend = ?1 AND state = 'granted')))
        """
}
