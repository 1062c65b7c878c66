import Glibc
import Synchronization
import Testing

/// What a raw client found out about its connection.
enum ClientProblem: Error { case cannotConnect(Int32), closed, tookTooLong(String) }

/// An answer as it came over the wire.
struct RawResponse: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    subscript(_ name: String) -> String? { self.headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    var text: String { String(decoding: self.body, as: UTF8.self) }
}

/// A client that can misbehave: bytes in, bytes out.
///
/// It never blocks a thread of the task pool: the server under test runs its handlers there.
final class RawClient: Sendable {
    let fd: Int32
    private let received = Mutex([UInt8]())

    init(port: UInt16, host: String = "127.0.0.1") throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        self.fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(self.fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw ClientProblem.cannotConnect(errno) }
    }

    init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        self.fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(self.fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard result == 0 else { throw ClientProblem.cannotConnect(errno) }
    }

    private let isClosed = Mutex(false)

    deinit { self.close() }

    func close() {
        let isFirst = self.isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        if isFirst { _ = Glibc.close(self.fd) }
    }

    /// Sends what the socket takes; false once the server has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(self.fd, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) == bytes.count
    }

    @discardableResult
    func send(_ text: String) -> Bool { self.send(Array(text.utf8)) }

    /// Sends a request with a Host field and no body.
    func get(_ target: String, method: String = "GET", fields: String = "") {
        self.send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
    }

    /// Takes in what has arrived; false at the end.
    private func take() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(self.fd, &piece, piece.count, Int32(MSG_DONTWAIT))
            guard count > 0 else {
                return count < 0 && (errno == EAGAIN || errno == EINTR)
            }
            self.received.withLock { $0 += piece.prefix(count) }
        }
    }

    /// Returns what `find` makes of the bytes so far, as soon as it makes something of them, and removes what it used.
    func read<Found: Sendable>(
        _ what: String = "bytes",
        _ find: @Sendable ([UInt8], _ isAtEnd: Bool) -> (Found, used: Int)?
    ) async throws -> Found {
        for _ in 0..<4000 {
            let isOpen = self.take()
            let found = self.received.withLock { bytes -> Found? in
                guard let (found, used) = find(bytes, !isOpen) else { return nil }
                bytes.removeFirst(used)
                return found
            }
            if let found { return found }
            if !isOpen { throw ClientProblem.closed }
            try await Task.sleep(for: .milliseconds(5))  // tidy: a pause between two looks, bounded
        }
        throw ClientProblem.tookTooLong(what)
    }

    /// Waits for the text and forgets everything up to its end.
    func expect(_ text: String) async throws {
        let wanted = Array(text.utf8)
        try await self.read(text) { bytes, _ in bytes.range(of: wanted).map { ((), used: $0.upperBound) } }
    }

    /// Waits until the server has closed the connection; gives what it sent before.
    func untilClosed() async throws -> String {
        try await self.read("the end") { bytes, isAtEnd in
            isAtEnd ? (String(decoding: bytes, as: UTF8.self), used: bytes.count) : nil
        }
    }

    /// Reads one answer; 100 is one too.
    func response(isHead: Bool = false) async throws -> RawResponse {
        let ending = Array("\r\n\r\n".utf8)
        var response = try await self.read("headers") { bytes, _ in
            bytes.range(of: ending).map { (Self.head(bytes[..<$0.lowerBound]), used: $0.upperBound) }
        }
        if isHead || response.status == 304 || response.status == 204 || response.status == 100 { return response }
        let length = response["Content-Length"].flatMap { Int($0) }
        if response["Transfer-Encoding"] == "chunked" {
            response.body = try await self.chunks()
        } else {
            response.body = try await self.read("a body") { bytes, isAtEnd in
                guard let length else { return isAtEnd ? (bytes, used: bytes.count) : nil }
                return bytes.count >= length ? (Array(bytes[..<length]), used: length) : nil
            }
        }
        return response
    }

    private func chunks() async throws -> [UInt8] {
        let lineEnd = Array("\r\n".utf8)
        var body: [UInt8] = []
        while true {
            let chunk = try await self.read("a chunk") { bytes, _ -> ([UInt8], used: Int)? in
                guard let line = bytes.range(of: lineEnd),
                    let size = Int(String(decoding: bytes[..<line.lowerBound], as: UTF8.self), radix: 16),
                    bytes.count >= line.upperBound + size + 2
                else { return nil }
                return (Array(bytes[line.upperBound..<line.upperBound + size]), used: line.upperBound + size + 2)
            }
            if chunk.isEmpty { return body }
            body += chunk
        }
    }

    private static func head(_ bytes: ArraySlice<UInt8>) -> RawResponse {
        let lines = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n")
        let status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        let headers = lines.dropFirst().map { line in
            let halves = line.split(separator: ":", maxSplits: 1)
            return (name: String(halves[0]), value: halves.count > 1 ? String(halves[1].drop { $0 == " " }) : "")
        }
        return RawResponse(status: status, headers: headers, body: [])
    }
}

extension [UInt8] {
    func range(of wanted: [UInt8]) -> Range<Int>? {
        guard self.count >= wanted.count else { return nil }
        for start in 0...(self.count - wanted.count) where self[start..<start + wanted.count].elementsEqual(wanted) {
            return start..<start + wanted.count
        }
        return nil
    }
}
