import AtelierCore
import CCurl
import CPosix
import Dispatch
import Synchronization

/// The server that holds a data directory, spoken to over its Unix socket.
struct ServerClient: Sendable {
    let socket: String

    /// A client, if a server answers there.
    ///
    /// - Returns: Nil when no server holds the data directory.
    static func connected(to data: DataDirectory) async -> ServerClient? {
        let client = ServerClient(socket: data.socket)
        // Nobody answering is an answer.
        guard let answer = try? await client.exchange("GET", "/healthz", nil), answer.status == 200 else { return nil }  // tidy: see above
        return client
    }

    /// Sends a request and reads a JSON answer.
    ///
    /// - Throws: ``Failure`` that the server answered, or `store_unavailable` when it went away.
    func json(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await self.exchange(method, path, body)
        let value = try JSON(parsing: answer.bytes)
        guard answer.status < 400 else { throw Self.failure(value, answer.status) }
        return value
    }

    /// Reads an event stream until it ends or `onEvent` returns false.
    func events(_ path: String, onEvent: @escaping @Sendable (_ kind: String, _ data: JSON) -> Bool) async throws {
        let parser = EventParser(onEvent)
        _ = try await self.perform("GET", path, nil) { parser.take($0) }
    }

    private static func failure(_ problem: JSON, _ status: Int) -> Failure {
        let code = problem["code"]?.string.flatMap(Failure.Code.init(rawValue:)) ?? .internalError
        return Failure(code, problem["detail"]?.string ?? "The server answered \(status).", hint: problem["hint"]?.string)
    }

    private func exchange(_ method: String, _ path: String, _ body: JSON?) async throws -> (status: Int, bytes: [UInt8]) {
        let bytes = Mutex<[UInt8]>([])
        let status = try await self.perform(method, path, body) { chunk in
            bytes.withLock { $0 += chunk }
            return true
        }
        return (status, bytes.withLock { $0 })
    }

    private final class Sink {
        let take: @Sendable ([UInt8]) -> Bool
        var isStopped = false
        init(_ take: @escaping @Sendable ([UInt8]) -> Bool) { self.take = take }
    }

    private func perform(_ method: String, _ path: String, _ body: JSON?, _ take: @escaping @Sendable ([UInt8]) -> Bool) async throws -> Int
    {
        let bytes = body?.canonical
        let socket = self.socket
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.performBlocking(socket, method, path, bytes, take) })
            }
        }
    }

    private static func performBlocking(
        _ socket: String,
        _ method: String,
        _ path: String,
        _ body: [UInt8]?,
        _ take: @escaping @Sendable ([UInt8]) -> Bool
    ) throws -> Int {
        let sink = Sink(take)
        var status = 0
        var error = [CChar](repeating: 0, count: 256)
        let url = "http://localhost" + path
        let code = socket.withCString { socket in
            method.withCString { method in
                url.withCString { url in
                    (body ?? []).withUnsafeBytes { bytes in
                        var request = ccurl_request(
                            unix_socket: socket,
                            method: method,
                            url: url,
                            body: body == nil ? nil : bytes.baseAddress,
                            body_bytes: bytes.count
                        )
                        let context = Unmanaged.passUnretained(sink).toOpaque()
                        return ccurl_perform(&request, Self.receive, context, &status, &error, error.count)
                    }
                }
            }
        }
        guard code == 0 || sink.isStopped else {
            let text = String(decoding: error.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw Failure(.storeUnavailable, "The server that holds the data directory does not answer: \(text).", hint: "Try again.")
        }
        return status
    }

    private static let receive: ccurl_sink = { bytes, size, count, context in
        guard let context else { return 0 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
        if sink.take(Array(chunk)) { return size * count }
        sink.isStopped = true
        return 0
    }
}

/// Reads server-sent events out of the pieces in which they arrive.
final class EventParser: Sendable {
    private let onEvent: @Sendable (String, JSON) -> Bool
    private let rest = Mutex<[UInt8]>([])

    init(_ onEvent: @escaping @Sendable (String, JSON) -> Bool) { self.onEvent = onEvent }

    /// Takes a piece; false when no more is wanted.
    func take(_ piece: [UInt8]) -> Bool {
        let blocks = self.rest.withLock { rest in
            rest += piece
            var blocks: [String] = []
            while let end = rest.firstRange(of: Array("\n\n".utf8)) {
                blocks.append(String(decoding: rest[..<end.lowerBound], as: UTF8.self))
                rest.removeSubrange(..<end.upperBound)
            }
            return blocks
        }
        return blocks.allSatisfy(self.handle)
    }

    private func handle(_ block: String) -> Bool {
        var kind = "message"
        var data: [Substring] = []
        for line in block.split(separator: "\n") {
            if line.hasPrefix("event: ") { kind = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { data.append(line.dropFirst(6)) }
        }
        guard !data.isEmpty, let value = try? JSON(parsing: data.joined(separator: "\n").utf8) else { return true }  // tidy: a comment
        return self.onEvent(kind, value)
    }
}
