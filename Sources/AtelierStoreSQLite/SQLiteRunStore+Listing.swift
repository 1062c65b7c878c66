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
    private let source: Source

    /// The table that is gone through; everything else is looked up from it.
    private enum Source: String {
        case runs = "runs"
        /// In no order, so that everything found is sorted.
        case search = "search CROSS JOIN runs ON runs.number = search.rowid"
        case media = "media CROSS JOIN runs ON runs.run_id = media.run_id"
    }

    /// The whole statement; its last value is the number of rows.
    var text: String {
        let filter = self.conditions.isEmpty ? "" : " WHERE \(self.conditions.joined(separator: " AND "))"
        let columns = KeptRun.columns.replacing("run_id", with: "runs.run_id")
        return "SELECT \(columns) FROM \(self.source.rawValue)\(filter) ORDER BY \(self.id) DESC LIMIT ?"
    }

    /// The id in the table that gives the order.
    private var id: String { self.source == .media ? "media.run_id" : "runs.run_id" }

    /// Puts a query's filters together; nil when nothing can match.
    init?(_ query: RunQuery) {
        let words = query.text.flatMap(SearchWords.init(query:))
        if let words, words.words.isEmpty { return nil }
        let labels: [(String, String?)] = [
            ("owner", query.owner), ("config", query.config), ("user_id", query.userID), ("session_id", query.sessionID),
        ]
        // Any label narrows more than a medium does.
        let isLabelled = query.status != nil || labels.contains { $0.1 != nil }
        self.source = words != nil ? .search : query.medium != nil && !isLabelled ? .media : .runs
        if let words { self.add("search MATCH ?", .text(Self.match(words, query))) }
        for (column, wanted) in labels { if let wanted { self.add("\(column) = ?", .text(wanted)) } }
        if let status = query.status { self.add(status) }
        if let medium = query.medium { self.add(medium) }
        if let from = query.from { self.add("\(self.id) >= ?", .text(Self.firstID(at: from.milliseconds))) }
        if let to = query.to { self.add("\(self.id) < ?", .text(Self.firstID(after: to.milliseconds))) }
        if let before = query.before { self.add("\(self.id) < ?", .text(before.text)) }
    }

    private mutating func add(_ medium: Medium) {
        let condition =
            self.source == .media
            ? "medium = ?" : "EXISTS (SELECT 1 FROM media WHERE medium = ? AND media.run_id = runs.run_id)"
        self.add(condition, .text(medium.rawValue))
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
