import AtelierCore
import AtelierTesting
import Testing

@testable import AtelierStoreSQLite

/// What runs often must find its rows by an index: no scan of the runs, and no sorting of more than a page.
@Suite struct SQLiteQueryPlanTests {
    private static func plan(_ sql: String, _ count: Int) async throws -> [String] {
        var lines: [String] = []
        try await Folder.use { folder in
            let store = try SQLiteRunStore(path: folder.path("atelier.sqlite"))
            lines = try await store.readers.read { connection in
                try connection.rows("EXPLAIN QUERY PLAN \(sql)", Array(repeating: .null, count: count)) { $0.text(3) }
            }
            try await store.close()
        }
        return lines
    }

    private static func isCheap(_ lines: [String]) -> Bool {
        !lines.contains {
            $0.hasPrefix("SCAN runs") && !$0.contains("USING INDEX") || $0.hasPrefix("SCAN media") || $0.contains("TEMP B-TREE")
        }
    }

    /// Each filter alone, and as a participant sees it.
    enum Filter: String, CaseIterable {
        case none, owner, queued, running, succeeded, config, userID, sessionID, medium, from, to, before

        func set(_ query: inout RunQuery) {
            switch self {
            case .none: break
            case .owner: query.owner = "anna"
            case .queued: query.status = .queued
            case .running: query.status = .running
            case .succeeded: query.status = .succeeded
            case .config: query.config = "dada"
            case .userID: query.userID = "u"
            case .sessionID: query.sessionID = "s"
            case .medium: query.medium = .image
            case .from: query.from = Sample.start
            case .to: query.to = Sample.start
            case .before: query.before = Sample.id(1)
            }
        }
    }

    @Test(arguments: Filter.allCases)
    func `a list with one filter, or with it and the owner, does not scan`(_ filter: Filter) async throws {
        for owner in [nil, "anna"] {
            var query = RunQuery(owner: owner, limit: 50)
            filter.set(&query)
            let sql = try #require(ListSQL(query))
            let lines = try await Self.plan(sql.text, sql.values.count + 1)
            // What runs at this moment is little, whatever the size of the archive: it may be sorted.
            let sorts = filter == .running && owner == nil && lines.first?.contains("runs_by_state") == true
            #expect(Self.isCheap(lines) || sorts, "\(lines)")
            let isFree = filter == .none && owner == nil
            #expect(isFree || lines.contains { $0.hasPrefix("SEARCH") }, "\(lines)")
        }
    }

    @Test func `a word looks into the search index first`() async throws {
        var query = RunQuery(owner: "anna", limit: 50)
        query.text = "cat"
        let sql = try #require(ListSQL(query))
        let lines = try await Self.plan(sql.text, sql.values.count + 1)
        #expect(lines.first?.contains("VIRTUAL TABLE INDEX") == true, "\(lines)")
        #expect(lines.contains { $0.contains("SEARCH runs USING INTEGER PRIMARY KEY") }, "\(lines)")
    }

    @Test(arguments: [
        (SQLiteRunStore.underWaySQL, 1, "runs_under_way"), (SQLiteRunStore.queuedSQL, 0, "runs_by_state"),
        (SQLiteRunStore.positionSQL, 1, "runs_by_state"),
    ])
    func `work and places in the queue are found by an index`(_ sql: String, _ count: Int, _ index: String) async throws {
        let lines = try await Self.plan(sql, count)
        #expect(Self.isCheap(lines), "\(lines)")
        #expect(lines.contains { $0.contains(index) }, "\(lines)")
    }
}
