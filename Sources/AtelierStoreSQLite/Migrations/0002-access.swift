extension Migration {
    /// Who may come in, what people keep, and what is left of runs that were deleted.
    static let access = Migration(
        number: 2,
        sql: """
            CREATE TABLE tokens (
                id TEXT PRIMARY KEY,
                hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
                name TEXT NOT NULL,
                role TEXT NOT NULL,
                created INTEGER NOT NULL,
                expires INTEGER,
                revoked INTEGER
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE favorites (
                owner TEXT NOT NULL,
                run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
                created INTEGER NOT NULL,
                PRIMARY KEY (owner, run_id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX favorites_by_run ON favorites (run_id);

            CREATE TABLE settings (
                path TEXT PRIMARY KEY,
                value TEXT NOT NULL,
                updated INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- `chain` keeps sequence, commit and link of each entity: the chain still holds, and no text can be guessed from it.
            CREATE TABLE tombstones (
                run_id TEXT PRIMARY KEY CHECK (length(run_id) = 36),
                owner TEXT NOT NULL,
                deleted INTEGER NOT NULL,
                chain TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            """
    )
}
