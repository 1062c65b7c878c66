import AtelierCore
import CHTTP
import Glibc

/// What the library's callbacks do; every method but `init` runs on one of the library's threads and never waits.
final class Bridge: Sendable {
    let traffic: Traffic
    let watcher: Watcher
    let handler: any HTTPHandler
    let log: @Sendable (String) -> Void

    init(traffic: Traffic, watcher: Watcher, handler: any HTTPHandler, log: @escaping @Sendable (String) -> Void) {
        self.traffic = traffic
        self.watcher = watcher
        self.handler = handler
        self.log = log
    }

    // MARK: Connections

    func opened(_ pointer: OpaquePointer) -> Connection {
        let connection = self.traffic.open(fd: chttp_fd(pointer), address: PeerAddress(chttp_peer(pointer)))
        self.watcher.watch(connection)
        return connection
    }

    func closed(_ connection: Connection) {
        if self.traffic.close(connection) { self.watcher.linger(on: connection.fd) }
    }

    // MARK: Requests

    /// The request line is there.
    func began(_ connection: Connection, target: UnsafePointer<CChar>) {
        let bytes = UnsafeRawBufferPointer(start: target, count: strlen(target))
        let deadline = Monotonic.now + UInt64(self.traffic.limits.headerSeconds) * 1000
        connection.withState { state in
            state.target = Array(bytes)
            state.targetEnd = UInt(bitPattern: target) + UInt(bytes.count)
            // Later requests of a connection may idle first; from the request line on, the clock runs as for the first one.
            state.setDeadline(min(state.deadline, deadline))
        }
    }

    /// The headers are there: makes the exchange, or refuses.
    func head(_ pointer: OpaquePointer, _ connection: Connection, method: String, version: UnsafePointer<CChar>) -> (Exchange?, Bool) {
        let (sent, end) = connection.withState { state in (state.target, state.targetEnd) }
        let headers = Self.fields(pointer)
        do {
            try Framing.check(method: method, version: String(cString: version), headers: headers)
            guard UInt(bitPattern: version) == end + 1 else { throw RequestTarget.refused("holds a NUL") }
            let target = try RequestTarget(sent, host: headers["Host"])
            guard !self.traffic.isStopping else { throw Self.stopping }
            let limit = self.handler.bodyLimit(method: method, path: target.path)
            if let length = headers["Content-Length"].flatMap({ UInt64($0) }), length > UInt64(limit) { throw Self.tooLong(limit) }
            let exchange = Exchange(method: method, target: target, headers: headers, connection: connection, bodyLimit: limit)
            let deadline = Monotonic.now + UInt64(self.traffic.limits.bodySeconds) * 1000
            connection.withState { state in
                state.setDeadline(deadline)
                state.exchange = exchange
            }
            return (exchange, true)
        } catch {
            let hasBody = Framing.hasBody(headers)
            connection.withState { state in
                state.setDeadline(.max)
                state.lingers = hasBody
            }
            return (nil, self.refuse(pointer, error, isHead: method == "HEAD"))
        }
    }

    /// A piece of the body; false closes the connection.
    func body(_ exchange: Exchange, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if exchange.append(bytes) { return true }
        // The library takes no answer in the middle of a body and has sent nothing yet: the socket is ours for these few bytes.
        let answer = Self.raw(.problem(Self.tooLong(exchange.bodyLimit)))
        exchange.connection.withState { $0.lingers = true }
        let sent = answer.withUnsafeBytes { chttp_send(exchange.connection.fd, $0.baseAddress, $0.count) }
        if sent != answer.count { self.log("The refusal of a body that is too long could not be sent.") }
        return false
    }

    /// The request is whole, or its connection was resumed.
    func proceed(_ pointer: OpaquePointer, _ exchange: Exchange) -> Bool {
        let library = LibraryConnection(pointer: pointer)
        if let reply = exchange.takeReply() { return reply.queue(library, closes: self.traffic.isStopping) }
        guard exchange.isReading else { return true }
        exchange.connection.withState { $0.setDeadline(.max) }
        guard self.traffic.begin(exchange) else { return self.refuse(pointer, Self.stopping, isHead: exchange.method == "HEAD") }
        exchange.start(library, bridge: self)
        return true
    }

    func completed(_ connection: Connection, _ exchange: Exchange?) {
        let limits = self.traffic.limits
        let deadline = Monotonic.now + UInt64(limits.idleSeconds + limits.headerSeconds) * 1000
        connection.withState { state in
            state.setDeadline(deadline)
            state.exchange = nil
        }
        guard let exchange else { return }
        self.traffic.completed(exchange)
        exchange.completed()
    }

    // MARK: Refusals

    private static let stopping = Failure(.backendUnavailable, "Atelier is stopping.", hint: "Try again in a moment.")

    private static func tooLong(_ limit: Int) -> Failure {
        Failure(.tooLarge, "The request's body is longer than \(limit) bytes.", hint: "Send less.")
    }

    private func refuse(_ pointer: OpaquePointer, _ error: any Error, isHead: Bool) -> Bool {
        let response: HTTPResponse
        if let refusal = error as? Framing.Refusal {
            response = .problem(refusal.failure, status: refusal.status)
        } else {
            let failure = Failure(wrapping: error)
            response = .problem(failure, status: failure.code == .invalidRequest ? 400 : nil)
        }
        return Reply(response, isHead: isHead, log: self.log).queue(LibraryConnection(pointer: pointer), closes: true)
    }

    /// A response with a body in memory as it goes over the wire.
    private static func raw(_ response: HTTPResponse) -> [UInt8] {
        guard case .bytes(let body) = response.body else { return [] }
        var head = "HTTP/1.1 \(response.status) \(HTTPResponse.reason(response.status))\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        head += "X-Content-Type-Options: nosniff\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + body
    }

    private static func fields(_ pointer: OpaquePointer) -> HTTPFields {
        var fields = HTTPFields()
        withUnsafeMutablePointer(to: &fields) { fields in
            let add: MHD_KeyValueIteratorN = { context, _, name, nameCount, value, valueCount in
                guard let context, let name else { return .YES }
                let value = value.map { Bridge.text($0, valueCount) } ?? ""
                context.assumingMemoryBound(to: HTTPFields.self).pointee.append(name: Bridge.text(name, nameCount), value: value)
                return .YES
            }
            _ = MHD_get_connection_values_n(pointer, .HEADER_KIND, add, fields)
        }
        return fields
    }

    private static func text(_ bytes: UnsafePointer<CChar>, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
