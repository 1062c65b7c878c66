import AtelierCore

/// One numbered step of the schema; never edited after a release.
struct Migration: Sendable {
    var number: Int
    var sql: String
}

/// Brings a database to the schema that this program knows.
enum Migrations {
    /// In order, numbered from 1 without gaps.
    static let all: [Migration] = [.runs, .access]

    /// Migrates, each step in a transaction of its own; a database that is up to date is not written to.
    ///
    /// - Throws: ``Failure`` with `refused_start` when a newer program has been here, which may have given old columns a new meaning.
    static func migrate(_ connection: Connection) throws {
        var version = try Self.version(of: connection)
        guard version <= Self.all.count else {
            throw Failure(
                .refusedStart,
                "The database was made by a newer Atelier (schema \(version); this program knows \(Self.all.count)).",
                hint: "Start the newer program, or restore a backup that was made with this one."
            )
        }
        while version < Self.all.count {
            try connection.run("BEGIN EXCLUSIVE")
            do {
                // Read again: another process may have migrated while this one waited for the lock.
                version = try Self.version(of: connection)
                if version < Self.all.count {
                    let step = Self.all[version]
                    try connection.execute(step.sql)
                    try connection.execute("PRAGMA user_version = \(step.number)")
                    version = step.number
                }
                try connection.run("COMMIT")
            } catch {
                if connection.isInTransaction { try connection.run("ROLLBACK") }
                throw error
            }
        }
    }

    /// Checks that a database needs no step, for those who may not take one.
    ///
    /// - Throws: ``Failure`` with `refused_start`.
    static func checkCurrent(_ connection: Connection) throws {
        let version = try Self.version(of: connection)
        guard version == Self.all.count else {
            throw Failure(
                .refusedStart,
                "The database has schema \(version); this program reads schema \(Self.all.count).",
                hint: "Start 'atelier serve' of the newer of the two once; it brings the database up to date."
            )
        }
    }

    private static func version(of connection: Connection) throws -> Int {
        try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0
    }
}
