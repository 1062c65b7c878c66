package import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import Synchronization

/// What a world came to.
package struct WorldVerdict: Sendable {
    package var plan: WorldPlan
    package var problems: [String]
    package var runs: Int
    package var boots: Int
    package var took: Duration
    package var outcomes: [RunState: Int]
}

/// Runs the whole server through a life of crashes, faults and people under one seed, then without faults until it is done, and judges
/// what is left (style.md, 3.5).
package func runWorld(_ plan: WorldPlan) throws -> WorldVerdict {
    try simulate(seed: plan.seed) { clock in try await World(plan, clock: clock).run() }
}

/// One world: a database and a disk that survive, and the lives of a process that do not.
private final class World: Sendable {
    private let plan: WorldPlan
    private let clock: SimClock
    private let chance: SeededChance
    private let database = MemoryRunStore()
    private let people: People
    private static let faultyBoots = 4
    private static let bootsMost = 40

    init(_ plan: WorldPlan, clock: SimClock) {
        self.plan = plan
        self.clock = clock
        self.chance = SeededChance(seed: plan.seed &* 31 &+ 7)
        self.people = People(plan, clock: clock, chance: self.chance)
    }

    func run() async throws -> WorldVerdict {
        var disk = SimFileSystem(seed: self.plan.seed)
        var boots = 0
        var problems: [String] = []
        while boots < Self.bootsMost {
            boots += 1
            let isCalm = boots > Self.faultyBoots
            let plan = isCalm ? self.plan.calm : self.plan
            disk = disk.afterPowerLoss(seed: self.plan.seed &+ UInt64(boots), faults: self.faults(plan))
            let boot = SimBoot(plan, disk: disk, database: self.database, clock: self.clock, chance: self.chance, number: boots)
            let isDone = await self.live(boot, isCalm: isCalm)
            problems += self.people.problems()
            boot.kill()
            if isDone { break }
        }
        let judge = WorldJudge(database: self.database, disk: disk.afterPowerLoss(seed: self.plan.seed))
        problems += try await judge.problems(accepted: self.people.accepted, isDone: boots < Self.bootsMost)
        let records = try await judge.records(self.people.accepted)
        return WorldVerdict(
            plan: self.plan,
            problems: problems,
            runs: records.count,
            boots: boots,
            took: self.clock.uptime,
            outcomes: Dictionary(grouping: records, by: \.machine.state).mapValues(\.count)
        )
    }

    private func faults(_ plan: WorldPlan) -> DiskFaults {
        var faults = DiskFaults()
        if self.chance.happens(plan.diskKills) { faults.killAt = 1 + self.chance.below(150) }
        if self.chance.happens(plan.diskFull) {
            faults.failAt = 1 + self.chance.below(100)
            faults.failsForGood = self.chance.happens(30)
        }
        return faults
    }

    /// One life: true when everything that was accepted has ended.
    private func live(_ boot: SimBoot, isCalm: Bool) async -> Bool {
        do {
            try await boot.parts.store.voidLeases()
            try await boot.parts.archive.sweep()
        } catch {
            // The process dies at its start and is started again.
            return false
        }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await boot.worker.run() } catch {}
                return false
            }
            group.addTask { await self.people.live(with: boot, isCalm: isCalm) }
            group.addTask { await self.end(of: boot, isCalm: isCalm) }
            while let isDone = await group.next() {
                guard isDone || boot.isDead || !isCalm else { continue }
                group.cancelAll()
                return isDone
            }
            return false
        }
    }

    /// Ends a faulty life at some moment; a calm one when it has died anyway or takes too long.
    private func end(of boot: SimBoot, isCalm: Bool) async -> Bool {
        if self.plan.clockJumps, !isCalm { self.clock.jump(by: .seconds(self.chance.below(7200) - 3600)) }
        let most = isCalm ? 7200 : 5 + self.chance.below(90)
        for _ in 0..<most where !boot.isDead && !Task.isCancelled {
            do { try await self.clock.sleep(for: .seconds(1)) } catch { return false }
        }
        boot.kill()
        return false
    }
}
