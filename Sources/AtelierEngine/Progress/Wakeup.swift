package import AtelierCore
import Synchronization

/// Wakes tasks that wait for something to do.
///
/// A signal that comes while nobody waits is kept for the next one.
package final class Wakeup: Sendable {
    private struct State {
        var signals = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextID = 0
        var abandoned: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Nobody waits, nothing was signalled.
    package init() {}

    /// Wakes everybody who waits.
    package func signal() {
        let waiters = self.state.withLock { state in
            state.signals += 1
            defer { state.waiters = [:] }
            return state.waiters.sorted { $0.key < $1.key }.map(\.value)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// How many signals there were; take it before looking for work, and hand it to ``wait(after:atMost:by:)``.
    package var count: Int { self.state.withLock { $0.signals } }

    /// Waits until there were more signals than `count`, or the time is up, or the task is cancelled.
    package func wait(after count: Int, atMost limit: Duration, by time: any TimeSource) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(after: count) }
            group.addTask {
                // Cancelled means that the signal came first.
                try? await time.sleep(for: limit)  // tidy: waking early is the point
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait(after count: Int) async {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.signals > count || state.abandoned.remove(id) != nil { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.abandoned.insert(id) }
                return waiter
            }
            waiter?.resume()
        }
        self.state.withLock { state in _ = state.abandoned.remove(id) }
    }
}

/// Lets one task at a time through, in the order of their coming.
package final class SerialGate: Sendable {
    private let state = Mutex<(isBusy: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    /// An open gate.
    package init() {}

    /// Runs the work when everybody before has gone through.
    ///
    /// Not interrupted by cancellation: a place in the line is short.
    package func run<Value>(_ work: () async throws -> Value) async rethrows -> Value {
        await withCheckedContinuation { continuation in
            let goesOn = self.state.withLock { state in
                if state.isBusy {
                    state.waiters.append(continuation)
                    return false
                }
                state.isBusy = true
                return true
            }
            if goesOn { continuation.resume() }
        }
        defer {
            let next = self.state.withLock { state in
                if state.waiters.isEmpty {
                    state.isBusy = false
                    return nil as CheckedContinuation<Void, Never>?
                }
                return state.waiters.removeFirst()
            }
            next?.resume()
        }
        return try await work()
    }
}
