import AtelierCore
import AtelierEngine
import Synchronization

/// The people of a simulated world: they submit, try again, cancel and let runs go on, and remember what they were told.
final class People: Sendable {
    private let plan: WorldPlan
    private let clock: SimClock
    private let chance: SeededChance
    private static let ideas = 6

    private struct State {
        /// Idea by number → the run that was promised for it.
        var accepted: [Int: RunID] = [:]
        var problems: [String] = []
    }

    private let state = Mutex(State())

    init(_ plan: WorldPlan, clock: SimClock, chance: SeededChance) {
        self.plan = plan
        self.clock = clock
        self.chance = chance
    }

    /// The runs that somebody was told are accepted.
    var accepted: [RunID] { self.state.withLock { $0.accepted.sorted { $0.key < $1.key }.map(\.value) } }

    /// What people saw that must not be; asked once.
    func problems() -> [String] {
        self.state.withLock { state in
            defer { state.problems = [] }
            return state.problems
        }
    }

    /// Lives with one life of the server; true when it is calm and everything has ended.
    func live(with boot: SimBoot, isCalm: Bool) async -> Bool {
        while !boot.isDead, !Task.isCancelled {
            do {
                for idea in 0..<Self.ideas where self.state.withLock({ $0.accepted[idea] == nil }) {
                    try await self.submit(idea, to: boot)
                    try await self.clock.sleep(for: .milliseconds(self.chance.below(4000)))
                }
                if try await self.lookAfterRuns(of: boot, isCalm: isCalm), isCalm { return true }
                try await self.clock.sleep(for: .milliseconds(500 + self.chance.below(3000)))
            } catch is CancellationError {
                return false
            } catch {
                // The server is away or dead: they try again, with the same key.
                do { try await self.clock.sleep(for: .seconds(1)) } catch { return false }
            }
        }
        return false
    }

    private func submit(_ idea: Int, to boot: SimBoot) async throws {
        let text = idea == 0 ? "forbidden idea" : "idea \(idea)"
        var request = RunRequest(schema: "dada", inputText: text, labels: RunLabels(owner: "child \(idea % 3)"))
        request.outputs = Array(repeating: "image", count: idea % 4)
        if self.plan.pauses, idea % 2 == 1 { request.pauseAfter = [2] }
        let key = (key: "idea \(idea)", body: Digest(of: text.utf8))
        let id = try await boot.runs.submit(request, idempotency: key)
        if self.chance.happens(20) {
            let again = try await boot.runs.submit(request, idempotency: key)
            if again != id { self.complain("one key made two runs: \(id) and \(again)") }
        }
        self.state.withLock { state in
            if let before = state.accepted[idea], before != id { state.problems.append("idea \(idea) has two runs") }
            state.accepted[idea] = id
        }
    }

    /// Cancels here and there, lets waiting runs go on; true when all have ended.
    private func lookAfterRuns(of boot: SimBoot, isCalm: Bool) async throws -> Bool {
        var isDone = true
        for id in self.accepted {
            guard let record = try await boot.parts.store.run(id) else {
                self.complain("the accepted run \(id) is gone")
                continue
            }
            let state = record.machine.state
            if state == .cancelled, boot.engine.isBusy(with: id) { self.complain("run \(id) is cancelled and its engine goes on") }
            if state.isFinal { continue }
            isDone = false
            if state == .waiting {
                try await boot.parts.store.continue(id, edit: nil, at: self.clock.now)
            } else if self.plan.cancels, self.chance.happens(isCalm ? 2 : 10) {
                do {
                    try await boot.runs.cancel(id, for: nil)
                } catch let failure as Failure where failure.code == .conflict {
                    // It ended first; that is an answer.
                }
            }
        }
        return isDone && self.accepted.count == Self.ideas
    }

    private func complain(_ sentence: String) { self.state.withLock { $0.problems.append(sentence) } }
}
