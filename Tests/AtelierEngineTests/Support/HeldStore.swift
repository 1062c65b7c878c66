import AtelierCore
import AtelierStoreMemory
import AtelierTesting

/// A store that a script can reach past the engine, as another instance would.
struct HeldStore: Sendable {
    let store = MemoryRunStore()

    /// Cancels a run without telling this process.
    func cancel(_ run: RunID) async throws { try await self.store.cancel(run, problem: nil, at: Sample.start) }

    /// Lets the run's lease be somebody else's.
    func steal(_ run: RunID) async throws -> Lease? {
        await self.store.voidLeases()
        return try await self.store.lease(LeaseRequest(worker: "thief", now: 0, duration: 1_000_000, timestamp: Sample.start, only: run))?
            .lease
    }
}
