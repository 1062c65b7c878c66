package import AtelierCore

extension SQLiteRunStore: RecoverableStore {
    package func keptRows(before: RunID?, limit: Int) async throws -> [KeptRow] {
        try await self.readers.read { connection in
            let first = before.map(\.text) ?? "g"
            let runs = try connection.rows(
                "SELECT \(RawRun.columns) FROM runs WHERE run_id < ? ORDER BY run_id DESC LIMIT ?",
                [.text(first), .int(limit)]
            ) { RawRun($0) }
            return try RawRun.complete(runs, in: connection)
        }
    }

    package func keptRow(_ id: RunID) async throws -> KeptRow? {
        try await self.readers.read { connection in
            let runs = try connection.rows("SELECT \(RawRun.columns) FROM runs WHERE run_id = ?", [.text(id.text)]) { RawRun($0) }
            return try RawRun.complete(runs, in: connection).first
        }
    }

    package func isDeleted(_ id: RunID) async throws -> Bool {
        try await self.readers.read { connection in
            try connection.first("SELECT 1 FROM tombstones WHERE run_id = ?", [.text(id.text)]) { _ in true } ?? false
        }
    }

    @discardableResult
    package func restore(_ runs: [RestoredRun]) async throws -> Int {
        let plans = try runs.map { try Stored.json($0.record.plan) }
        return try await self.writer.write { connection in
            var count = 0
            for (run, plan) in zip(runs, plans) where try Self.restore(run, plan: plan, in: connection) { count += 1 }
            return count
        }
    }

    package func forget(_ id: RunID) async throws {
        try await self.writer.write { connection in
            _ = try connection.run("DELETE FROM runs WHERE run_id = ?", [.text(id.text)])
        }
    }

    /// - Returns: False when the run is there already.
    private static func restore(_ run: RestoredRun, plan: Value, in connection: Connection) throws -> Bool {
        let record = run.record
        let number = try connection.first(
            """
            INSERT INTO runs (run_id, owner, user_id, session_id, device_id, config, plan, state, accepted, updated, next_sequence)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?) ON CONFLICT (run_id) DO NOTHING RETURNING number
            """,
            [
                .text(record.id.text), .text(record.labels.owner), .maybe(record.labels.userID), .maybe(record.labels.sessionID),
                .maybe(record.labels.deviceID), .text(record.plan.schema), plan, .integer(record.timestamp.milliseconds),
                .integer(record.updated.milliseconds), .int(run.nextSequence),
            ]
        ) { $0.integer(0) }
        guard let number, let kept = try KeptRun.find(record.id, in: connection) else { return false }
        try kept.save(record, events: [], at: record.updated, in: connection)
        let tokens = FilterToken.all(of: record.labels, config: record.plan.schema)
        try connection.run(
            "INSERT INTO search (rowid, text, filters) VALUES (?, ?, ?)",
            [.integer(number), .text(run.searchTexts.joined(separator: "\n")), .text(tokens.joined(separator: " "))]
        )
        return true
    }
}

/// A run as its rows have it, not yet understood.
private struct RawRun: Sendable {
    private var number: Int64
    private var runID: String
    private var labels: RunLabels
    private var plan: [UInt8]
    private var state: String
    private var outcome: String?
    private var attempt: Int
    private var hold: LeaseHold?
    private var problem: [UInt8]?
    private var edit: String?
    private var accepted: Timestamp
    private var updated: Timestamp
    private var head: [UInt8]?
    private var stages: [RawStage] = []
    private var entities: [RawEntity] = []

    static let columns = """
        number, run_id, owner, user_id, session_id, device_id, plan, state, outcome, attempt, worker, expires, problem, edit, accepted, \
        updated, head
        """

    init(_ row: Row) {
        self.number = row.integer(0)
        self.runID = row.text(1)
        self.labels = RunLabels(owner: row.text(2), userID: row.maybeText(3), sessionID: row.maybeText(4), deviceID: row.maybeText(5))
        self.plan = Array(row.utf8(6))
        self.state = row.text(7)
        self.outcome = row.maybeText(8)
        self.attempt = row.int(9)
        self.hold = row.maybeText(10).map { LeaseHold(worker: $0, expires: row.integer(11)) }
        self.problem = row.isNull(12) ? nil : Array(row.utf8(12))
        self.edit = row.maybeText(13)
        self.accepted = row.time(14)
        self.updated = row.time(15)
        self.head = row.isNull(16) ? nil : row.blob(16)
    }

