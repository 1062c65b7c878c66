import AtelierCore

/// Keeps a lease alive, and notices when it is void or when the run was cancelled.
struct Heartbeat: Sendable {
    let lease: Lease
    let parts: EngineParts

    init(_ lease: Lease, _ parts: EngineParts) {
        self.lease = lease
        self.parts = parts
    }

    /// Returns when the work must stop; `abandoned` too when this task is cancelled.
    func untilStopped() async -> RunWork.Stop {
        let watch = self.parts.hub.watch(self.lease.run)
        let lasting = Duration.seconds(self.parts.limits.leaseSeconds)
        while !Task.isCancelled {
            var pause = lasting / 3
            do {
                // Asked first: a cancel that came before the watch began is learned here.
                let until = (self.parts.time.uptime + lasting).milliseconds
                if try await self.parts.store.extend(self.lease, until: until) != nil { return .decided }
            } catch is LeaseLost {
                return .abandoned
            } catch {
                pause = lasting / 10
                self.parts.log.failure(
                    error,
                    "A lease could not be prolonged; it is tried again.",
                    ["run_id": .string(self.lease.run.text)]
                )
            }
            if await self.hearsCancel(watch, for: pause) { return .decided }
        }
        return .abandoned
    }

    private func hearsCancel(_ watch: ProgressHub.Watch, for pause: Duration) async -> Bool {
        let end = self.parts.time.uptime + pause
        while !Task.isCancelled {
            let left = end - self.parts.time.uptime
            guard left > .zero else { return false }
            if await watch.next(atMost: left, by: self.parts.time).contains(.cancelled(self.lease.run)) { return true }
        }
        return false
    }
}
