import AtelierCore
import Dispatch
import Synchronization

/// Runs an actor's jobs on a queue of its own, as SQLite's calls block and the cooperative threads must not.
final class QueueExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(_ label: String) { self.queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Lets blocks that Dispatch itself runs on the queue enter the actor with `assumeIsolated`.
    func checkIsolated() { dispatchPrecondition(condition: .onQueue(self.queue)) }
}

/// The one connection that writes, and the groups in which it commits.
///
/// What waits while a transaction is synced to disk shares the next one. Each write has a savepoint of its own, so that one that fails
/// leaves its neighbours alone. Nobody is answered before `COMMIT` has returned, refusals included, as they may rest on what a neighbour
/// wrote; when `COMMIT` fails, all are told so. An actor, so that the compiler keeps the connection on its queue.
actor Writer {
    private let executor = QueueExecutor("atelier.sqlite.writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    private let connection: Connection
    private var waiting: [Waiting] = []
    /// How many transactions were committed.
    private(set) var commits = 0

    /// One write: its work, which gives the answer to be sent after the commit, and whom to tell of a failure.
    private struct Waiting {
        var work: (Connection) throws -> () -> Void
        var fail: (any Error) -> Void
    }

    init(_ connection: sending Connection) { self.connection = connection }

    /// Writes, in a transaction that others may share.
    ///
    /// - Parameter body: The work; it may read what it writes. Whatever it throws undoes it alone.
    /// - Returns: What `body` returned, once it is on the disk.
    /// - Throws: What `body` threw, or ``Failure`` when the group could not be committed.
    func write<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            if self.waiting.isEmpty {
                // Behind every write that is on the queue already: those join this group.
                self.executor.queue.async { self.assumeIsolated { $0.flush() } }
            }
            self.waiting.append(
                Waiting(
                    work: { connection in
                        let result = try body(connection)
                        return { continuation.resume(returning: result) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    /// Moves the log into the database file and closes; every later write fails.
    func close() throws {
        defer { self.connection.close() }
        self.flush()
        // Beside a holder there is nothing to tidy up: SQLite calls that an error of the disk.
        guard !self.connection.isReadOnly else { return }
        // No `PRAGMA optimize`: its figures of a small database make SQLite go through a large one row by row.
        try self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func flush() {
        let group = self.waiting
        self.waiting = []
        guard !group.isEmpty else { return }
        do {
            for answer in try self.commit(group) { answer() }
        } catch {
            for waiting in group { waiting.fail(error) }
        }
    }

    /// - Returns: The answers, in the order of the writes.
    private func commit(_ group: [Waiting]) throws -> [() -> Void] {
        try self.connection.run("BEGIN IMMEDIATE")
        do {
            let answers = try group.map { waiting in
                do {
                    return try self.save(waiting)
                } catch  where self.connection.isInTransaction {
                    return { waiting.fail(error) }
                }
            }
            try self.connection.run("COMMIT")
            self.commits += 1
            return answers
        } catch {
            if self.connection.isInTransaction { try self.connection.run("ROLLBACK") }
            throw error
        }
    }

    /// Does one write in its savepoint.
    ///
    /// When SQLite has ended the whole transaction, there is no savepoint to go back to.
    private func save(_ waiting: Waiting) throws -> () -> Void {
        try self.connection.run("SAVEPOINT one")
        do {
            let answer = try waiting.work(self.connection)
            try self.connection.run("RELEASE one")
            return answer
        } catch {
            if self.connection.isInTransaction {
                try self.connection.run("ROLLBACK TO one")
                try self.connection.run("RELEASE one")
            }
            throw error
        }
    }
}
