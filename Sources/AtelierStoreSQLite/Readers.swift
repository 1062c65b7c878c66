import AtelierCore
import Synchronization

/// Connections that only read, each on a queue of its own; a read goes to the one with the least to do.
final class Readers: Sendable {
    private let readers: [Reader]
    private let loads: Mutex<[Int]>

    init(path: String, count: Int, plans: PlanCache) throws {
        self.readers = try (0..<count).map { number in try Reader(path: path, number: number, plans: plans) }
        self.loads = Mutex(Array(repeating: 0, count: count))
    }

    /// Reads within one transaction: everything that `body` sees is of one moment.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        let chosen = self.loads.withLock { loads in
            let chosen = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[chosen] += 1
            return chosen
        }
        defer { self.loads.withLock { $0[chosen] -= 1 } }
        return try await self.readers[chosen].read(body)
    }

    func close() async {
        for reader in self.readers { await reader.close() }
    }
}

/// One reading connection; an actor, so that the compiler keeps it on its queue.
private actor Reader {
    private let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
    private let connection: Connection

    init(path: String, number: Int, plans: PlanCache) throws {
        self.executor = QueueExecutor("atelier.sqlite.reader.\(number)")
        self.connection = try Connection(path: path, readOnly: true, plans: plans)
    }

    func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try self.connection.run("BEGIN")
        do {
            let result = try body(self.connection)
            try self.connection.run("COMMIT")
            return result
        } catch {
            if self.connection.isInTransaction { try self.connection.run("ROLLBACK") }
            throw error
        }
    }

    func close() { self.connection.close() }
}
