package import AtelierCore

extension SQLiteRunStore {
    package func accept(_ run: NewRun) async throws -> RunID {
        // Encoded here, so that the writer's queue does nothing but write.
        let plan = try Stored.json(run.plan)
        let id = try await self.writer.write { connection in
            if let earlier = try Self.earlier(run, in: connection) { return earlier }
            try Self.checkRoom(for: run, in: connection)
            let number = try Self.insert(run, plan: plan, in: connection)
            try KeptRun.insert(RunRecord.queuedEvents, from: 1, of: number, at: run.timestamp, in: connection)
            let tokens = FilterToken.all(of: run.labels, config: run.plan.schema)
            try connection.run(
                "INSERT INTO search (rowid, text, filters) VALUES (?, ?, ?)",
                [.integer(number), .text(run.plan.inputText), .text(tokens.joined(separator: " "))]
            )
            if let (key, body) = run.idempotency {
                try connection.run(
                    "INSERT INTO idempotency (owner, key, body, run, timestamp) VALUES (?, ?, ?, ?, ?)",
                    [
                        .text(run.labels.owner), .text(key), .blob(body.bytes), .integer(number), .integer(run.timestamp.milliseconds),
                    ]
                )
            }
            return run.id
        }
        // Only now: a refused run must not lend its plan to another.
        if id == run.id { self.plans.keep(run.plan, of: id) }
        return id
    }

    /// The run that the same key brought before.
    private static func earlier(_ run: NewRun, in connection: Connection) throws -> RunID? {
        try connection.run("DELETE FROM idempotency WHERE timestamp < ?", [.integer(run.keysExpireBefore.milliseconds)])
        guard let (key, body) = run.idempotency else { return nil }
        let kept = try connection.first(
            "SELECT k.body, r.run_id FROM idempotency k JOIN runs r ON r.number = k.run WHERE k.owner = ? AND k.key = ?",
            [.text(run.labels.owner), .text(key)]
        ) { (try Stored.digest($0.blob(0)), try Stored.runID($0.text(1))) }
        guard let kept else { return nil }
        guard kept.0 == body else { throw Failure.keyReused() }
        return kept.1
    }

    private static func checkRoom(for run: NewRun, in connection: Connection) throws {
        let queued = try connection.first("SELECT runs FROM tallies WHERE state = 'queued'") { $0.int(0) } ?? 0
        guard queued < run.queueLimit else { throw Failure.queueFull(run.queueLimit) }
        let known = try connection.first("SELECT 1 FROM runs WHERE run_id = ?", [.text(run.id.text)]) { _ in true }
        guard known == nil else { throw Failure(.internalError, "The run \(run.id) was accepted before.") }
    }

    /// - Returns: The row's number.
    private static func insert(_ run: NewRun, plan: Value, in connection: Connection) throws -> Int64 {
        let now = Value.integer(run.timestamp.milliseconds)
        let number = try connection.first(
            """
            INSERT INTO runs (run_id, owner, user_id, session_id, device_id, config, plan, state, accepted, updated, next_event)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?) RETURNING number
            """,
            [
                .text(run.id.text), .text(run.labels.owner), .maybe(run.labels.userID), .maybe(run.labels.sessionID),
                .maybe(run.labels.deviceID), .text(run.plan.schema), plan, now, now, .int(RunRecord.queuedEvents.count + 1),
            ]
        ) { $0.integer(0) }
        guard let number else { throw Failure(.internalError, "The database gave the new run no number.") }
        return number
    }
}

/// Labels as words of the search row.
///
/// Hashed, as a label may hold anything and a word may not.
enum FilterToken {
    static func all(of labels: RunLabels, config: String) -> [String] {
        [
            Self.make("owner", labels.owner), Self.make("config", config), labels.userID.map { Self.make("user", $0) },
            labels.sessionID.map { Self.make("session", $0) },
        ].compactMap(\.self)
    }

    static func make(_ label: String, _ value: String) -> String { "x\(Digest(of: "\(label)\0\(value)".utf8).hex.prefix(16))" }
}
