/// Time as everything inside sees it; simulations move it by hand.
package protocol TimeSource: Sendable {
    /// The wall clock, for people and ids. It may jump.
    var now: Timestamp { get }
    /// Time since some fixed moment. It never jumps; leases and limits are measured by it.
    var uptime: Duration { get }
    /// Waits.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// Chance as everything inside sees it.
package protocol Chance: Sendable {
    /// Bytes that nobody can guess.
    func bytes(_ count: Int) -> [UInt8]
}

extension Chance {
    /// Sixty-four bits.
    package func word() -> UInt64 { self.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }
    /// A seed below 2³².
    package func seed() -> UInt32 { UInt32(truncatingIfNeeded: self.word()) }
}
