import Dispatch
import Synchronization

/// Threads for calls that block, so that Swift's own few threads never wait for a disk.
///
/// As many serial queues: Dispatch gives each of them a thread when it has work, while a concurrent queue gets hardly more threads than
/// there are cores, however many of them wait for the disk.
package final class BlockingPool: Sendable {
    private typealias Job = @Sendable () -> Void

    private struct State {
        /// Queues without work, the one that was busy last at the end.
        var idle: [Int]
        /// Work for which there was no queue, oldest first.
        var waiting: [Job] = []
    }

    private let queues: [DispatchQueue]
    private let state: Mutex<State>
    private let runsInline: Bool

    /// As many calls as a disk is worth asking at the same time.
    private static let width = 64

    /// A pool on Dispatch's threads.
    package convenience init(label: String) {
        self.init(queues: (0..<Self.width).map { DispatchQueue(label: "\(label).\($0)") })
    }

    private init(queues: [DispatchQueue]) {
        self.queues = queues
        self.state = Mutex(State(idle: Array(queues.indices)))
        self.runsInline = queues.isEmpty
    }

    /// Runs the work on the caller's thread: for a disk that is simulated and must stay inside its seeded schedule.
    package static let inline = BlockingPool(queues: [])

    /// Runs work that blocks.
    ///
    /// It is not interrupted by cancellation: a half-done write is worse than a late one.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        if self.runsInline { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            self.start { continuation.resume(with: Result(catching: work)) }
        }
    }

    private func start(_ job: @escaping Job) {
        let idle = self.state.withLock { state in
            let idle = state.idle.popLast()
            if idle == nil { state.waiting.append(job) }
            return idle
        }
        guard let idle else { return }
        self.queues[idle].async { self.work(job, on: idle) }
    }

    /// Does the job, then whatever waits.
    private func work(_ job: Job, on queue: Int) {
        job()
        while let next = self.next(on: queue) { next() }
    }

    private func next(on queue: Int) -> Job? {
        self.state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(queue)
            return nil
        }
    }
}
