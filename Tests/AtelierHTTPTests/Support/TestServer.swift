import AtelierCore
import AtelierHTTP
import Glibc
import Synchronization
import Testing

/// Routes in a closure.
struct TestHandler: HTTPHandler {
    var limit: Int
    var answer: @Sendable (HTTPRequest) async -> HTTPResponse

    func bodyLimit(method: String, path: String) -> Int { self.limit }
    func handle(_ request: HTTPRequest) async -> HTTPResponse { await self.answer(request) }
}

/// A server on a free port for the time of one test.
struct TestServer: Sendable {
    let port: UInt16
    let log: Log

    /// Sentences the server wrote.
    final class Log: Sendable {
        private let sentences = Mutex([String]())
        func write(_ sentence: String) { self.sentences.withLock { $0.append(sentence) } }
        var all: [String] { self.sentences.withLock { $0 } }
    }

    func client(host: String = "127.0.0.1") throws -> RawClient { try RawClient(port: self.port, host: host) }

    /// Sockets of established connections that our side still holds.
    var openSockets: Int {
        let table = readWhole("/proc/net/tcp")
        return table.split(separator: "\n").dropFirst().count { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] != "0A", columns[9] != "0" else { return false }
            return columns[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) } == self.port
        }
    }
}

/// Serves while `body` runs, then stops in good order.
func withServer(
    _ limits: Limits = Limits(),
    host: String = "127.0.0.1",
    bodyLimit: Int? = nil,
    listener: Listener? = nil,
    answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse = { .init(body: .bytes(Array($0.path.utf8))) },
    _ body: @Sendable (TestServer) async throws -> Void
) async throws {
    let listener = try listener ?? Listener.tcp(host: host, port: 0)
    let log = TestServer.Log()
    let handler = TestHandler(limit: bodyLimit ?? limits.bodyBytes, answer: answer)
    var limits = limits
    limits.drainSeconds = min(limits.drainSeconds, 5)
    let server = HTTPServer(listeners: [listener], handler: handler, limits: limits, log: log.write)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(TestServer(port: listener.port, log: log))
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Waits for a condition, for 20 seconds at most.
func eventually(_ what: Comment, _ condition: @Sendable () async throws -> Bool) async throws {
    for _ in 0..<4000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))  // tidy: a pause between two looks, bounded
    }
    Issue.record("never happened: \(what)")
}

func readWhole(_ path: String) -> String {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return "" }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(fd, &piece, piece.count)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += piece.prefix(count)
    }
}

/// Something that happens once, seen from another task.
final class Flag: Sendable {
    private let state = Mutex(false)
    func raise() { self.state.withLock { $0 = true } }
    var isRaised: Bool { self.state.withLock { $0 } }
}
