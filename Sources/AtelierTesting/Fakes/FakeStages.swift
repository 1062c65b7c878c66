package import AtelierCore
import Synchronization

/// All four stages, told by a test what to do; they keep what they are called with.
package final class FakeStages: InputStage, InterceptionStage, OutputCheckStage, GenerationStage, MediaProbe {
    /// What one output's engine does.
    package typealias Engine = @Sendable (OutputPlan, StageContext) async throws -> [GeneratedFile]

    /// What the stages do where a test says so.
    package struct Script: Sendable {
        /// Texts that stage 1 blocks.
        package var blocks: @Sendable ([String]) -> Bool = { _ in false }
        package var transform: @Sendable (String, Int, StageContext) async throws -> String = { text, iteration, _ in
            "\(text) +\(iteration)"
        }
        /// Places of outputs that stage 3 blocks.
        package var blocksOutput: @Sendable (OutputPlan) -> Bool = { _ in false }
        package var generate: Engine = { output, _ in
            (0..<output.count).map { GeneratedFile(content: .text("\(output.config) \($0)"), metadata: ["model": .string(output.model)]) }
        }
        /// Throws what the decoder finds wrong with a file.
        package var probe: @Sendable (String) async throws -> Void = { _ in }

        /// Everything goes well.
        package init() {}
    }

    private let script: Script
    private let kept = Mutex<[String]>([])

    /// Stages that do what the script says.
    package init(_ script: Script = Script()) { self.script = script }

    /// The calls so far, for example `check` and `generate 0`.
    package var calls: [String] { self.kept.withLock { $0 } }
    /// How often a call was made.
    package func count(_ call: String) -> Int { self.calls.count { $0 == call } }

    private func keep(_ call: String) { self.kept.withLock { $0.append(call) } }

    package func translate(_ text: String, _ context: StageContext) async throws -> Translation {
        self.keep("translate")
        return Translation(text: text, isTranslated: false)
    }

    package func check(_ texts: [String], _ context: StageContext) async throws -> Verdict {
        self.keep("check")
        return self.verdict(isSafe: !self.script.blocks(texts), context)
    }

    package func transform(_ text: String, iteration: Int, _ context: StageContext) async throws -> TextAnswer {
        self.keep("transform \(iteration)")
        return TextAnswer(text: try await self.script.transform(text, iteration, context), metadata: ["model": "fake"])
    }

    package func check(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> Verdict {
        self.keep("check \(output.index)")
        return self.verdict(isSafe: !self.script.blocksOutput(output), context)
    }

    package func generate(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> [GeneratedFile] {
        self.keep("generate \(output.index)")
        return try await self.script.generate(output, context)
    }

    package func probe(_ path: String, as medium: Medium) async throws -> MediaFacts {
        self.keep("probe")
        try await self.script.probe(path)
        return MediaFacts(type: MediaType("image/png", "png"), width: 8, height: 4)
    }

    private func verdict(isSafe: Bool, _ context: StageContext) -> Verdict {
        let reason = LocalizedText(en: "Not this.", de: "Das nicht.")
        return Verdict(safe: isSafe, level: context.plan.safety.effective, checkedBy: ["fake"], reason: isSafe ? nil : reason)
    }
}

/// A door that a fake waits at until the test opens it.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// A closed door.
    package init() {}

    /// How many came so far.
    package var arrived: Int { self.state.withLock { $0.arrived } }
    /// How many of them gave up because they were cancelled.
    package var cancelled: Int { self.state.withLock { $0.cancelled.count } }

    /// Lets everybody through, now and later.
    package func open() {
        let waiters = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for the door.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func pass() async throws {
        let id = self.state.withLock { state in
            state.arrived += 1
            return state.arrived
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = self.state.withLock { state in
                    if state.cancelled.contains(id) { return .failure(CancellationError()) }
                    if state.isOpen { return .success(()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                state.cancelled.insert(id)
                return state.waiters.removeValue(forKey: id)
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
