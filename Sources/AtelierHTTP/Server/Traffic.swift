import AtelierCore
import CHTTP
import Glibc
import Synchronization

/// Every connection and every request under way: the limits, the deadlines, and what shutdown waits for.
///
/// Order of locks: this one, then an exchange's, then a stream's, then the library's. Nothing here is called with one of those held.
final class Traffic: Sendable {
    struct State {
        var connections: [UInt64: Connection] = [:]
        var connectionsMade: UInt64 = 0
        var perAddress: [[UInt8]: Int] = [:]
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var handlers: Set<ObjectIdentifier> = []
        /// No new handler starts.
        var isStopping = false
        /// Streams end as soon as they begin.
        var isEnding = false
        var waits: [Wait] = []
        var nextTick: UInt64 = 0
    }

    /// What shutdown waits for.
    enum Quiet { case handlers, exchanges }

    struct Wait {
        let quiet: Quiet
        let deadline: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits) {
        self.limits = limits
    }

    // MARK: Connections

    func admits(_ address: PeerAddress) -> Bool {
        self.state.withLock { state in
            guard state.connections.count < self.limits.connections else { return false }
            guard let key = address.countedAs else { return true }
            return state.perAddress[key, default: 0] < self.limits.connectionsPerAddress
        }
    }

    func open(fd: Int32, address: PeerAddress) -> Connection {
        let deadline = Monotonic.now + UInt64(self.limits.headerSeconds) * 1000
        return self.state.withLock { state in
            state.connectionsMade += 1
            let connection = Connection(id: state.connectionsMade, fd: fd, address: address, deadline: deadline)
            state.connections[connection.id] = connection
            if let key = connection.countedAs { state.perAddress[key, default: 0] += 1 }
            return connection
        }
    }

    /// The library is about to close the socket.
    ///
    /// - Returns: Whether the client may still be sending, so that the socket should linger.
    func close(_ connection: Connection) -> Bool {
        let lingers = connection.withState { $0.lingers }
        return self.state.withLock { state in
            state.connections[connection.id] = nil
            if let key = connection.countedAs, let count = state.perAddress[key] { state.perAddress[key] = count > 1 ? count - 1 : nil }
            return lingers && !state.isEnding
        }
    }

    /// The peer of a connection closed its side.
    func hungUp(_ id: UInt64) {
        let connection = self.state.withLock { $0.connections[id] }
        let exchange = connection?.withState { state in
            state.hangUp()
            return state.exchange
        }
        exchange?.clientLeft()
    }

    /// Whether nothing is open, so that the watcher need not look at the time.
    var isQuiet: Bool {
        self.state.withLock { $0.connections.isEmpty && $0.waits.isEmpty }
    }

    // MARK: Requests

    /// Counts a request in; false when the server is stopping.
    func begin(_ exchange: Exchange) -> Bool {
        self.state.withLock { state in
            guard !state.isStopping else { return false }
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            state.handlers.insert(ObjectIdentifier(exchange))
            return true
        }
    }

    var isStopping: Bool { self.state.withLock(\.isStopping) }

    /// The handler has answered.
    func answered(_ exchange: Exchange) {
        let isEnding = self.state.withLock { state in
            state.handlers.remove(ObjectIdentifier(exchange))
            return state.isEnding
        }
        if isEnding { exchange.endStream() }
        self.wakeWaits()
    }

    /// The library is done with the request.
    func completed(_ exchange: Exchange) {
        self.state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = nil
            state.handlers.remove(ObjectIdentifier(exchange))
        }
        self.wakeWaits()
    }

    // MARK: Time

    /// Shuts down what is late and sends keep-alive bytes.
    func sweep(now: UInt64) {
        let ticked = self.state.withLock { state in
            // Under the lock, because a socket is closed only after `close(_:)` has taken it out: the number cannot be another's.
            for connection in state.connections.values where Self.isLate(connection, now: now) { shutdown(connection.fd, Int32(SHUT_RDWR)) }
            return Array(state.exchanges.values)
        }
        let interval = UInt64(self.limits.streamCommentSeconds) * 1000
        for exchange in ticked where now > interval { exchange.stream?.tick(before: now - interval) }
        self.wakeWaits(now: now)
    }

    private static func isLate(_ connection: Connection, now: UInt64) -> Bool {
        let (deadline, exchange) = connection.withState { ($0.deadline, $0.exchange) }
        // A stream whose slow reader was dropped is not parked: only the socket can tell the library.
        return deadline <= now || exchange?.stream?.isGone == true
    }

    // MARK: Shutdown

    func stopAccepting() {
        self.state.withLock { $0.isStopping = true }
    }

    /// Returns when there is none left, or at the deadline.
    func wait(for quiet: Quiet, until deadline: UInt64) async {
        await withCheckedContinuation { continuation in
            self.state.withLock { $0.waits.append(Wait(quiet: quiet, deadline: deadline, continuation: continuation)) }
            self.wakeWaits()
        }
    }

    /// Cancels every handler that still runs.
    func cancelHandlers() {
        for exchange in self.unanswered { exchange.cancel() }
    }

    /// Answers for every handler that still runs although it was cancelled, and ends all streams, now and later.
    func end() -> Int {
        let (unanswered, all) = self.state.withLock { state in
            state.isEnding = true
            return (state.handlers.compactMap { state.exchanges[$0] }, Array(state.exchanges.values))
        }
        for exchange in unanswered { exchange.giveUp() }
        for exchange in all { exchange.endStream() }
        return unanswered.count
    }

    private var unanswered: [Exchange] {
        self.state.withLock { state in state.handlers.compactMap { state.exchanges[$0] } }
    }

    private func wakeWaits(now: UInt64? = nil) {
        let woken = self.state.withLock { state in
            guard !state.waits.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            let isOver = { (wait: Wait) in
                switch wait.quiet {
                case .handlers where state.handlers.isEmpty: true
                case .exchanges where state.exchanges.isEmpty: true
                default: now.map { wait.deadline <= $0 } ?? false
                }
            }
            let woken = state.waits.filter(isOver).map(\.continuation)
            state.waits.removeAll(where: isOver)
            return woken
        }
        for continuation in woken { continuation.resume() }
    }
}
