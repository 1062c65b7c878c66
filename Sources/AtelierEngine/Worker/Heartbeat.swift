import AtelierCore
import Synchronization

/// Keeps a lease alive, and notices when the work must stop: the lease is void or has run out, or the run was cancelled.
///
/// Prolonging and listening go on side by side: a store that does not answer must not keep a cancel from the engine, nor a worker at work
/// after its lease has run out and somebody else may have begun.
final class Heartbeat: Sendable {
    private let lease: Lease
    private let parts: EngineParts
    /// Open from the beginning, so that a cancel is either heard or seen by whoever reads the run after this.
    private let watch: ProgressHub.Watch
    /// The end of the lease as far as this worker knows, on the store's clock.
    private let expires: Mutex<Int64>

    init(_ lease: Lease, expires: Int64, _ parts: EngineParts) {
        self.lease = lease
        self.parts = parts
        self.watch = parts.hub.watch(lease.run)
        self.expires = Mutex(expires)
    }

    private var duration: Duration { .seconds(self.parts.limits.leaseSeconds) }

    /// Returns when the work must stop; `abandoned` too when this task is cancelled.
    func untilStopped() async -> RunWork.Stop {
        await withTaskGroup(of: RunWork.Stop.self) { group in
            group.addTask { await self.prolong() }
            group.addTask { await self.listen() }
            let stop = await group.next() ?? .abandoned
            group.cancelAll()
            return stop
        }
    }

    private func prolong() async -> RunWork.Stop {
        while !Task.isCancelled {
            do {
                // The lease is fresh: its first third needs no prolonging.
                try await self.parts.time.sleep(for: self.duration / 3)
                let until = (self.parts.time.uptime + self.duration).milliseconds
                if try await self.parts.store.extend(self.lease, until: until) != nil { return .decided }
                self.expires.withLock { $0 = until }
            } catch is LeaseLost {
                return .abandoned
            } catch is CancellationError {
                return .abandoned
            } catch {
                self.parts.log.failure(
                    error,
                    "A lease could not be prolonged; it is tried again.",
                    ["run_id": .string(self.lease.run.text)]
                )
                do { try await self.parts.time.sleep(for: self.duration / 10) } catch { return .abandoned }
            }
        }
        return .abandoned
    }

    private func listen() async -> RunWork.Stop {
        while !Task.isCancelled {
            let left = self.expires.withLock { $0 } - self.parts.time.uptime.milliseconds
            guard left > 0 else { return .abandoned }
            let heard = await self.watch.next(atMost: .milliseconds(left), by: self.parts.time)
            if heard.contains(.cancelled(self.lease.run)) { return .decided }
        }
        return .abandoned
    }
}
