import AtelierCore
import Synchronization

/// Runs every job of a task tree on the calling thread and chooses the next one by a seed.
///
/// Jobs reach it through the task executor preference: child tasks and default actors inherit it; an unstructured task or an actor with an
/// executor of its own does not, and then nothing can run and the simulation says so.
final class SimExecutor: TaskExecutor {
    private let state: Mutex<(ready: [UnownedJob], random: SplitMix64)>

    init(seed: UInt64) { self.state = Mutex(([], SplitMix64(seed: seed))) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.state.withLock { $0.ready.append(job) }
    }

    /// Runs one job; false when none is ready.
    func step() -> Bool {
        let job = self.state.withLock { state -> UnownedJob? in
            guard !state.ready.isEmpty else { return nil }
            return state.ready.remove(at: state.random.below(state.ready.count))
        }
        guard let job else { return false }
        job.runSynchronously(on: self.asUnownedTaskExecutor())
        return true
    }
}

/// Thrown when a simulation can neither run nor wait: something left it, or everybody waits for each other.
package struct Stuck: Error, CustomStringConvertible {
    package var seed: UInt64
    package var steps: Int
    package var description: String { "seed \(self.seed): stuck after \(self.steps) steps" }
}

/// Runs `body` to its end in simulated time.
///
/// The same seed gives the same order of everything.
///
/// - Throws: What `body` throws; ``Stuck`` when nothing can go on, or after `maximumSteps`.
package func simulate<Value: Sendable>(
    seed: UInt64,
    maximumSteps: Int = 2_000_000,
    _ body: @escaping @Sendable (SimClock) async throws -> Value
) throws -> Value {
    let executor = SimExecutor(seed: seed)
    let clock = SimClock()
    let outcome = Outcome<Value>()
    Task.detached(executorPreference: executor) {
        do {
            let value = try await body(clock)
            outcome.set(.success(value))
        } catch {
            outcome.set(.failure(error))
        }
    }
    var steps = 0
    while true {
        if let result = outcome.get() { return try result.get() }
        steps += 1
        guard steps < maximumSteps, executor.step() || clock.advance() else { throw Stuck(seed: seed, steps: steps) }
    }
}

private final class Outcome<Value: Sendable>: Sendable {
    private let state = Mutex<Result<Value, any Error>?>(nil)
    func set(_ result: Result<Value, any Error>) { self.state.withLock { $0 = result } }
    func get() -> Result<Value, any Error>? { self.state.withLock { $0 } }
}

/// Chance by a seed, for everything inside a simulation.
package final class SeededChance: Chance {
    private let random: Mutex<SplitMix64>

    /// Starts at a seed.
    package init(seed: UInt64) { self.random = Mutex(SplitMix64(seed: seed)) }

    package func bytes(_ count: Int) -> [UInt8] {
        self.random.withLock { random in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    }

    /// A whole number from 0 up to but not including `bound`.
    package func below(_ bound: Int) -> Int { self.random.withLock { $0.below(bound) } }

    /// True in `percent` of a hundred cases.
    package func happens(_ percent: Int) -> Bool { self.below(100) < percent }
}
