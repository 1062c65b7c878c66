import AtelierCore
import Synchronization

/// All four stages, and the engine behind them: slow, failing, lying, and countable.
final class SimEngine: InputStage, InterceptionStage, OutputCheckStage, GenerationStage {
    private let world: WorldPlan
    private let clock: SimClock
    private let chance: SeededChance
    /// What the engine works on now.
    private let busy = Mutex<[RunID: Int]>([:])

    init(_ world: WorldPlan, clock: SimClock, chance: SeededChance) {
        self.world = world
        self.clock = clock
        self.chance = chance
    }

    /// Whether the engine still works for a run.
    func isBusy(with run: RunID) -> Bool { self.busy.withLock { $0[run, default: 0] > 0 } }

    func translate(_ text: String, _ context: StageContext) async throws -> Translation {
        try await self.pause(context, most: 200)
        return Translation(text: text, isTranslated: false)
    }

    func check(_ texts: [String], _ context: StageContext) async throws -> Verdict {
        try await self.pause(context, most: 100)
        let isSafe = !texts.contains { $0.contains("forbidden") }
        return Verdict(safe: isSafe, level: .kids, checkedBy: ["list"], reason: isSafe ? nil : LocalizedText(en: "No.", de: "Nein."))
    }

    func transform(_ text: String, iteration: Int, _ context: StageContext) async throws -> TextAnswer {
        try await self.work(context) { TextAnswer(text: "\(context.run)/\(iteration)", metadata: [:]) }
    }

    func check(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> Verdict {
        try await self.pause(context, most: 50)
        return Verdict(safe: true, level: .kids, checkedBy: ["list"])
    }

    func generate(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> [GeneratedFile] {
        try await self.work(context) {
            let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            if self.chance.happens(self.world.engineLies) {
                return self.chance.happens(50) ? [] : [GeneratedFile(content: .bytes([]), metadata: [:])]
            }
            return [GeneratedFile(content: .bytes(png + Array("\(text)/\(output.index)".utf8)), metadata: [:])]
        }
    }

    private func work<Value: Sendable>(_ context: StageContext, _ make: () -> Value) async throws -> Value {
        self.busy.withLock { $0[context.run, default: 0] += 1 }
        defer { self.busy.withLock { $0[context.run, default: 0] -= 1 } }
        try await self.pause(context, most: self.chance.happens(self.world.engineCrawls) ? 600_000 : 5_000)
        if self.chance.happens(self.world.engineFails) { throw Failure(.backendRejected, "The engine refused.") }
        return make()
    }

    private func pause(_ context: StageContext, most milliseconds: Int) async throws {
        context.progress(["step": 1])
        try await self.clock.sleep(for: .milliseconds(self.chance.below(milliseconds)))
    }
}
