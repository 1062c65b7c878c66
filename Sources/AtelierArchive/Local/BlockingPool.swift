import Dispatch

/// Threads for calls that block, so that Swift's own few threads never wait for a disk.
package struct BlockingPool: Sendable {
    private let queue: DispatchQueue
    private let runsInline: Bool

    /// A pool on Dispatch's threads.
    package init(label: String) {
        self.queue = DispatchQueue(label: label, attributes: .concurrent)
        self.runsInline = false
    }

    private init(inline: Void) {
        self.queue = .global()
        self.runsInline = true
    }

    /// Runs the work on the caller's thread: for a disk that is simulated and must stay inside its seeded schedule.
    package static let inline = BlockingPool(inline: ())

    /// Runs work that blocks.
    ///
    /// It is not interrupted by cancellation: a half-done write is worse than a late one.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        if self.runsInline { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
