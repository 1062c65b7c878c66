import Synchronization

/// A number of places, given out in the order of asking; a cancelled wait gives up its turn.
final class Slots: Sendable {
    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        self.state = Mutex(State(free: count))
    }

    /// Waits for a place and holds it while `body` runs.
    func with<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await self.take()
        defer { self.giveBack() }
        return try await body()
    }

    private func take() async throws {
        let ticket = self.state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let isMine = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in self.queue(ticket, continuation) }
        } onCancel: {
            self.cancel(ticket)
        }
        self.state.withLock { _ = $0.cancelled.remove(ticket) }
        guard isMine else { throw CancellationError() }
        if Task.isCancelled {
            self.giveBack()
            throw CancellationError()
        }
    }

    private func queue(_ ticket: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = self.state.withLock { state in
            if state.cancelled.contains(ticket) { return false }
            if state.free > 0 {
                state.free -= 1
                return true
            }
            state.waiting.append((ticket, continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func cancel(_ ticket: Int) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
                // The cancellation came before the wait began; the wait will find it here.
                state.cancelled.insert(ticket)
                return nil
            }
            return state.waiting.remove(at: index).continuation
        }
        continuation?.resume(returning: false)
    }

    private func giveBack() {
        let next = self.state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
