import AtelierCore
import AtelierHTTP
import Glibc
import Testing

/// A client that takes its time.
@Suite struct DeadlineTests {
    /// One second of the thing under test, minutes of the others, so that only one bound can close the connection.
    private static func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        (limits.headerSeconds, limits.idleSeconds, limits.bodySeconds) = (300, 300, 300)
        change(&limits)
        return limits
    }

    @Test func `headers that drip are cut off at the deadline`() async throws {
        try await withServer(Self.limits { $0.headerSeconds = 1 }) { server in
            let client = try server.client()
            client.send("GET / HTTP/1.1\r\n")
            try await Self.drip(client, "X: 1\r\n")
        }
    }

    @Test func `a connection that says nothing is cut off at the deadline`() async throws {
        try await withServer(Self.limits { $0.headerSeconds = 1 }) { server in
            let client = try server.client()
            #expect(try await client.untilClosed().isEmpty)
        }
    }

    @Test func `headers of a second request that drip are cut off at the deadline`() async throws {
        try await withServer(Self.limits { $0.headerSeconds = 1 }) { server in
            let client = try server.client()
            client.get("/first")
            #expect(try await client.response().text == "/first")
            client.send("GET /second HTTP/1.1\r\n")
            try await Self.drip(client, "X: 1\r\n")
        }
    }

    /// Goal: before the second request line is whole nothing but time tells that a request has begun.
    @Test func `a second request line that drips is cut off`() async throws {
        let limits = Self.limits { ($0.headerSeconds, $0.idleSeconds) = (1, 2) }
        try await withServer(limits) { server in
            let client = try server.client()
            client.get("/first")
            _ = try await client.response()
            try await Self.drip(client, "G")
        }
    }

    @Test func `a body that drips is cut off at the deadline`() async throws {
        try await withServer(Self.limits { $0.bodySeconds = 1 }) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            try await Self.drip(client, "x")
        }
    }

    @Test func `a connection that idles after a request is closed`() async throws {
        try await withServer(Self.limits { $0.idleSeconds = 1 }) { server in
            let client = try server.client()
            client.get("/")
            _ = try await client.response()
            #expect(try await client.untilClosed().isEmpty)
        }
    }

    @Test func `a body that stalls is closed`() async throws {
        try await withServer(Self.limits { $0.idleSeconds = 1 }) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")
            #expect(try await client.untilClosed().isEmpty)
        }
    }

    /// Goal: the deadlines of a request must not follow it into its handler.
    @Test func `a handler may take longer than every deadline of its request`() async throws {
        let limits = Self.limits { ($0.headerSeconds, $0.bodySeconds, $0.idleSeconds) = (1, 1, 1) }
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            do { try await Task.sleep(for: .seconds(3)) } catch { return HTTPResponse(status: 500) }  // tidy: slower than the limits
            return HTTPResponse(body: .bytes(Array("late".utf8)))
        }
        try await withServer(limits, answer: answer) { server in
            let client = try server.client()
            client.get("/")
            #expect(try await client.response().text == "late")
        }
    }

    /// Goal: the library does not always see an end that comes together with the last bytes; its socket must not wait for a deadline.
    @Test(arguments: ["GET / HT", "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", ""])
    func `a client that leaves in the middle of a request gives back its socket`(_ part: String) async throws {
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        // Before anybody accepts, so that last bytes and end are there together.
        for _ in 0..<50 {
            let client = try RawClient(port: listener.port)
            client.send(part)
            client.close()
        }
        try await withServer(Self.limits { _ in }, listener: listener) { server in
            let last = try server.client()
            last.get("/")
            _ = try await last.response()
            try await eventually("the sockets go back") { server.openSockets <= 1 }
        }
    }

    /// Goal: whoever closes only its sending side after a whole request still gets the answer.
    @Test func `a client that only stops sending is answered`() async throws {
        try await withServer { server in
            let client = try server.client()
            client.get("/first")
            client.get("/second")
            shutdown(client.fd, Int32(SHUT_WR))
            let everything = try await client.untilClosed()
            #expect(everything.contains("/first") && everything.contains("/second"))
        }
    }

    /// Sends a little again and again until the server has closed without an answer.
    private static func drip(_ client: RawClient, _ piece: String) async throws {
        for _ in 0..<400 {
            client.send(piece)
            do {
                let end = try await client.read { bytes, isAtEnd in isAtEnd ? (bytes.count, used: 0) : (-1, used: 0) }
                if end >= 0 { return #expect(end == 0) }
            } catch ClientProblem.closed {
                return
            }
            // Not faster, or the header block would be too large before it is late.
            try await Task.sleep(for: .milliseconds(50))  // tidy: the client under test drips
        }
        Issue.record("still open")
    }
}
