import AtelierCore
import CSQLite

/// What SQLite itself said; the cause behind a ``Failure``.
struct SQLiteError: Error, Sendable {
    /// The extended result code.
    var code: Int32
    var text: String

    /// The code without its details.
    var primary: Int32 { self.code & 0xFF }
}

extension Failure {
    /// A failure of the database, in the contract's words.
    init(_ error: SQLiteError, fileID: String = #fileID, line: Int = #line) {
        let (code, message, hint): (Code, String, String) =
            switch error.primary {
            case SQLITE_FULL:
                (.noSpace, "The database's disk is full.", "Free some space on it; nothing that was accepted is lost.")
            case SQLITE_CORRUPT, SQLITE_NOTADB:
                (
                    .corrupt, "The database file is damaged, or it is no database.",
                    "Stop the server, keep the file, and restore a backup or run 'atelier rebuild'."
                )
            case SQLITE_BUSY, SQLITE_LOCKED:
                (.storeUnavailable, "Another program holds the database.", "Close the program that has it open, then try again.")
            case SQLITE_CANTOPEN:
                (.storeUnavailable, "The database file cannot be opened.", "Check that its folder exists and may be written to.")
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
                (.storeUnavailable, "The database file may not be written to.", "Check the file's and its folder's permissions.")
            case SQLITE_IOERR:
                (.storeUnavailable, "The database's disk reports an error.", "Check the disk and its mount, then try again.")
            default:
                (.internalError, "The database refused a statement.", "Look into the log for the cause.")
            }
        self.init(code, message, hint: hint, cause: error, fileID: fileID, line: line)
    }
}
