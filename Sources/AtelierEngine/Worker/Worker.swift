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
            // Doubles as long as there is something to do: the store commits together what comes together.
            var wanted = 1
            while !self.isDraining.load(ordering: .acquiring), !Task.isCancelled {
                let signals = self.parts.work.count
                let asked = min(wanted, self.parts.limits.concurrentRuns - self.active.load(ordering: .acquiring))
                let found = await self.lease(atMost: asked)
                wanted = found.count == asked ? wanted * 2 : 1
                wanted = min(wanted, self.parts.limits.concurrentRuns)
                for leased in found {
                    self.active.add(1, ordering: .acquiringAndReleasing)
                    group.addTask {
                        await RunWork(leased, self.parts, worker: self.name).perform()
                        self.active.subtract(1, ordering: .acquiringAndReleasing)
                        self.parts.work.signal()
                    }
                }
                if found.isEmpty { await self.parts.work.wait(after: signals, atMost: Self.lookInterval, by: self.parts.time) }
            }
        }
    }

    /// Works on one run only, to its end or until it waits; for the command line without a server.
    package func run(only id: RunID) async throws {
        while let leased = try await self.parts.store.lease(self.request(only: id)) {
            await RunWork(leased, self.parts, worker: self.name).perform()
        }
    }

    /// Several leases at the same time, in the order of their runs; fewer when less is ready.
    private func lease(atMost count: Int) async -> [LeasedRun] {
        guard count > 1 else { return count == 1 ? await self.lease().map { [$0] } ?? [] : [] }
        return await withTaskGroup(of: LeasedRun?.self) { group in
            for _ in 0..<count { group.addTask { await self.lease() } }
            let found = await group.reduce(into: [LeasedRun]()) { found, leased in if let leased { found.append(leased) } }
            return found.sorted { $0.lease.run < $1.lease.run }
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