    /// Adds stages and entities, with one query for all of each; what cannot be understood is found by whoever decodes it.
    static func complete(_ runs: [RawRun], in connection: Connection) throws -> [KeptRow] {
        let list = Value.text("[\(runs.map { String($0.number) }.joined(separator: ","))]")
        let stages = try connection.rows(
            "SELECT run, stage, output, state, attempt FROM stages WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, stage, output",
            [list]
        ) { RawStage($0) }
        let entities = try connection.rows(
            "SELECT run, \(KeptRun.entityColumns) FROM entities WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, sequence",
            [list]
        ) { RawEntity($0) }
        let stagesByRun = Dictionary(grouping: stages, by: \.run)
        let entitiesByRun = Dictionary(grouping: entities, by: \.run)
        return runs.compactMap { run in
            // An id that is none cannot name a folder either.
            guard let id = RunID(run.runID) else { return nil }
            var run = run
            run.stages = stagesByRun[run.number] ?? []
            run.entities = entitiesByRun[run.number] ?? []
            return KeptRow(id: id) { [run] in try run.decoded(id) }
        }
    }

    private func decoded(_ id: RunID) throws -> RunRecord {
        let plan = try self.plan.withUnsafeBufferPointer { try Stored.decode(Plan.self, from: $0) }
        var record = RunRecord(id: id, labels: self.labels, plan: plan, timestamp: self.accepted)
        record.machine = RunMachine(
            state: try Stored.name(RunState.self, self.state),
            outcome: try self.outcome.map { try Stored.name(Outcome.self, $0) },
            attempt: self.attempt,
            hold: self.hold
        )
        record.problem = try self.problem.map { try $0.withUnsafeBufferPointer { try Stored.decode(Problem.self, from: $0) } }
        record.edit = self.edit
        record.updated = self.updated
        record.stages = try self.stages.map { try $0.decoded() }
        record.entities = try self.entities.map { try $0.decoded() }
        guard record.head?.bytes == self.head else { throw Stored.damaged("a chain") }
        return record
    }
}

private struct RawStage: Sendable {
    var run: Int64
    private var key: StageKey
    private var state: String
    private var attempt: Int

    init(_ row: Row) {
        self.run = row.integer(0)
        self.key = StageKey(row.int(1), output: row.int(2))
        self.state = row.text(3)
        self.attempt = row.int(4)
    }

    func decoded() throws -> StageRecord {
        StageRecord(key: self.key, machine: StageMachine(state: try Stored.name(StageState.self, self.state), attempt: self.attempt))
    }
}

private struct RawEntity: Sendable {
    var run: Int64
    private var sequence: Int
    private var stage: StageKey
    private var iteration: Int
    private var type: String
    private var media: MediaType
    private var bytes: Int
    private var sha256: [UInt8]
    private var salt: String
    private var timestamp: Timestamp
    private var metadata: [UInt8]
    private var link: [UInt8]

    init(_ row: Row) {
        self.run = row.integer(0)
        self.sequence = row.int(1)
        self.stage = StageKey(row.int(2), output: row.int(3))
        self.iteration = row.int(4)
        self.type = row.text(5)
        self.media = MediaType(row.text(6), row.text(7))
        self.bytes = row.int(8)
        self.sha256 = row.blob(9)
        self.salt = row.text(10)
        self.timestamp = row.time(11)
        self.metadata = Array(row.utf8(12))
        self.link = row.blob(13)
    }

    func decoded() throws -> Entity {
        let draft = EntityDraft(
            key: EntityKey(try Stored.name(EntityType.self, self.type), stage: self.stage, iteration: self.iteration),
            media: self.media,
            bytes: self.bytes,
            sha256: try Stored.digest(self.sha256),
            salt: self.salt,
            timestamp: self.timestamp,
            metadata: try self.metadata.withUnsafeBufferPointer { try JSON(quick: $0) ?? Stored.decode(JSON.self, from: $0) }
        )
        return Entity(draft: draft, sequence: self.sequence, link: try Stored.digest(self.link))
    }
}
