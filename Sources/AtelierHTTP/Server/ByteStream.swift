package import AtelierCore
import CHTTP
import Glibc
import Synchronization

/// A body that comes over time: written by tasks, read by the library's threads.
///
/// Any task may call anything.
/// States: *open* until ``finish()``; *finished* until the last byte is out; *gone* when the reader hung up, the server stops, or the
/// reader was too slow and was dropped. While there is nothing to send, the connection is suspended ("parked") and costs no polling.
package final class ByteStream: Sendable {
    /// Feeds a stream; runs after the handler has returned, in its task, and is cancelled when the stream is gone.
    package typealias Producer = @Sendable (ByteStream) async -> Void

    struct State {
        var buffer: [UInt8] = []
        var head = 0
        var parked: LibraryConnection?
        var isFinished = false
        var isGone = false
        var lastWrite = Monotonic.now
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var waitersMade: UInt64 = 0

        var count: Int { self.buffer.count - self.head }
    }

    let producer: Producer?
    private let limit: Int
    private let keepAlive: [UInt8]
    private let state = Mutex(State())

    /// A stream that nobody reads yet; it may be written to at once.
    ///
    /// - Parameters:
    ///   - limits: `streamBufferBytes` bounds what waits for the reader.
    ///   - keepAlive: Written after `streamCommentSeconds` without a write, for example ``EventSource/comment``: it finds readers that
    ///     vanished without a word. Empty for a body that nothing may be put into.
    ///   - producer: What writes; the stream is finished when it returns. `nil` if somebody else writes.
    package init(limits: Limits, keepAlive: [UInt8] = [], producer: Producer? = nil) {
        self.limit = limits.streamBufferBytes
        self.keepAlive = keepAlive
        self.producer = producer
    }

    /// Appends bytes and returns at once.
    ///
    /// - Returns: False when they will not arrive: the stream is finished, the reader is gone, or it was too slow, the buffer would
    ///   hold more than its limit, and the reader has been dropped.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        self.change { state in
            guard !state.isGone, !state.isFinished else { return false }
            guard state.count + bytes.count <= self.limit else {
                Self.leave(&state)
                return false
            }
            Self.append(bytes, to: &state)
            return true
        }
    }

    /// Appends bytes of any number, waiting while the buffer is more than half full: for a producer that is faster than its reader.
    ///
    /// - Returns: False when they will not arrive: the stream is finished or gone, or this task was cancelled.
    package func send(_ bytes: [UInt8]) async -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            await self.wait { $0.isGone || $0.isFinished || $0.count <= self.limit / 2 }
            if Task.isCancelled { return false }
            let taken = Array(rest.prefix(self.limit / 2))
            guard self.write(taken) else { return false }
            rest = rest.dropFirst(taken.count)
        }
        return !self.isGone
    }

    /// Ends the body: what is in the buffer still goes out.
    package func finish() {
        self.change { state in
            state.isFinished = true
            Self.resume(&state)
        }
    }

    /// Breaks the body off, so that the reader sees that it is not whole: the connection is closed without the end mark.
    package func fail() {
        self.change(Self.leave)
    }

    /// Whether the reader is gone.
    package var isGone: Bool { self.state.withLock(\.isGone) }

    /// Whether the library has taken everything that was written.
    package var isEmpty: Bool { self.state.withLock { $0.count == 0 } }

    /// Returns when the reader is gone or this task is cancelled.
    package func untilGone() async {
        await self.wait(until: \.isGone)
    }

    // MARK: The server's side

    /// Called by the library's thread: copies up to `most` bytes, or parks the connection.
    func read(into target: UnsafeMutablePointer<CChar>, most: Int, connection: LibraryConnection) -> Int {
        self.change { state in
            if state.isGone { return Int(chttp_end_with_error) }
            guard state.count > 0 else {
                if state.isFinished { return Int(chttp_end_of_stream) }
                state.parked = connection
                // Under the lock, so that no write can resume before it is suspended.
                MHD_suspend_connection(connection.pointer)
                return 0
            }
            let taken = min(state.count, most)
            state.buffer.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: target, count: taken)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[state.head..<state.head + taken]))
            }
            state.head += taken
            if state.count == 0 { (state.buffer, state.head) = ([], 0) }
            return taken
        }
    }

    /// The reader hung up, or the library closed the connection.
    func readerLeft() {
        self.change(Self.leave)
    }

    /// Writes the keep-alive bytes when nothing was written since `before`.
    func tick(before: UInt64) {
        guard !self.keepAlive.isEmpty else { return }
        self.change { state in
            guard state.parked != nil, !state.isGone, state.lastWrite <= before else { return }
            Self.append(self.keepAlive, to: &state)
        }
    }

    // MARK: Inside

    private static func append(_ bytes: [UInt8], to state: inout State) {
        if state.head > 65_536 {
            state.buffer.removeFirst(state.head)
            state.head = 0
        }
        state.buffer += bytes
        state.lastWrite = Monotonic.now
        if state.count > 0 { Self.resume(&state) }
    }

    private static func leave(_ state: inout State) {
        state.isGone = true
        (state.buffer, state.head) = ([], 0)
        Self.resume(&state)
    }

    private static func resume(_ state: inout State) {
        guard let parked = state.parked else { return }
        state.parked = nil
        MHD_resume_connection(parked.pointer)
    }

    /// Every change wakes those who wait, outside the lock; they look again and wait on if it was not theirs.
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, woken) = self.state.withLock { state in
            let result = body(&state)
            let woken = Array(state.waiters.values)
            state.waiters.removeAll()
            return (result, woken)
        }
        for waiter in woken { waiter.resume() }
        return result
    }

    private func wait(until isReady: @Sendable (borrowing State) -> Bool) async {
        while !Task.isCancelled, !self.state.withLock({ isReady($0) }) {
            let key = self.state.withLock { state in
                state.waitersMade += 1
                return state.waitersMade
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let waits = self.state.withLock { state in
                        guard !isReady(state), !Task.isCancelled else { return false }
                        state.waiters[key] = continuation
                        return true
                    }
                    if !waits { continuation.resume() }
                }
            } onCancel: {
                self.state.withLock { $0.waiters.removeValue(forKey: key) }?.resume()
            }
        }
    }
}
