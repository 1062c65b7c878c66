package import AtelierCore
import Synchronization

/// Takes runs from the store and works on them, many at the same time.
package final class Worker: Service {
    private let parts: EngineParts
    private let name: String
    private let isDraining = Atomic(false)
    private let active = Atomic(0)
    /// A run whose lease ran out elsewhere becomes ready without a signal; it is found at the latest after this.
    private static let lookInterval = Duration.seconds(2)

    /// A worker under a name that leases carry.
    package init(_ parts: EngineParts, name: String) {
        self.parts = parts
        self.name = name
    }

    /// Takes no new runs; ``run()`` returns when those under way are done.
    package func drain() {
        self.isDraining.store(true, ordering: .releasing)
        self.parts.work.signal()
    }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            while !self.isDraining.load(ordering: .acquiring), !Task.isCancelled {
                let signals = self.parts.work.count
                if self.active.load(ordering: .acquiring) < self.parts.limits.concurrentRuns, let leased = await self.lease() {
                    self.active.add(1, ordering: .acquiringAndReleasing)
                    group.addTask {
                        await RunWork(leased, self.parts, worker: self.name).perform()
                        self.active.subtract(1, ordering: .acquiringAndReleasing)
                        self.parts.work.signal()
                    }
                } else {
                    await self.parts.work.wait(after: signals, atMost: Self.lookInterval, by: self.parts.time)
                }
            }
        }
    }

    /// Works on one run only, to its end or until it waits; for the command line without a server.
    package func run(only id: RunID) async throws {
        while let leased = try await self.parts.store.lease(self.request(only: id)) {
            await RunWork(leased, self.parts, worker: self.name).perform()
        }
    }

    private func lease() async -> LeasedRun? {
        do {
            return try await self.parts.store.lease(self.request())
        } catch {
            self.parts.log.failure(error, "No run could be leased.")
            return nil
        }
    }

    private func request(only id: RunID? = nil) -> LeaseRequest {
        var request = LeaseRequest(
            worker: self.name,
            now: self.parts.time.uptime.milliseconds,
            duration: Int64(self.parts.limits.leaseSeconds) * 1000,
            only: id
        )
        request.timestamp = self.parts.time.now
        return request
    }
}
