package import AtelierCore

extension SQLiteRunStore {
    package func list(_ query: RunQuery) async throws -> RunPage {
        guard let sql = ListSQL(query) else { return RunPage(runs: [], next: nil) }
        return try await self.readers.read { connection in
            // One more than wanted tells whether there is a next page.
            let kept = try connection.rows(sql.text, sql.values + [.int(query.limit + 1)]) { try KeptRun($0, in: connection) }
            let runs = try KeptRun.complete(Array(kept.prefix(query.limit)), in: connection)
            return RunPage(runs: runs, next: kept.count > query.limit ? runs.last?.id : nil)
        }
    }
}

/// The statement for a list.
///
/// What it asks for is bound; only which filters there are is in its text.
struct ListSQL {
    private(set) var values: [Value] = []
    private var conditions: [String] = []
    private let source: String

    /// The whole statement; its last value is the number of rows.
    var text: String {
        let filter = self.conditions.isEmpty ? "" : " WHERE \(self.conditions.joined(separator: " AND "))"
        let columns = KeptRun.columns.replacing("run_id", with: "runs.run_id")
        return "SELECT \(columns) FROM \(self.source)\(filter) ORDER BY runs.run_id DESC LIMIT ?"
    }

    /// Puts a query's filters together; nil when nothing can match.
    init?(_ query: RunQuery) {
        let words = query.text.flatMap(SearchWords.init(query:))
        if let words, words.words.isEmpty { return nil }
        self.source = words == nil ? "runs" : "search CROSS JOIN runs ON runs.number = search.rowid"
        if let words { self.add("search MATCH ?", .text(Self.match(words, query))) }
        if let owner = query.owner { self.add("owner = ?", .text(owner)) }
        if let config = query.config { self.add("config = ?", .text(config)) }
        if let userID = query.userID { self.add("user_id = ?", .text(userID)) }
        if let sessionID = query.sessionID { self.add("session_id = ?", .text(sessionID)) }
        if let status = query.status { self.add(status) }
        if let medium = query.medium {
            self.add("runs.run_id IN (SELECT run_id FROM media WHERE medium = ?)", .text(medium.rawValue))
        }
        if let from = query.from { self.add("runs.run_id >= ?", .text(Self.firstID(at: from.milliseconds))) }
        if let to = query.to { self.add("runs.run_id < ?", .text(Self.firstID(after: to.milliseconds))) }
        if let before = query.before { self.add("runs.run_id < ?", .text(before.text)) }
    }

    private mutating func add(_ condition: String, _ value: Value) {
        self.conditions.append(condition)
        self.values.append(value)
    }

    private mutating func add(_ status: RunState) {
        guard status == .running else { return self.add("state = ?", .text(status.rawValue)) }
        self.conditions.append("state IN ('running','finishing')")
    }

    private static func firstID(after milliseconds: Int64) -> String { Self.firstID(at: min(milliseconds, .max - 1) + 1) }

    /// The smallest id of a moment, as the order of ids is the order of acceptance.
    private static func firstID(at milliseconds: Int64) -> String {
        let bounded = min(max(0, milliseconds), 0xFFFF_FFFF_FFFF)
        return RunID(time: Timestamp(milliseconds: bounded), counter: 0, random: 0).text
    }

    /// The words, quoted; letters and digits are all they hold, so that nothing of the query language gets through.
    private static func match(_ words: SearchWords, _ query: RunQuery) -> String {
        let wanted = words.words.map { "text : \"\($0.text)\"\($0.isPrefix ? " *" : "")" }
        let labels = [("owner", query.owner), ("config", query.config), ("user", query.userID), ("session", query.sessionID)]
        let filters = labels.compactMap { label, value in value.map { "filters : \"\(FilterToken.make(label, $0))\"" } }
        return (wanted + filters).joined(separator: " AND ")
    }
}
