import AtelierCore
import AtelierHTTP
import Glibc
import Testing

/// How much a client may send, and how many may come.
@Suite struct LimitTests {
    @Test func `a header block beyond the connection's memory is refused with 431`() async throws {
        try await withServer { server in
            let client = try server.client()
            client.get("/", fields: "X: \(String(repeating: "a", count: 9000))\r\n")
            #expect(try await client.response().status == 431)
        }
    }

    @Test func `a Content-Length beyond the limit is refused before 100-continue`() async throws {
        let called = Flag()
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            called.raise()
            return HTTPResponse()
        }
        try await withServer(bodyLimit: 10, answer: answer) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(!called.isRaised)
        }
    }

    @Test func `a body within the limit gets its 100-continue`() async throws {
        try await withServer(bodyLimit: 10, answer: { HTTPResponse(body: .bytes($0.body)) }) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.response().status == 100)
            client.send("0123456789")
            #expect(try await client.response().text == "0123456789")
        }
    }

    @Test func `a chunked body is refused as soon as it is too long`() async throws {
        let called = Flag()
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            called.raise()
            return HTTPResponse()
        }
        try await withServer(bodyLimit: 10, answer: answer) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send("8\r\n01234567\r\n8\r\n01234567\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["X-Content-Type-Options"] == "nosniff")
            #expect(response.text.contains("/problems/too_large"))
            #expect(try await client.untilClosed().isEmpty)
            #expect(!called.isRaised)
        }
    }

    /// Goal: closing while the client still sends would reset the connection, and the client would never read why.
    @Test func `a client that goes on sending still reads its 413`() async throws {
        try await withServer(bodyLimit: 10) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            let piece = [UInt8](repeating: 0x78, count: 10_000)
            // The answer is not read until it has certainly been sent and more has arrived after it. A test machine that is too slow
            // ends the attempt before the server may stop waiting.
            let start = ContinuousClock.now
            for _ in 0..<40 where start.duration(to: .now) < .seconds(1) {
                let count = Glibc.send(client.fd, piece, piece.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                let reason = count < 0 ? errno : 0
                #expect(reason == 0 || reason == EAGAIN, "the connection was reset")
                try await Task.sleep(for: .milliseconds(2))  // tidy: the client under test drips
            }
            #expect(try await client.response().status == 413)
        }
    }

    /// Goal: what is read and forgotten after a refusal is the refused client's, never that of another one, whose socket
    /// may get the number of the copy that lingered.
    ///
    /// Method: many of both at once.
    @Test func `a refused upload does not cost another client its request`() async throws {
        try await withServer(bodyLimit: 1000) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<400 {
                            let status = try await Self.status(of: 20_000, at: server)
                            #expect(status == 413)
                        }
                    }
                    group.addTask {
                        for _ in 0..<800 {
                            let status = try await Self.status(of: 7, at: server)
                            #expect(status == 200)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func status(of bodyBytes: Int, at server: TestServer) async throws -> Int {
        let client = try server.client()
        defer { client.close() }
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(bodyBytes)\r\nConnection: close\r\n\r\n")
        client.send([UInt8](repeating: 0x78, count: bodyBytes))
        return try await client.response().status
    }

    @Test func `a connection beyond the limit is closed`() async throws {
        var limits = Limits()
        limits.connections = 4
        try await withServer(limits) { server in
            let clients = try await Self.connect(4, to: server, host: "127.0.0.1")
            let extra = try server.client()
            #expect(try await Self.isClosed(extra))
            clients[0].close()
            try await Self.isServedAgain(server, host: "127.0.0.1")
        }
    }

    /// Needs an address that is not loopback; every machine that can be reached has one.
    @Test func `a connection beyond the limit of its address is closed and loopback is not counted`() async throws {
        var limits = Limits()
        limits.connectionsPerAddress = 3
        let outside = try #require(outsideAddress(), "this machine has no address but loopback")
        try await withServer(limits, host: "0.0.0.0") { server in
            let local = try await Self.connect(5, to: server, host: "127.0.0.1")
            #expect(local.count == 5)
            let clients = try await Self.connect(3, to: server, host: outside)
            let extra = try server.client(host: outside)
            #expect(try await Self.isClosed(extra))
            clients[0].close()
            try await Self.isServedAgain(server, host: outside)
        }
    }

    /// Opens connections and has each answered once, so that the server has counted them.
    private static func connect(_ count: Int, to server: TestServer, host: String) async throws -> [RawClient] {
        var clients: [RawClient] = []
        for _ in 0..<count {
            let client = try server.client(host: host)
            client.get("/")
            #expect(try await client.response().status == 200)
            clients.append(client)
        }
        return clients
    }

    private static func isClosed(_ client: RawClient) async throws -> Bool {
        client.get("/")
        do { return try await client.response().status == 0 } catch ClientProblem.closed { return true }
    }

    private static func isServedAgain(_ server: TestServer, host: String) async throws {
        try await eventually("a place becomes free") { try await !Self.isClosed(server.client(host: host)) }
    }
}

/// An IPv4 address of this machine that is not loopback.
func outsideAddress() -> String? {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    var one = list
    while let entry = one {
        one = entry.pointee.ifa_next
        guard let address = entry.pointee.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else { continue }
        var text = [CChar](repeating: 0, count: 64)
        getnameinfo(address, socklen_t(MemoryLayout<sockaddr_in>.size), &text, 64, nil, 0, NI_NUMERICHOST)
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !name.hasPrefix("127.") { return name }
    }
    return nil
}
