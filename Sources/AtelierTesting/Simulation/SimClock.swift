package import AtelierCore
import Synchronization

/// Time that moves only when nothing else can run.
package final class SimClock: TimeSource {
    private struct Sleeper {
        var id: Int
        var deadline: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var uptime = Duration.zero
        /// How far the wall clock is from where it should be.
        var jump = Duration.zero
        var sleepers: [Sleeper] = []
        var nextID = 0
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    private static let start = Timestamp(milliseconds: 1_795_000_000_000)

    /// A clock at its beginning.
    package init() {}

    package var now: Timestamp { self.state.withLock { Self.start + $0.uptime + $0.jump } }
    package var uptime: Duration { self.state.withLock { $0.uptime } }

    /// Lets the wall clock jump, as a correction of the machine's time does; time since the start goes on as before.
    package func jump(by duration: Duration) { self.state.withLock { $0.jump += duration } }

    package func sleep(for duration: Duration) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result = self.state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if duration <= .zero { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, deadline: state.uptime + duration, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state -> Sleeper? in
                if let place = state.sleepers.firstIndex(where: { $0.id == id }) { return state.sleepers.remove(at: place) }
                state.cancelled.insert(id)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
        self.state.withLock { state in _ = state.cancelled.remove(id) }
    }

    /// Waits, cancelled or not: a call that is under way to a database arrives there whatever its caller does meanwhile.
    func delay(for duration: Duration) async {
        guard duration > .zero else { return }
        // The only error a sleeper gets is a cancellation, and nobody cancels this one.
        _ = try? await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in  // tidy: see above
            self.state.withLock { state in
                state.nextID += 1
                state.sleepers.append(Sleeper(id: state.nextID, deadline: state.uptime + duration, continuation: continuation))
            }
        }
    }

    /// Jumps to the earliest deadline; false when nobody sleeps.
    func advance() -> Bool {
        let due = self.state.withLock { state -> [Sleeper] in
            guard let next = state.sleepers.map(\.deadline).min() else { return [] }
            state.uptime = max(state.uptime, next)
            let due = state.sleepers.filter { $0.deadline <= next }
            state.sleepers.removeAll { $0.deadline <= next }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }
}
