import AtelierCore
import CHTTP
import Glibc

/// A response made ready for the library: fields checked, file open.
struct Reply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// The descriptor is owned by the reply until the library takes it.
        case file(fd: Int32, offset: UInt64, count: UInt64)
        case stream(ByteStream)
    }

    let status: Int
    let headers: [(String, String)]
    let body: Body
    private let isHead: Bool

    /// Makes a response ready; may block for the time it takes to open a file, so not on the library's thread.
    init(_ response: HTTPResponse, isHead: Bool, log: @Sendable (String) -> Void) {
        var response = response
        if response.status == 204 || response.status == 304 || !(200...599).contains(response.status) {
            if case .stream(let stream) = response.body { stream.readerLeft() }
            response.body = .empty
        }
        do throws(Failure) {
            self.body = try Self.body(response.body, isHead: isHead)
        } catch {
            log("An answer's file cannot be sent: \(error.debugDescription)")
            response = .problem(error)
            if case .bytes(let bytes) = response.body { self.body = .bytes(bytes) } else { self.body = .bytes([]) }
        }
        self.isHead = isHead
        self.status = (200...599).contains(response.status) ? response.status : 500
        self.headers = Self.sendable(response.headers, log: log)
    }

    private static func body(_ body: HTTPResponse.Body, isHead: Bool) throws(Failure) -> Body {
        switch body {
        case .empty: return .bytes([])
        case .bytes(let bytes): return .bytes(bytes)
        case .file(let path, let offset, let count):
            let fd = try Self.open(path, atLeast: offset, count)
            return .file(fd: fd, offset: offset, count: count)
        case .stream(let stream):
            // Nobody will read it, so nobody should feed it.
            if isHead { stream.readerLeft() }
            return .stream(stream)
        }
    }

    private static func open(_ path: String, atLeast offset: UInt64, _ count: UInt64) throws(Failure) -> Int32 {
        let fd = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard fd >= 0 else {
            let code: Failure.Code = errno == ENOENT ? .missing : .internalError
            throw Failure(code, "The file of this answer cannot be opened.", cause: Errno(errno))
        }
        var status = stat()
        let (end, isTooMuch) = offset.addingReportingOverflow(count)
        guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG, !isTooMuch, end <= UInt64(status.st_size) else {
            close(fd)
            throw Failure(.corrupt, "The file of this answer is shorter than it should be.")
        }
        return fd
    }

    /// Leaves out what is the server's to say, and what would split the answer.
    private static func sendable(_ headers: [(String, String)], log: @Sendable (String) -> Void) -> [(String, String)] {
        let ours = ["content-length", "transfer-encoding", "connection", "date", "x-content-type-options"]
        return headers.filter { name, value in
            if ours.contains(name.lowercased()) { return false }
            let isField = Framing.isToken(name) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            if !isField { log("The response field '\(Framing.isToken(name) ? name : "?")' cannot be sent and was left out.") }
            return isField
        }
    }

    /// Frees what the library did not get.
    func drop() {
        switch self.body {
        case .bytes: break
        case .file(let fd, _, _): close(fd)
        case .stream(let stream): stream.readerLeft()
        }
    }

    /// Queues the answer; on the library's thread.
    ///
    /// - Returns: False if the library refuses; it then closes the connection.
    func queue(_ connection: LibraryConnection, closes: Bool) -> Bool {
        guard let response = self.makeResponse(connection) else {
            self.drop()
            return false
        }
        for (name, value) in self.headers { MHD_add_response_header(response, name, value) }
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
        if closes || self.isHeadOfStream { MHD_add_response_header(response, "Connection", "close") }
        let result = MHD_queue_response(connection.pointer, UInt32(self.status), response)
        MHD_destroy_response(response)
        return result == .YES
    }

    /// The library (0.9.75) sends the end mark of a chunked body even after HEAD; it must not be read as the next answer's start.
    private var isHeadOfStream: Bool {
        guard case .stream = self.body else { return false }
        return self.isHead
    }

    private func makeResponse(_ connection: LibraryConnection) -> OpaquePointer? {
        switch self.body {
        case .bytes(let bytes):
            // The library copies what it is given and does not write to it.
            return bytes.withUnsafeBytes { bytes in
                MHD_create_response_from_buffer(bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .file(let fd, let offset, let count):
            return MHD_create_response_from_fd_at_offset64(count, fd, offset)
        case .stream(let stream):
            let reader = Unmanaged.passRetained(StreamReader(stream: stream, connection: connection)).toOpaque()
            return MHD_create_response_from_callback(UInt64.max, 4096, StreamReader.read, reader, StreamReader.free)
        }
    }
}

/// What the library's reading callback gets for its argument.
private final class StreamReader: Sendable {
    let stream: ByteStream
    let connection: LibraryConnection

    init(stream: ByteStream, connection: LibraryConnection) {
        self.stream = stream
        self.connection = connection
    }

    static let read: MHD_ContentReaderCallback = { context, _, buffer, most in
        guard let context, let buffer else { return chttp_end_with_error }
        let reader = Unmanaged<StreamReader>.fromOpaque(context).takeUnretainedValue()
        return reader.stream.read(into: buffer, most: most, connection: reader.connection)
    }

    static let free: MHD_ContentReaderFreeCallback = { context in
        guard let context else { return }
        Unmanaged<StreamReader>.fromOpaque(context).release()
    }
}

/// A system call's error, as a cause.
struct Errno: Error, CustomStringConvertible {
    let code: Int32
    init(_ code: Int32) { self.code = code }
    var description: String { String(cString: strerror(self.code)) }
}
