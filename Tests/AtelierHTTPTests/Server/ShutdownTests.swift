import AtelierCore
import AtelierHTTP
import Synchronization
import Testing

/// Stopping: libmicrohttpd ends the process when it is stopped in the wrong order, so a wrong order cannot hide here.
@Suite struct ShutdownTests {
    @Test func `open streams and a handler that only ends upon cancellation do not stop the stop`() async throws {
        var limits = Limits()
        limits.drainSeconds = 1
        let (isRunning, isCancelled) = (Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            if request.path == "/events" {
                let stream = ByteStream(limits: Limits())
                stream.write(Array("hello".utf8))
                return HTTPResponse(body: .stream(stream))
            }
            isRunning.raise()
            do { try await Task.sleep(for: .seconds(600)) } catch { isCancelled.raise() }  // tidy: a handler that never ends by itself
            return HTTPResponse(body: .bytes(Array("cancelled".utf8)))
        }
        let kept = Mutex<[RawClient]>([])
        try await withServer(limits, answer: answer) { server in
            let streams = try (0..<20).map { _ in try server.client() }
            for client in streams { client.get("/events") }
            for client in streams { try await client.expect("hello") }
            let waiting = try server.client()
            waiting.get("/wait")
            try await eventually("it runs") { isRunning.isRaised }
            kept.withLock { $0 = streams + [waiting] }
        }
        let clients = kept.withLock { $0 }
        #expect(isCancelled.isRaised)
        for client in clients.dropLast() { #expect(try await client.untilClosed().hasSuffix("0\r\n\r\n")) }
        #expect(try await clients[20].response().text == "cancelled")
    }

    /// Goal: a request that was taken is answered, whatever happens to the server.
    @Test func `a running handler is waited for`() async throws {
        let (isRunning, mayEnd) = (Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            isRunning.raise()
            while !mayEnd.isRaised, !Task.isCancelled { await Task.yield() }
            return HTTPResponse(status: Task.isCancelled ? 500 : 200, body: .bytes(Array("done".utf8)))
        }
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let server = HTTPServer(listeners: [listener], handler: TestHandler(limit: 10, answer: answer), limits: Limits(), log: { _ in })
        let client = try RawClient(port: listener.port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            client.get("/")
            try await eventually("it runs") { isRunning.isRaised }
            group.cancelAll()
            try await Self.untilRefused(listener.port)
            mayEnd.raise()
            try await group.waitForAll()
        }
        let response = try await client.response()
        #expect(response.status == 200)
        #expect(response["Connection"]?.lowercased() == "close")
    }

    /// Goal: a handler that never looks at cancellation cannot hold the server; its client gets an answer all the same.
    @Test func `a handler that ignores cancellation is given up`() async throws {
        var limits = Limits()
        limits.drainSeconds = 1
        let (isRunning, mayEnd, hasEnded) = (Flag(), Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            isRunning.raise()
            while !mayEnd.isRaised { await Task.yield() }
            hasEnded.raise()
            return HTTPResponse(body: .bytes(Array("too late".utf8)))
        }
        let kept = Mutex<RawClient?>(nil)
        try await withServer(limits, answer: answer) { server in
            let client = try server.client()
            client.get("/")
            try await eventually("it runs") { isRunning.isRaised }
            kept.withLock { $0 = client }
        }
        let client = try #require(kept.withLock { $0 })
        #expect(try await client.response().status == 503)
        mayEnd.raise()
        try await eventually("the handler ends without harm") { hasEnded.isRaised }
    }

    @Test func `a request that comes while it stops is answered 503`() async throws {
        let (isRunning, mayEnd) = (Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            guard request.path == "/slow" else { return HTTPResponse() }
            isRunning.raise()
            while !mayEnd.isRaised { await Task.yield() }
            return HTTPResponse()
        }
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let server = HTTPServer(listeners: [listener], handler: TestHandler(limit: 10, answer: answer), limits: Limits(), log: { _ in })
        let (slow, kept) = (try RawClient(port: listener.port), try RawClient(port: listener.port))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            kept.get("/")
            #expect(try await kept.response().status == 200)
            slow.get("/slow")
            try await eventually("it runs") { isRunning.isRaised }
            group.cancelAll()
            try await Self.untilRefused(listener.port)
            kept.get("/")
            #expect(try await kept.response().status == 503)
            mayEnd.raise()
            try await group.waitForAll()
        }
    }

    /// Goal: clients that come, go, and leave while the server stops must not find a wrong order.
    @Test func `stopping among clients that come and go is safe`() async throws {
        for round in 0..<10 {
            let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
                if request.path == "/events" { return HTTPResponse(body: .stream(ByteStream(limits: Limits(), keepAlive: [0x3A]))) }
                await Task.yield()
                return HTTPResponse(body: .bytes([0x21]))
            }
            try await withServer(answer: answer) { server in
                var clients: [RawClient] = []
                for number in 0..<40 {
                    let client = try server.client()
                    client.get(number % 3 == 0 ? "/events" : "/")
                    if (number + round) % 4 == 0 { client.close() } else { clients.append(client) }
                }
                clients[0].close()
            }
        }
    }

    private static func untilRefused(_ port: UInt16) async throws {
        try await eventually("new connections are refused") {
            do { _ = try RawClient(port: port) } catch { return true }
            return false
        }
    }
}
