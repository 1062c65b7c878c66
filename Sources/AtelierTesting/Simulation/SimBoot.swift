import AtelierArchive
import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import Synchronization

/// One life of the server process: what it may touch dies with it, as a whole.
final class SimBoot: Sendable {
    let disk: SimFileSystem
    let parts: EngineParts
    let runs: Runs
    let worker: Worker
    let engine: SimEngine
    private let life: Life

    /// Whether the process lives.
    final class Life: Sendable {
        private let dead = Mutex(false)
        var isDead: Bool { self.dead.withLock { $0 } }
        func end() { self.dead.withLock { $0 = true } }
    }

    init(_ world: WorldPlan, disk: SimFileSystem, database: MemoryRunStore, clock: SimClock, chance: SeededChance, number: Int) {
        self.disk = disk
        self.life = Life()
        self.engine = SimEngine(world, clock: clock, chance: chance)
        var limits = Limits()
        limits.attempts = 100
        limits.concurrentRuns = 3
        var archive: any Archive = LocalArchive(root: "/archive", disk: disk, pool: .inline, limits: limits)
        if world.without == .bytesBeforeRows { archive = LateArchive(archive) }
        let store = SimStore(world, database, life: self.life, disk: disk, chance: chance, clock: clock)
        let stages = StageSet(
            input: self.engine,
            interception: self.engine,
            outputCheck: self.engine,
            generation: self.engine,
            capacity: { _ in 2 }
        )
        self.parts = EngineParts(
            store: store,
            archive: archive,
            stages: stages,
            probe: SimProbe(disk: disk),
            environment: EngineParts.Environment(time: clock, chance: chance, log: QuietLog()),
            limits: limits
        )
        self.runs = Runs(parts, planner: SimPlanner(), identifiers: IdentifierSource(time: clock, chance: chance))
        self.worker = Worker(parts, name: "boot-\(number)")
    }

    /// The process is killed: nothing that it does from now on reaches disk or store.
    func kill() {
        self.life.end()
        self.disk.cutPower()
    }

    var isDead: Bool { self.life.isDead || self.disk.isDead }
}

/// Plans what the request says, with the built-in engine.
struct SimPlanner: Planner {
    func plan(_ request: RunRequest) throws -> Plan {
        var plan = Sample.plan(request.inputText, media: (request.outputs ?? []).map { _ in .image })
        plan.pauseAfter = request.pauseAfter
        plan.seed = request.seed ?? 0
        return plan
    }
}

/// Takes for a picture what begins like one.
struct SimProbe: MediaProbe {
    let disk: SimFileSystem

    func probe(_ path: String, as medium: Medium) async throws -> MediaFacts {
        let bytes = try self.disk.read(path, range: nil)
        guard let type = MediaType.sniffed(from: bytes) else { throw Failure(.outputInvalid, "This is no picture.") }
        return MediaFacts(type: type, width: 1, height: 1)
    }
}
