import AtelierCore
import AtelierHTTP
import Synchronization
import Testing

/// Bodies that come over time.
@Suite struct StreamTests {
    /// Streams that handlers have made.
    private final class Streams: Sendable {
        private let all = Mutex([ByteStream]())
        func add(_ stream: ByteStream) -> ByteStream {
            self.all.withLock { $0.append(stream) }
            return stream
        }
        var made: [ByteStream] { self.all.withLock { $0 } }
    }

    private static func events(_ limits: Limits, _ streams: Streams) -> @Sendable (HTTPRequest) async -> HTTPResponse {
        { _ in
            let stream = streams.add(ByteStream(limits: limits, keepAlive: EventSource.comment))
            stream.write(EventSource.frame(data: "hello"))
            return HTTPResponse(headers: EventSource.headers, body: .stream(stream))
        }
    }

    @Test func `what tasks write arrives, and the end too`() async throws {
        let streams = Streams()
        try await withServer(answer: Self.events(Limits(), streams)) { server in
            let client = try server.client()
            client.get("/")
            try await client.expect("data: hello\n\n")
            for number in 0..<100 { #expect(streams.made[0].write(EventSource.frame(data: "\(number)"))) }
            try await client.expect("data: 99\n\n")
            streams.made[0].finish()
            try await client.expect("0\r\n\r\n")
            client.get("/again")
            try await client.expect("data: hello\n\n")
        }
    }

    @Test func `a producer that is faster than its reader waits`() async throws {
        var limits = Limits()
        limits.streamBufferBytes = 4096
        let count = 3_000_000
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { [limits] _ in
            let stream = ByteStream(limits: limits) { stream in
                for start in stride(from: 0, to: count, by: 1000) {
                    let bytes = (start..<start + 1000).map { UInt8(truncatingIfNeeded: $0 / 7) }
                    guard await stream.send(bytes) else { return }
                }
            }
            return HTTPResponse(body: .stream(stream))
        }
        try await withServer(limits, answer: answer) { server in
            let client = try server.client()
            client.get("/")
            let body = try await client.response().body
            #expect(body == (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) })
        }
    }

    @Test func `a quiet stream gets its keep-alive bytes`() async throws {
        var limits = Limits()
        limits.streamCommentSeconds = 1
        let streams = Streams()
        try await withServer(limits, answer: Self.events(limits, streams)) { server in
            let client = try server.client()
            client.get("/")
            try await client.expect("data: hello\n\n")
            try await client.expect(": \n\n")
            try await client.expect(": \n\n")
        }
    }

    /// Goal: descriptors and streams of readers that left go back, with no write from the owner.
    @Test func `two hundred readers that leave give back their sockets`() async throws {
        var limits = Limits()
        limits.streamCommentSeconds = 1
        let streams = Streams()
        try await withServer(limits, answer: Self.events(limits, streams)) { server in
            let clients = try (0..<200).map { _ in try server.client() }
            for client in clients { client.get("/") }
            for client in clients { try await client.expect("data: hello\n\n") }
            #expect(server.openSockets == 200)
            for client in clients { client.close() }
            try await eventually("the sockets go back") { server.openSockets == 0 }
            #expect(streams.made.allSatisfy { $0.isGone })
            #expect(streams.made.allSatisfy { !$0.write([1]) })
        }
    }

    @Test func `a producer learns that its reader left`() async throws {
        let (isWaiting, isOver) = (Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            let stream = ByteStream(limits: Limits()) { stream in
                stream.write([0x21])
                isWaiting.raise()
                await stream.untilGone()
                isOver.raise()
            }
            return HTTPResponse(body: .stream(stream))
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.get("/")
            try await client.expect("!")
            try await eventually("it waits") { isWaiting.isRaised }
            #expect(!isOver.isRaised)
            client.close()
            try await eventually("it is told") { isOver.isRaised }
        }
    }

    @Test func `a reader that is too slow is dropped`() async throws {
        var limits = Limits()
        limits.streamBufferBytes = 100_000
        let streams = Streams()
        try await withServer(limits, answer: Self.events(limits, streams)) { server in
            let client = try server.client()
            client.get("/")
            try await client.expect("data: hello\n\n")
            let stream = streams.made[0]
            let stuck = Mutex(0)
            // The kernel's buffers are full once nothing has moved for many looks; only then is it the reader who is slow.
            try await eventually("nothing moves") {
                if stream.isEmpty {
                    stuck.withLock { $0 = 0 }
                    return !stream.write([UInt8](repeating: 0x78, count: 90_000))
                }
                return stuck.withLock { count in
                    count += 1
                    return count > 50
                }
            }
            #expect(!stream.write([UInt8](repeating: 0x78, count: 100_000)))
            #expect(streams.made[0].isGone)
            try await eventually("its socket goes back") { server.openSockets == 0 }
            // Still open until here on its own side.
            client.close()
        }
    }

    @Test func `a body that fails is seen to be broken`() async throws {
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            HTTPResponse(
                body: .stream(
                    ByteStream(limits: Limits()) { stream in
                        _ = await stream.send([0x21])
                        while !stream.isGone, !stream.isEmpty { await Task.yield() }
                        stream.fail()
                    }
                )
            )
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.get("/")
            let everything = try await client.untilClosed()
            #expect(everything.hasSuffix("1\r\n!\r\n"))
        }
    }

    @Test func `a handler is cancelled when its client hangs up`() async throws {
        let (isRunning, isCancelled) = (Flag(), Flag())
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            isRunning.raise()
            do { try await Task.sleep(for: .seconds(600)) } catch { isCancelled.raise() }  // tidy: a handler that never ends by itself
            return HTTPResponse()
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.get("/")
            try await eventually("it runs") { isRunning.isRaised }
            client.close()
            try await eventually("it is cancelled") { isCancelled.isRaised }
            try await eventually("its socket goes back") { server.openSockets == 0 }
        }
    }
}
