import AtelierCore
import CHTTP
import Synchronization

/// One request and its answer.
///
/// States: *reading* the body → *working* (connection suspended, handler runs) → *ready* (resumed, answer waits for the library's thread)
/// → *sending*. The connection is resumed exactly once, under the lock, by whoever ends *working*.
final class Exchange: Sendable {
    enum Phase {
        case reading
        case working(LibraryConnection)
        case ready(Reply)
        case sending(ByteStream?)
    }

    struct State {
        var phase = Phase.reading
        var body: [UInt8] = []
        var task: Task<Void, Never>?
    }

    let method: String
    let connection: Connection
    let bodyLimit: Int
    private let target: RequestTarget
    private let headers: HTTPFields
    private let state = Mutex(State())

    init(method: String, target: RequestTarget, headers: HTTPFields, connection: Connection, bodyLimit: Int) {
        self.method = method
        self.target = target
        self.headers = headers
        self.connection = connection
        self.bodyLimit = bodyLimit
    }

    /// Takes a piece of the body; false when it would be too long.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self.state.withLock { state in
            guard state.body.count + bytes.count <= self.bodyLimit else {
                state.body = []
                return false
            }
            state.body += bytes
            return true
        }
    }

    /// Suspends the connection and lets the handler work.
    func start(_ connection: LibraryConnection, bridge: Bridge) {
        self.state.withLock { state in
            let request = HTTPRequest(
                method: self.method,
                target: self.target,
                headers: self.headers,
                body: state.body,
                peer: self.connection.peer,
                connectionID: self.connection.id
            )
            state.body = []
            state.phase = .working(connection)
            // Before the task exists, so that it cannot resume what is not suspended yet.
            MHD_suspend_connection(connection.pointer)
            state.task = Task { await self.work(request, bridge: bridge) }  // tidy: a C callback has no task to be the child of
        }
        if self.connection.hasHungUp { self.cancel() }
    }

    private func work(_ request: HTTPRequest, bridge: Bridge) async {
        let response = await bridge.handler.handle(request)
        let reply = Reply(response, isHead: self.method == "HEAD", log: bridge.log)
        self.answer(reply)
        bridge.traffic.answered(self)
        guard case .stream(let stream) = reply.body, let producer = stream.producer, !stream.isGone else { return }
        await producer(stream)
        stream.finish()
    }

    /// Hands the answer to the library's thread, unless somebody has answered before.
    private func answer(_ reply: Reply) {
        let isTaken = self.state.withLock { state in
            guard case .working(let connection) = state.phase else { return false }
            state.phase = .ready(reply)
            MHD_resume_connection(connection.pointer)
            return true
        }
        if !isTaken { reply.drop() }
        // Whoever hung up while there was no stream yet was heard of only once.
        if self.connection.hasHungUp { self.stream?.readerLeft() }
    }

    /// What the library's thread finds: the answer if there is one, which it now sends.
    func takeReply() -> Reply? {
        self.state.withLock { state in
            guard case .ready(let reply) = state.phase else { return nil }
            if case .stream(let stream) = reply.body { state.phase = .sending(stream) } else { state.phase = .sending(nil) }
            return reply
        }
    }

    var isReading: Bool {
        self.state.withLock { state in
            if case .reading = state.phase { return true }
            return false
        }
    }

    /// The answer's stream, once there is one.
    var stream: ByteStream? {
        self.state.withLock { state in
            switch state.phase {
            case .ready(let reply):
                if case .stream(let stream) = reply.body { return stream }
                return nil
            case .sending(let stream): return stream
            case .reading, .working: return nil
            }
        }
    }

    /// The client hung up: its handler should know, and its stream has no reader.
    func clientLeft() {
        self.cancel()
        self.stream?.readerLeft()
    }

    /// The library is done with the request, well or not.
    func completed() {
        let unsent = self.state.withLock { state in
            if case .ready(let reply) = state.phase { return Optional(reply) }
            return nil
        }
        unsent?.drop()
        self.clientLeft()
    }

    func cancel() {
        let task = self.state.withLock(\.task)
        task?.cancel()
    }

    /// Answers for a handler that does not end although it was cancelled.
    func giveUp() {
        let failure = Failure(.backendUnavailable, "Atelier is stopping.", hint: "Try again in a moment.")
        self.answer(Reply(.problem(failure, instance: self.target.path), isHead: self.method == "HEAD", log: { _ in }))
        self.cancel()
    }

    /// Ends the answer's stream, if it is one, and whatever feeds it.
    func endStream() {
        guard let stream = self.stream else { return }
        stream.finish()
        self.cancel()
    }
}
