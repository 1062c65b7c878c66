package import AtelierCore
import Dispatch
import Synchronization

/// Decodes, draws and composes in worker processes: what a damaged file does to a decoder, it does to that process alone.
///
/// At most `count` workers run, each with one order at a time; they start when first needed and stay. Any task may call.
package final class MediaWorkers: MediaProbe, Procedures, Sendable {
    private let executable: String
    private let arguments: [String]
    private let limits: Limits
    private let slots: Slots
    private let idle = Mutex<[WorkerChild]>([])
    /// Threads that may block; never more than there are workers.
    private let threads = DispatchQueue(label: "atelier.media", attributes: .concurrent)

    /// Prepares workers; none is started yet.
    ///
    /// - Parameters:
    ///   - executable: The path of `atelier`.
    ///   - limits: Workers (`builtinSlots`), seconds, memory and pixels.
    ///   - arguments: The hidden subcommand.
    package init(executable: String, limits: Limits = Limits(), arguments: [String] = ["media-worker"]) {
        self.executable = executable
        self.arguments = arguments + ["\(limits.mediaMemoryBytes)"]
        self.limits = limits
        self.slots = Slots(limits.builtinSlots)
    }

    deinit {
        for child in self.idle.withLock({ $0 }) { child.bury() }
    }

    /// The procedures by name, and the medium each makes.
    package var available: [String: Medium] { ProcedureList.media }

    /// Decodes the file at `path` as `medium`.
    package func probe(_ path: String, as medium: Medium) async throws -> MediaFacts {
        let order = WorkerOrder.probe(path: path, medium: medium, pixels: self.limits.pixelsDecoded)
        let died = Failure(.outputInvalid, "The decoder died of the file.", hint: "The file is damaged or too large to decode.")
        guard case .facts(let facts) = try await self.carryOut(order, died: died).answer else { throw Self.garbled }
        return facts
    }

    /// Carries out an order to draw or to compose.
    package func perform(_ order: ProcedureOrder) async throws -> [UInt8] {
        guard ProcedureList.media[order.procedure] != nil else {
            throw Failure.unknown(.unknownModel, thing: "procedure", name: order.procedure, known: ProcedureList.media.keys)
        }
        try Self.check(order, self.limits)
        let died = Failure(
            .internalError,
            "The media worker died of the order.",
            hint: "It may need more memory than limits.media_memory_bytes allows."
        )
        let (answer, payload) = try await self.carryOut(.perform(order), died: died)
        guard case .work = answer else { throw Self.garbled }
        return payload
    }

    private static var garbled: Failure { Failure(.internalError, "The media worker gave an answer to another question.") }

    private static func check(_ order: ProcedureOrder, _ limits: Limits) throws {
        guard (1...limits.pixelsPerSide).contains(order.width), (1...limits.pixelsPerSide).contains(order.height) else {
            throw Failure(.invalidRequest, "A picture is 1 to \(limits.pixelsPerSide) pixels wide and high.")
        }
        guard order.text.utf8.count <= limits.textBytes else {
            throw Failure(.tooLarge, "The text is longer than \(limits.textBytes) bytes.")
        }
    }

    private func carryOut(_ order: WorkerOrder, died: Failure) async throws -> (answer: WorkerAnswer, payload: [UInt8]) {
        let frame = try Frame(order)
        let reply = try await self.slots.with { try await self.exchange(frame, died) }
        let answer = try reply.decoded(WorkerAnswer.self)
        if case .failure(let failure) = answer { throw failure.failure }
        return (answer, reply.payload)
    }

    private func exchange(_ frame: Frame, _ died: Failure) async throws -> Frame {
        let exchange = Exchange()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Frame, any Error>) in
                self.threads.async { continuation.resume(with: Result { try self.talk(frame, exchange, died) }) }
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    /// One order to one worker, on a thread that may block.
    ///
    /// A worker that did not answer in full is buried.
    private func talk(_ frame: Frame, _ exchange: Exchange, _ died: Failure) throws -> Frame {
        let child = try self.nextWorker()
        var isSound = false
        defer { if isSound { self.idle.withLock { $0.append(child) } } else { child.bury() } }
        try exchange.attach(child)
        let deadline = Pipe.now + Double(self.limits.mediaSeconds)
        do {
            try child.pipe.send(frame, deadline: deadline)
            let reply = try child.pipe.receive(deadline: deadline)
            isSound = exchange.finish()
            return reply
        } catch {
            if !exchange.finish() { throw CancellationError() }
            guard error == .late else {
                var failure = died
                failure.cause = error
                throw failure
            }
            throw Failure(.timedOut, "Decoding or drawing took longer than \(self.limits.mediaSeconds) seconds.")
        }
    }

    private func nextWorker() throws -> WorkerChild {
        while let child = self.idle.withLock({ $0.popLast() }) {
            if !child.hasEnded { return child }
            child.bury()
        }
        return try WorkerChild.start(self.executable, self.arguments)
    }
}

/// One order's tie to its worker, so that a cancelled task kills its own worker and never the next order's.
private final class Exchange: Sendable {
    private struct State {
        var child: WorkerChild?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func attach(_ child: WorkerChild) throws {
        try self.state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            state.child = child
        }
    }

    func cancel() {
        self.state.withLock { state in
            state.isCancelled = true
            state.child?.kill()
        }
    }

    /// Lets go of the worker.
    ///
    /// - Returns: False when the task was cancelled and the worker killed.
    func finish() -> Bool {
        self.state.withLock { state in
            state.child = nil
            return !state.isCancelled
        }
    }
}
