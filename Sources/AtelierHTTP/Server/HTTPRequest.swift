/// Who sent a request, as the socket knows it; headers play no part.
package enum Peer: Sendable, Hashable {
    /// Over the Unix socket: a process of the same user.
    case unix
    /// Over TCP. `isLoopback` is true for 127.0.0.0/8 and ::1, also when IPv4 comes inside IPv6.
    case inet(address: String, isLoopback: Bool)

    /// Whether the peer is on this machine.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .inet(_, let isLoopback): isLoopback
        }
    }
}

/// One request, whole: its body has been read before a handler sees it.
package struct HTTPRequest: Sendable {
    /// The method as sent, for example "GET"; any token, known or not.
    package var method: String
    /// The path, percent-decoded exactly once: starts with "/", valid UTF-8, without control characters, backslashes and dot segments.
    package var path: String
    /// Path and query as sent.
    package var rawTarget: String
    /// The query, percent-decoded once ("+" is a space), in the order sent; a name without "=" has an empty value.
    package var query: [(name: String, value: String)]
    /// The header fields.
    package var headers: HTTPFields
    /// The body; no longer than the handler's limit.
    package var body: [UInt8]
    /// Who sent it.
    package var peer: Peer
    /// Counts the connections of this process, for logs only; requests over one kept-alive connection share it.
    package var connectionID: UInt64

    /// A request made by hand, for tests of routes without a socket.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: Path and query as they would be sent.
    ///   - headers: The fields.
    ///   - body: The body.
    ///   - peer: Who sends it.
    /// - Throws: ``Failure`` with `invalid_request` when the target is not one that the server would accept.
    package init(
        method: String,
        target: String,
        headers: HTTPFields = HTTPFields(),
        body: [UInt8] = [],
        peer: Peer = .inet(address: "127.0.0.1", isLoopback: true)
    ) throws {
        let parsed = try RequestTarget(Array(target.utf8), host: headers["Host"])
        self.init(method: method, target: parsed, headers: headers, body: body, peer: peer, connectionID: 0)
    }

    init(method: String, target: RequestTarget, headers: HTTPFields, body: [UInt8], peer: Peer, connectionID: UInt64) {
        self.method = method
        self.path = target.path
        self.rawTarget = target.raw
        self.query = target.query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.connectionID = connectionID
    }

    /// The first value of a query name; `nil` if it is not there.
    package func query(_ name: String) -> String? {
        self.query.first { $0.name == name }?.value
    }
}
