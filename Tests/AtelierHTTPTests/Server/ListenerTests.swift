import AtelierCore
import Glibc
import Testing

@testable import AtelierHTTP

/// Listening sockets: who gets one and what those read who do not.
@Suite struct ListenerTests {
    private static func path() -> String { "/tmp/atelier-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock" }

    private static func failure(_ body: () throws -> Listener) -> Failure? {
        do { _ = try body() } catch { return error as? Failure }
        return nil
    }

    @Test func `a port in use is refused and its holder named`() throws {
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let failure = try #require(Self.failure { try Listener.tcp(host: "127.0.0.1", port: listener.port) })
        #expect(failure.code == .refusedStart)
        #expect(failure.message.contains("127.0.0.1:\(listener.port)"))
        #expect(failure.message.contains("process \(getpid()) ("))
    }

    @Test func `an address that is not ours is refused`() throws {
        let failure = try #require(Self.failure { try Listener.tcp(host: "203.0.113.7", port: 0) })
        #expect(failure.code == .refusedStart)
        #expect(failure.message.contains("203.0.113.7"))
    }

    @Test func `a listening socket is found in the kernel's table`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:4589 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
               1: 0100007F:4589 0100007F:B0B0 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
               2: 00000000000000000000000001000000:4589 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4713 1
            """
        #expect(PortHolder.inodes(listeningOn: 0x4589, table: table) == ["4711", "4713"])
        #expect(PortHolder.inodes(listeningOn: 1, table: table) == [])
    }

    @Test func `IPv4 and IPv6 loopback share a port`() async throws {
        let four = try Listener.tcp(host: "127.0.0.1", port: 0)
        let six = try Listener.tcp(host: "::1", port: four.port)
        #expect(six.name == "[::1]:\(four.port)")
    }

    @Test func `a Unix socket serves its owner only and is removed at the end`() async throws {
        let path = Self.path()
        let listener = try Listener.unix(path: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { HTTPResponse(status: $0.peer == .unix ? 200 : 500) }
        let handler = TestHandler(limit: 10, answer: answer)
        let server = HTTPServer(listeners: [listener], handler: handler, limits: Limits(), log: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let client = try RawClient(path: path)
            client.get("/")
            #expect(try await client.response().status == 200)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(stat(path, &status) != 0)
    }

    @Test func `a stale Unix socket is replaced and a living one is not`() throws {
        let path = Self.path()
        do {
            let listener = try Listener.unix(path: path)
            let failure = try #require(Self.failure { try Listener.unix(path: path) })
            #expect(failure.code == .refusedStart && failure.message.contains("answers"))
            #expect(listener.port == 0)
        }
        // The file outlives the socket, as it does after a kill.
        #expect(access(path, F_OK) == 0)
        let second = try Listener.unix(path: path)
        #expect(second.name == path)
        unlink(path)
    }

    @Test func `a file in the way of a Unix socket is left alone`() throws {
        let path = Self.path()
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        let failure = try #require(Self.failure { try Listener.unix(path: path) })
        #expect(failure.message.contains("not a socket"))
        #expect(unlink(path) == 0)
    }

    @Test func `a path too long for a socket says so`() throws {
        let failure = try #require(Self.failure { try Listener.unix(path: "/tmp/" + String(repeating: "a", count: 200)) })
        #expect(failure.hint?.contains("107") == true)
    }

    @Test func `several listeners serve as one`() async throws {
        let listeners = [try Listener.tcp(host: "127.0.0.1", port: 0), try Listener.tcp(host: "127.0.0.1", port: 0)]
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in HTTPResponse() }
        let handler = TestHandler(limit: 10, answer: answer)
        let server = HTTPServer(listeners: listeners, handler: handler, limits: Limits(), log: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            for listener in listeners {
                let client = try RawClient(port: listener.port)
                client.get("/")
                #expect(try await client.response().status == 200)
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
