extension Migration {
    /// Runs and all that hangs on them.
    ///
    /// Times are milliseconds; `expires` is on the store's clock, all others count from 1970 in UTC.
    static let runs = Migration(
        number: 1,
        sql: """
            CREATE TABLE runs (
                number INTEGER PRIMARY KEY,
                run_id TEXT NOT NULL UNIQUE CHECK (length(run_id) = 36),
                owner TEXT NOT NULL,
                user_id TEXT,
                session_id TEXT,
                device_id TEXT,
                config TEXT NOT NULL,
                plan TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('queued','running','waiting','finishing','succeeded','partial','failed','blocked','cancelled')),
                outcome TEXT CHECK (outcome IN ('succeeded','partial','failed','blocked','cancelled')),
                attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
                worker TEXT,
                expires INTEGER NOT NULL DEFAULT 0,
                problem TEXT,
                edit TEXT,
                accepted INTEGER NOT NULL,
                updated INTEGER NOT NULL,
                head BLOB CHECK (length(head) = 32),
                next_sequence INTEGER NOT NULL DEFAULT 1 CHECK (next_sequence >= 1),
                next_event INTEGER NOT NULL DEFAULT 1 CHECK (next_event >= 1),
                CHECK (worker IS NULL OR state IN ('running','finishing')),
                CHECK (worker IS NOT NULL OR expires = 0),
                CHECK ((outcome IS NULL) = (state IN ('queued','running','waiting'))),
                CHECK (state IN ('queued','running','waiting','finishing') OR state = outcome)
            ) STRICT;
            CREATE INDEX runs_by_owner ON runs (owner, run_id);
            CREATE INDEX runs_by_user ON runs (user_id, run_id) WHERE user_id IS NOT NULL;
            CREATE INDEX runs_by_session ON runs (session_id, run_id) WHERE session_id IS NOT NULL;
            CREATE INDEX runs_by_config ON runs (config, run_id);
            CREATE INDEX runs_by_state ON runs (state, run_id);
            CREATE INDEX runs_under_way ON runs (expires, run_id) WHERE state IN ('running','finishing');

            -- How many runs are in each state, as counting a full queue for each accept would cost more than accepting.
            CREATE TABLE tallies (state TEXT PRIMARY KEY, runs INTEGER NOT NULL CHECK (runs >= 0)) STRICT, WITHOUT ROWID;
            INSERT INTO tallies (state, runs) VALUES ('queued',0), ('running',0), ('waiting',0), ('finishing',0),
                ('succeeded',0), ('partial',0), ('failed',0), ('blocked',0), ('cancelled',0);
            CREATE TRIGGER runs_inserted AFTER INSERT ON runs BEGIN
                UPDATE tallies SET runs = runs + 1 WHERE state = NEW.state;
            END;
            CREATE TRIGGER runs_deleted AFTER DELETE ON runs BEGIN
                UPDATE tallies SET runs = runs - 1 WHERE state = OLD.state;
            END;
            CREATE TRIGGER runs_moved AFTER UPDATE OF state ON runs WHEN OLD.state <> NEW.state BEGIN
                UPDATE tallies SET runs = runs - 1 WHERE state = OLD.state;
                UPDATE tallies SET runs = runs + 1 WHERE state = NEW.state;
            END;

            CREATE TABLE stages (
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                stage INTEGER NOT NULL CHECK (stage BETWEEN 1 AND 4),
                output INTEGER NOT NULL CHECK (output >= -1),
                state TEXT NOT NULL CHECK (state IN ('pending','running','finished','blocked','failed')),
                attempt INTEGER NOT NULL CHECK (attempt >= 0),
                PRIMARY KEY (run, stage, output)
            ) STRICT, WITHOUT ROWID;

            -- Numbers that were handed out and are neither recorded nor void; the next number of a run is in its row.
            CREATE TABLE reservations (
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                sequence INTEGER NOT NULL CHECK (sequence >= 1),
                attempt INTEGER NOT NULL CHECK (attempt >= 1),
                draft TEXT NOT NULL,
                PRIMARY KEY (run, sequence)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE entities (
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                sequence INTEGER NOT NULL CHECK (sequence >= 1),
                stage INTEGER NOT NULL CHECK (stage BETWEEN 1 AND 4),
                output INTEGER NOT NULL CHECK (output >= -1),
                iteration INTEGER NOT NULL CHECK (iteration >= 0),
                type TEXT NOT NULL,
                mime_type TEXT NOT NULL,
                extension TEXT NOT NULL,
                bytes INTEGER NOT NULL CHECK (bytes >= 0),
                sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
                salt TEXT NOT NULL,
                timestamp INTEGER NOT NULL,
                metadata TEXT NOT NULL,
                link BLOB NOT NULL CHECK (length(link) = 32),
                PRIMARY KEY (run, sequence),
                UNIQUE (run, stage, output, iteration, type)
            ) STRICT, WITHOUT ROWID;

            -- Which media a run holds; repeats entities for the sake of lists, ordered like them.
            CREATE TABLE media (
                medium TEXT NOT NULL,
                run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
                PRIMARY KEY (medium, run_id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX media_by_run ON media (run_id);

            CREATE TABLE events (
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                number INTEGER NOT NULL CHECK (number >= 1),
                kind TEXT NOT NULL,
                data TEXT NOT NULL,
                timestamp INTEGER NOT NULL,
                PRIMARY KEY (run, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE slots (
                ticket INTEGER PRIMARY KEY AUTOINCREMENT,
                backend TEXT NOT NULL,
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                output INTEGER NOT NULL CHECK (output >= -1),
                attempt INTEGER NOT NULL CHECK (attempt >= 1),
                owner TEXT NOT NULL,
                cost INTEGER NOT NULL,
                state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','granted')),
                UNIQUE (backend, run, output)
            ) STRICT;
            CREATE INDEX slots_by_state ON slots (backend, state, ticket);
            CREATE INDEX slots_by_run ON slots (run);

            CREATE TABLE idempotency (
                owner TEXT NOT NULL,
                key TEXT NOT NULL,
                body BLOB NOT NULL CHECK (length(body) = 32),
                run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
                timestamp INTEGER NOT NULL,
                PRIMARY KEY (owner, key)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX idempotency_by_time ON idempotency (timestamp);
            CREATE INDEX idempotency_by_run ON idempotency (run);

            -- rowid is runs.number. `filters` holds a token for each label, so that a word within one session is one lookup.
            CREATE VIRTUAL TABLE search USING fts5 (
                text, filters, tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
            );
            CREATE TRIGGER runs_unsearched AFTER DELETE ON runs BEGIN
                DELETE FROM search WHERE rowid = OLD.number;
            END;
            """
    )
}
