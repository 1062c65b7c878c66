import AtelierCore
import AtelierEngine
import AtelierStoreMemory

/// What one power cut came to.
package struct KillPointVerdict: Sendable {
    package var problems: [String]
    /// False when the run was through before the power was cut: there is no later kill point.
    package var wasCut: Bool
}

/// Cuts the power at one mutating call of the disk during one run, boots, lets the run end, cuts the power once more, and judges.
///
/// - Parameters:
///   - killAt: The call, counted from 1.
///   - seed: Decides what becomes of unsynced names and contents.
///   - skips: Syncs taken out on purpose.
/// - Returns: What was wrong afterwards, and whether there was a cut.
/// - Throws: What the simulation throws.
package func runKillPoint(_ killAt: Int, seed: UInt64, skips: Set<DiskFaults.Skip> = []) throws -> KillPointVerdict {
    try simulate(seed: seed) { clock in
        var faults = DiskFaults(killAt: killAt)
        faults.skips = skips
        let database = MemoryRunStore()
        let chance = SeededChance(seed: seed)
        let plan = WorldPlan(seed: seed).calm
        func boot(_ disk: SimFileSystem, _ number: Int) -> SimBoot {
            SimBoot(plan, disk: disk, database: database, clock: clock, chance: chance, number: number)
        }
        let first = boot(SimFileSystem(seed: seed, faults: faults), 1)
        let id = try await database.accept(Sample.newRun(media: [.image, .image]))
        do { try await first.worker.run(only: id) } catch is PowerLoss {}
        let wasCut = first.isDead
        let told = await database.run(id)
        faults.killAt = nil
        let second = boot(first.disk.afterPowerLoss(seed: seed &+ 1, faults: faults), 2)
        try await second.parts.store.voidLeases()
        try await second.parts.archive.sweep()
        try await second.worker.run(only: id)
        let judge = WorldJudge(database: database, disk: second.disk.afterPowerLoss(seed: seed &+ 2))
        var problems = try await judge.problems(accepted: [id], isDone: true)
        let now = await database.run(id)
        if let told, let now, !now.entities.starts(with: told.entities) { problems.append("what was recorded before the cut has changed") }
        if now?.machine.state != .succeeded { problems.append("the run did not succeed: \(now?.problem?.message ?? "")") }
        return KillPointVerdict(problems: problems, wasCut: wasCut)
    }
}
