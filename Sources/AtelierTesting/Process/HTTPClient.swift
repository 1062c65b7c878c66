package import AtelierCore
import Dispatch
import Foundation

/// An answer as it came over the wire.
package struct HTTPAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    /// The first header of a name, in any case.
    package subscript(_ name: String) -> String? { self.headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The body as text.
    package var text: String { String(decoding: self.body, as: UTF8.self) }

    /// The body as JSON.
    package func json() throws -> JSON { try JSON(parsing: self.body) }

    /// The code of a problem; nil when the body is none.
    package var code: String? {
        (try? self.json())?["code"]?.string  // tidy: no JSON, no code
    }
}

/// Plain HTTP over a socket, one connection a request: exactly the headers that a test gives, besides `Host` and `Connection`.
package struct HTTPClient: Sendable {
    /// Where a server listens.
    package enum Place: Sendable, Hashable {
        case port(UInt16)
        case socket(String)
    }

    package var place: Place

    /// Speaks to a server.
    package init(_ place: Place) { self.place = place }

    private static let queue = DispatchQueue(label: "atelier.testing.http", attributes: .concurrent)

    /// Sends a request and reads its whole answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: Path and query, sent as they are.
    ///   - headers: Sent as they are, in this order; a `Host` among them replaces the right one. There is no content type by itself.
    ///   - body: Sent with its length when there is one.
    ///   - enough: Told of the body so far; true ends the reading of an endless answer.
    /// - Returns: The answer.
    /// - Throws: ``HarnessProblem`` when there is no whole one.
    package func send(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        until enough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> HTTPAnswer {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { lines.append("Host: \(self.host)") }
        lines += headers.map { "\($0.0): \($0.1)" }
        if let body { lines.append("Content-Length: \(body.count)") }
        lines += ["Connection: close", "", ""]
        let bytes = Array(lines.joined(separator: "\r\n").utf8) + (body ?? [])
        return try await withCheckedThrowingContinuation { continuation in
            Self.queue.async {
                continuation.resume(
                    with: Result {
                        let socket = try Socket(self.place)
                        try socket.send(bytes)
                        var reader = HTTPReader(socket)
                        return try reader.answer(isHead: method == "HEAD", until: enough)
                    }
                )
            }
        }
    }

    private var host: String {
        switch self.place {
        case .port(let port): "127.0.0.1:\(port)"
        case .socket: "localhost"
        }
    }
}

/// A connected socket that blocks, with a bound.
final class Socket {
    private let descriptor: Int32

    init(_ place: HTTPClient.Place) throws {
        let family = if case .port = place { AF_INET } else { AF_UNIX }
        self.descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var bound = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &bound, socklen_t(MemoryLayout<timeval>.size))
        let code: Int32
        switch place {
        case .port(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            code = self.connect(&address)
        case .socket(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            code = self.connect(&address)
        }
        guard code == 0 else { throw HarnessProblem("No connection to \(place): \(String(cString: strerror(errno)))") }
    }

    deinit { close(self.descriptor) }

    private func connect<Address>(_ address: inout Address) -> Int32 {
        withUnsafeBytes(of: &address) { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return Foundation.connect(self.descriptor, pointer, socklen_t(bytes.count))
        }
    }

    /// A server may answer and close before it has read everything: then the answer counts, not the broken pipe.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next bytes; empty at the end.
    func receive() throws -> ArraySlice<UInt8> {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(self.descriptor, &piece, piece.count, 0)
        guard count >= 0 else { throw HarnessProblem("The answer broke off: \(String(cString: strerror(errno)))") }
        return piece[..<count]
    }
}
