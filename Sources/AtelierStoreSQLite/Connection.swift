import AtelierCore
import CSQLite

/// A value on its way into or out of SQLite.
enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    static func int(_ value: Int) -> Value { .integer(Int64(value)) }
    static func maybe(_ text: String?) -> Value { text.map(Value.text) ?? .null }
}

/// One connection to a database file.
///
/// It belongs to one serial queue at a time and is therefore not `Sendable`.
///
/// Statements are prepared once and kept. All texts are bound by their length in UTF-8, so that any Unicode comes back byte for byte.
final class Connection {
    private var database: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]
    /// Plans never change, so what was decoded once is good for as long as the connection lives.
    let plans: PlanCache

    /// More kept statements than this are dropped together: lists have one for each set of filters.
    private static let statementLimit = 256
    /// How long another process may hold the database before a call fails.
    private static let busyMilliseconds: Int32 = 5_000

    init(path: String, readOnly: Bool, plans: PlanCache = PlanCache()) throws {
        self.plans = plans
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &self.database, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        do {
            try self.check(code)
            sqlite3_busy_timeout(self.database, Self.busyMilliseconds)
            try self.execute("PRAGMA foreign_keys = ON")
        } catch {
            self.close()
            throw error
        }
    }

    deinit { self.close() }

    /// Gives everything back; every later call fails.
    func close() {
        self.dropStatements()
        sqlite3_close_v2(self.database)
        self.database = nil
    }

    /// Whether a transaction is open.
    ///
    /// SQLite ends one by itself after some failures, a full disk for example.
    var isInTransaction: Bool { self.database.map { sqlite3_get_autocommit($0) == 0 } ?? false }

    /// Whether every write would be refused.
    var isReadOnly: Bool { self.database.map { sqlite3_db_readonly($0, "main") != 0 } ?? true }

    /// Runs statements that take no values and give no rows.
    func execute(_ script: String) throws {
        let database = try self.opened()
        try self.check(sqlite3_exec(database, script, nil, nil, nil))
    }

    /// Runs one statement.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [Value] = []) throws -> Int {
        _ = try self.rows(sql, values) { _ in () }
        return Int(sqlite3_changes(self.database))
    }

    /// The first row of a query; nil when there is none.
    func first<Result>(_ sql: String, _ values: [Value] = [], _ read: (Row) throws -> Result) throws -> Result? {
        try self.rows(sql, values, read).first
    }

    /// All rows of a query.
    func rows<Result>(_ sql: String, _ values: [Value] = [], _ read: (Row) throws -> Result) throws -> [Result] {
        let statement = try self.statement(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() { try self.check(Self.bind(value, at: Int32(index + 1), of: statement)) }
        var results: [Result] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: results.append(try read(Row(statement: statement)))
            case SQLITE_DONE: return results
            case let code: throw self.failure(code)
            }
        }
    }

    private func statement(_ sql: String) throws -> OpaquePointer {
        if let statement = self.statements[sql] { return statement }
        let database = try self.opened()
        if self.statements.count >= Self.statementLimit { self.dropStatements() }
        var statement: OpaquePointer?
        try self.check(sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement else { throw Failure(.internalError, "An empty statement was prepared.") }
        self.statements[sql] = statement
        return statement
    }

    private func dropStatements() {
        for statement in self.statements.values { sqlite3_finalize(statement) }
        self.statements = [:]
    }

    /// SQLite copies what is bound, as the pointers die with the call.
    private static func bind(_ value: Value, at index: Int32, of statement: OpaquePointer) -> Int32 {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let whole): return sqlite3_bind_int64(statement, index, whole)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { chars in
                    // An empty buffer has no address, and no address would mean NULL.
                    guard let start = chars.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
                    return sqlite3_bind_text(statement, index, start, Int32(chars.count), copied)
                }
            }
        case .blob(let bytes): return sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copied)
        }
    }

    private func opened() throws -> OpaquePointer {
        guard let database = self.database else {
            throw Failure(.storeUnavailable, "The database is closed.", hint: "Start the server again.")
        }
        return database
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw self.failure(code) }
    }

    private func failure(_ code: Int32) -> Failure {
        let text = self.database.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        return Failure(SQLiteError(code: code, text: text))
    }
}

/// The row that a query stands on; good only until the query goes on.
struct Row {
    private let statement: OpaquePointer

    init(statement: OpaquePointer) { self.statement = statement }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.statement, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.statement, column) }
    func int(_ column: Int32) -> Int { Int(self.integer(column)) }
    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: self.integer(column)) }

    func text(_ column: Int32) -> String {
        String(decoding: self.bytes(sqlite3_column_text(self.statement, column), column), as: UTF8.self)
    }

    func maybeText(_ column: Int32) -> String? { self.isNull(column) ? nil : self.text(column) }

    func blob(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(self.statement, column)?.assumingMemoryBound(to: UInt8.self)
        return Array(self.bytes(start, column))
    }

    /// The bytes as they lie in SQLite's own memory.
    func bytes(_ start: UnsafePointer<UInt8>?, _ column: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(self.statement, column)))
    }

    func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8> { self.bytes(sqlite3_column_text(self.statement, column), column) }
}
