package import AtelierCore
import Synchronization

/// A clock that only the test moves; whoever sleeps wakes when it has been moved far enough, or is cancelled.
package final class HandClock: TimeSource {
    private struct Sleeper {
        var until: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Sample.start
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Starts at the moment at which tests begin.
    package init() {}

    package var now: Timestamp { self.state.withLock { $0.now } }
    package var uptime: Duration { self.state.withLock { $0.uptime } }
    /// How many tasks sleep.
    package var sleepers: Int { self.state.withLock { $0.sleepers.count } }

    /// Moves both clocks and wakes whoever is due.
    package func move(_ duration: Duration) {
        let due = self.state.withLock { state in
            state.now = state.now + duration
            state.uptime += duration
            let due = state.sleepers.filter { $0.value.until <= state.uptime }
            for id in due.keys { state.sleepers.removeValue(forKey: id) }
            return due.sorted { $0.key < $1.key }.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Sets the wall clock alone, as an administrator does.
    package func setWall(_ moment: Timestamp) { self.state.withLock { $0.now = moment } }

    package func sleep(for duration: Duration) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = self.state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if duration <= .zero { return .success(()) }
                    state.sleepers[id] = Sleeper(until: state.uptime + duration, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

/// Keeps log lines for a test to look at.
package final class MemoryLog: Log {
    private let kept = Mutex<[(level: LogLevel, message: String, fields: [String: JSON])]>([])

    /// A log without lines.
    package init() {}

    package var lines: [(level: LogLevel, message: String, fields: [String: JSON])] { self.kept.withLock { $0 } }

    package func write(_ level: LogLevel, _ message: String, _ fields: [String: JSON]) {
        self.kept.withLock { $0.append((level, message, fields)) }
    }
}
