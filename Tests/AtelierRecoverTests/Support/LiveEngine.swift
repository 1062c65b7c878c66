import AtelierCore
import AtelierEngine
import AtelierTesting

/// The engine of stages on a real store and a real archive, with stages that a test scripts.
struct LiveEngine: Sendable {
    let parts: EngineParts

    init(_ home: DataHome, _ script: FakeStages.Script = FakeStages.Script()) {
        let stages = FakeStages(script)
        self.parts = EngineParts(
            store: home.store,
            archive: home.archive,
            stages: StageSet(input: stages, interception: stages, outputCheck: stages, generation: stages, capacity: { _ in 4 }),
            probe: stages,
            environment: EngineParts.Environment(time: HandClock(), chance: SeededChance(seed: 1), log: QuietLog()),
            limits: Limits()
        )
    }

    func accept(_ number: Int, text: String = "a cat on the moon", media: [Medium] = [.image]) async throws -> RunID {
        try await self.parts.store.accept(Sample.newRun(number, text: text, media: media))
    }

    /// Accepts a run and works on it until nothing more can be done.
    func perform(_ number: Int, text: String = "a cat on the moon", media: [Medium] = [.image]) async throws {
        let id = try await self.accept(number, text: text, media: media)
        try await Worker(self.parts, name: "one").run(only: id)
    }

    /// Runs a worker beside `body`, and stops it after.
    func withWorker(_ body: () async throws -> Void) async throws {
        let worker = Worker(self.parts, name: "one")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            try await body()
            worker.drain()
            try await group.waitForAll()
        }
    }
}
