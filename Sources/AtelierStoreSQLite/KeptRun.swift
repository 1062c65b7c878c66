import AtelierCore

/// A run as its rows have it, on the way to be changed.
struct KeptRun: Sendable {
    var number: Int64
    var record: RunRecord
    var head: Digest?
    var nextSequence: Int
    var nextEvent: Int

    static let columns = """
        number, run_id, owner, user_id, session_id, device_id, plan, state, outcome, attempt, worker, expires, problem, edit, accepted, \
        updated, head, next_sequence, next_event
        """

    /// Reads the row of a run, without stages and entities; `row` has the columns above.
    init(_ row: Row, in connection: Connection) throws {
        let id = try Stored.runID(row.text(1))
        let labels = RunLabels(owner: row.text(2), userID: row.maybeText(3), sessionID: row.maybeText(4), deviceID: row.maybeText(5))
        let plan = try connection.plans.plan(of: id, from: row.utf8(6))
        self.number = row.integer(0)
        self.record = RunRecord(id: id, labels: labels, plan: plan, timestamp: row.time(14))
        self.record.machine = RunMachine(
            state: try Stored.name(RunState.self, row.text(7)),
            outcome: row.isNull(8) ? nil : try Stored.name(Outcome.self, row.text(8)),
            attempt: row.int(9),
            hold: row.maybeText(10).map { LeaseHold(worker: $0, expires: row.integer(11)) }
        )
        self.record.problem = row.isNull(12) ? nil : try Stored.decode(Problem.self, from: row.utf8(12))
        self.record.edit = row.maybeText(13)
        self.record.updated = row.time(15)
        self.head = row.isNull(16) ? nil : try Stored.digest(row.blob(16))
        self.nextSequence = row.int(17)
        self.nextEvent = row.int(18)
    }

    /// A run to be changed: with its stages, and of its entities only the last, which is all that the rules look at.
    static func find(_ id: RunID, in connection: Connection) throws -> KeptRun? {
        let found = try connection.first("SELECT \(Self.columns) FROM runs WHERE run_id = ?", [.text(id.text)]) {
            try KeptRun($0, in: connection)
        }
        guard var kept = found else { return nil }
        kept.record.stages = try Self.stages(of: [kept.number], in: connection)[kept.number] ?? []
        let last = try connection.first(
            "SELECT \(Self.entityColumns) FROM entities WHERE run = ? ORDER BY sequence DESC LIMIT 1",
            [.integer(kept.number)]
        ) { try Self.entity($0) }
        kept.record.entities = last.map { [$0] } ?? []
        guard kept.record.head == kept.head else { throw Stored.damaged("a chain") }
        return kept
    }

    /// Runs in full, with one query for all stages and one for all entities.
    static func complete(_ runs: [KeptRun], in connection: Connection) throws -> [RunRecord] {
        let stages = try Self.stages(of: runs.map(\.number), in: connection)
        let entities = try Self.entities(of: runs.map(\.number), in: connection)
        return try runs.map { kept in
            var record = kept.record
            record.stages = stages[kept.number] ?? []
            record.entities = entities[kept.number] ?? []
            guard record.head == kept.head else { throw Stored.damaged("a chain") }
            return record
        }
    }

    private static func stages(of runs: [Int64], in connection: Connection) throws -> [Int64: [StageRecord]] {
        let sql = """
            SELECT run, stage, output, state, attempt FROM stages WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, stage, output
            """
        let rows = try connection.rows(sql, [Self.list(runs)]) { row in
            let machine = StageMachine(state: try Stored.name(StageState.self, row.text(3)), attempt: row.int(4))
            return (row.integer(0), StageRecord(key: StageKey(row.int(1), output: row.int(2)), machine: machine))
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    private static func entities(of runs: [Int64], in connection: Connection) throws -> [Int64: [Entity]] {
        let sql = """
            SELECT \(Self.entityColumns), run FROM entities WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, sequence
            """
        let rows = try connection.rows(sql, [Self.list(runs)]) { row in (row.integer(13), try Self.entity(row)) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    static let entityColumns =
        "sequence, stage, output, iteration, type, mime_type, extension, bytes, sha256, salt, timestamp, metadata, link"

    private static func entity(_ row: Row) throws -> Entity {
        let type = try Stored.name(EntityType.self, row.text(4))
        let draft = EntityDraft(
            key: EntityKey(type, stage: StageKey(row.int(1), output: row.int(2)), iteration: row.int(3)),
            media: MediaType(row.text(5), row.text(6)),
            bytes: row.int(7),
            sha256: try Stored.digest(row.blob(8)),
            salt: row.text(9),
            timestamp: row.time(10),
            metadata: try Stored.value(row.utf8(11))
        )
        return Entity(draft: draft, sequence: row.int(0), link: try Stored.digest(row.blob(12)))
    }

    /// Row numbers as one bound value.
    private static func list(_ numbers: [Int64]) -> Value { .text("[\(numbers.map(String.init).joined(separator: ","))]") }
}
