import AtelierCore

extension KeptRun {
    /// Keeps what has become of the run, with its events.
    ///
    /// - Parameters:
    ///   - record: The run after the change; its entities are the ones that this value holds, then the new ones.
    ///   - events: The events of the change, numbered here.
    ///   - now: The moment that the events carry.
    ///   - connection: The writer's, in a transaction.
    /// - Throws: ``Failure`` when an entity is there already, or as the database says.
    func save(
        _ record: RunRecord,
        events: [(kind: RunEvent.Kind, data: JSON)],
        at now: Timestamp,
        in connection: Connection
    ) throws {
        for stage in record.stages where !self.record.stages.contains(stage) { try self.save(stage, in: connection) }
        for entity in record.entities.dropFirst(self.record.entities.count) { try self.insert(entity, in: connection) }
        let machine = record.machine
        try connection.run(
            """
            UPDATE runs SET state = ?, outcome = ?, attempt = ?, worker = ?, expires = ?, problem = ?, edit = ?, updated = ?, head = ?,
                next_event = ? WHERE number = ?
            """,
            [
                .text(machine.state.rawValue), .maybe(machine.outcome?.rawValue), .int(machine.attempt), .maybe(machine.hold?.worker),
                .integer(machine.hold?.expires ?? 0), try record.problem.map { try Stored.json($0) } ?? .null, .maybe(record.edit),
                .integer(record.updated.milliseconds), record.head.map { .blob($0.bytes) } ?? .null,
                .int(self.nextEvent + events.count), .integer(self.number),
            ]
        )
        try Self.insert(events, from: self.nextEvent, of: self.number, at: now, in: connection)
    }

    /// Writes events under the numbers from `first` on.
    static func insert(
        _ events: [(kind: RunEvent.Kind, data: JSON)],
        from first: Int,
        of run: Int64,
        at now: Timestamp,
        in connection: Connection
    ) throws {
        for (offset, event) in events.enumerated() {
            try connection.run(
                "INSERT INTO events (run, number, kind, data, timestamp) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(run), .int(first + offset), .text(event.kind.rawValue), Stored.json(event.data),
                    .integer(now.milliseconds),
                ]
            )
        }
    }

    private func save(_ stage: StageRecord, in connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO stages (run, stage, output, state, attempt) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (run, stage, output) DO UPDATE SET state = excluded.state, attempt = excluded.attempt
            """,
            [
                .integer(self.number), .int(stage.key.stage), .int(stage.key.output), .text(stage.machine.state.rawValue),
                .int(stage.machine.attempt),
            ]
        )
    }

    private func insert(_ entity: Entity, in connection: Connection) throws {
        let draft = entity.draft
        let key: [Value] = [
            .integer(self.number), .int(draft.key.stage.stage), .int(draft.key.stage.output), .int(draft.key.iteration),
            .text(draft.key.type.rawValue),
        ]
        let known = try connection.first(
            "SELECT 1 FROM entities WHERE run = ? AND stage = ? AND output = ? AND iteration = ? AND type = ?",
            key
        ) { _ in true }
        guard known == nil else { throw Failure.entityTwice(draft.key) }
        try connection.run(
            """
            INSERT INTO entities (run, stage, output, iteration, type, sequence, mime_type, extension, bytes, sha256, salt, timestamp,
                metadata, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            key + [
                .int(entity.sequence), .text(draft.media.mimeType), .text(draft.media.fileExtension), .int(draft.bytes),
                .blob(draft.sha256.bytes), .text(draft.salt), .integer(draft.timestamp.milliseconds), Stored.json(draft.metadata),
                .blob(entity.link.bytes),
            ]
        )
        guard let medium = draft.key.type.medium else { return }
        try connection.run(
            "INSERT OR IGNORE INTO media (medium, run_id) VALUES (?, ?)",
            [.text(medium.rawValue), .text(self.record.id.text)]
        )
    }
}
