import AtelierCore
import AtelierHTTP
import Glibc
import Testing

/// What goes over the wire for each kind of answer.
@Suite struct ResponseTests {
    private static let digits = Array("0123456789".utf8)

    private static func file(_ bytes: [UInt8] = Self.digits) throws -> String {
        var template = Array("/tmp/atelier-http-XXXXXX\0".utf8CString)
        let fd = mkstemp(&template)
        try #require(fd >= 0 && write(fd, bytes, bytes.count) == bytes.count)
        close(fd)
        return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test func `HEAD has the headers of GET and no body`() async throws {
        let path = try Self.file()
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            switch request.path {
            case "/file": HTTPResponse(headers: [("X-Own", "1")], body: .file(path: path, offset: 2, count: 5))
            case "/empty": HTTPResponse()
            default: HTTPResponse(body: .bytes(Self.digits))
            }
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            for target in ["/bytes", "/file", "/empty"] {
                client.get(target)
                let whole = try await client.response()
                client.get(target, method: "HEAD")
                let head = try await client.response(isHead: true)
                #expect(head.status == whole.status)
                #expect(Self.fields(head) == Self.fields(whole))
            }
            // Had a body followed a HEAD, it would now be taken for an answer.
            client.get("/bytes")
            #expect(try await client.response().body == Self.digits)
        }
        unlink(path)
    }

    /// Goal: the end mark that the library sends must not be taken for the start of another answer.
    @Test func `HEAD of a stream ends its connection and feeds nobody`() async throws {
        let isFed = Flag()
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            HTTPResponse(body: .stream(ByteStream(limits: Limits()) { _ in isFed.raise() }))
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.get("/", method: "HEAD")
            let head = try await client.response(isHead: true)
            #expect(head["Transfer-Encoding"] == "chunked")
            #expect(head["Connection"]?.lowercased() == "close")
            _ = try await client.untilClosed()
            #expect(!isFed.isRaised)
        }
    }

    private static func fields(_ response: RawResponse) -> [String] {
        response.headers.filter { $0.name != "Date" }.map { "\($0.name): \($0.value)" }.sorted()
    }

    @Test func `a part of a file is sent`() async throws {
        let path = try Self.file()
        try await withServer(answer: { _ in HTTPResponse(status: 206, body: .file(path: path, offset: 3, count: 4)) }) { server in
            let client = try server.client()
            client.get("/")
            let response = try await client.response()
            #expect(response.status == 206)
            #expect(response["Content-Length"] == "4")
            #expect(response.text == "3456")
        }
        unlink(path)
    }

    @Test func `a large file arrives whole`() async throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
        let path = try Self.file(bytes)
        try await withServer(answer: { _ in HTTPResponse(body: .file(path: path, offset: 0, count: UInt64(bytes.count))) }) { server in
            let client = try server.client()
            client.get("/")
            #expect(try await client.response().body == bytes)
        }
        unlink(path)
    }

    @Test func `an empty file is sent`() async throws {
        let path = try Self.file([])
        try await withServer(answer: { _ in HTTPResponse(body: .file(path: path, offset: 0, count: 0)) }) { server in
            let client = try server.client()
            client.get("/")
            #expect(try await client.response().text.isEmpty)
            client.get("/")
            #expect(try await client.response()["Content-Length"] == "0")
        }
        unlink(path)
    }

    @Test func `a file that is missing or too short is a problem`() async throws {
        let path = try Self.file()
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            let isMissing = request.path == "/missing"
            return HTTPResponse(body: .file(path: isMissing ? "/nonexistent/file" : path, offset: 5, count: 6))
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.get("/missing")
            #expect(try await client.response().status == 410)
            client.get("/short")
            let response = try await client.response()
            #expect(response.status == 500)
            #expect(response.text.contains("/problems/corrupt"))
            #expect(server.log.all.contains { $0.contains("cannot be sent") })
        }
        unlink(path)
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "a\u{7F}"])
    func `a header value that would split the answer is left out`(_ value: String) async throws {
        try await withServer(answer: { _ in HTTPResponse(headers: [("X-Bad", value), ("X-Good", "é 1")]) }) { server in
            let client = try server.client()
            client.get("/")
            let response = try await client.response()
            #expect(response["X-Evil"] == nil)
            #expect(response["X-Bad"] == nil)
            #expect(response["X-Good"] == "é 1")
            #expect(server.log.all.contains { $0.contains("'X-Bad'") })
        }
    }

    @Test(arguments: ["X Bad", "X-Bad:", "X\r\nBad", ""])
    func `a header name that is none is left out`(_ name: String) async throws {
        try await withServer(answer: { _ in HTTPResponse(headers: [(name, "1")]) }) { server in
            let client = try server.client()
            client.get("/")
            let names = try await client.response().headers.map(\.name)
            #expect(Set(names) == ["Date", "Content-Length", "X-Content-Type-Options"])
        }
    }

    @Test func `fields that are the server's are not the handler's`() async throws {
        let headers = [
            ("Content-Length", "99"), ("Transfer-Encoding", "chunked"), ("connection", "close"), ("x-content-type-options", "x"),
        ]
        try await withServer(answer: { _ in HTTPResponse(headers: headers, body: .bytes(Self.digits)) }) { server in
            let client = try server.client()
            for _ in 0..<2 {
                client.get("/")
                let response = try await client.response()
                #expect(response.body == Self.digits)
                #expect(response.headers.count { $0.name.lowercased() == "x-content-type-options" } == 1)
                #expect(response["X-Content-Type-Options"] == "nosniff")
            }
        }
    }

    @Test(arguments: [204, 304])
    func `a status without a body has none`(_ status: Int) async throws {
        try await withServer(answer: { _ in HTTPResponse(status: status, body: .bytes(Self.digits)) }) { server in
            let client = try server.client()
            client.get("/")
            #expect(try await client.response().status == status)
            client.get("/")
            #expect(try await client.response().status == status)
        }
    }

    /// Goal: a write to a client that is gone must not end the process.
    @Test func `a client that leaves in the middle of a file harms nobody`() async throws {
        let bytes = [UInt8](repeating: 7, count: 20_000_000)
        let path = try Self.file(bytes)
        try await withServer(answer: { _ in HTTPResponse(body: .file(path: path, offset: 0, count: UInt64(bytes.count))) }) { server in
            for _ in 0..<10 {
                let client = try server.client()
                client.get("/")
                try await client.expect("\r\n\r\n")
                client.close()
            }
            try await eventually("the sockets go back") { server.openSockets == 0 }
        }
        unlink(path)
    }

    @Test func `a problem has the members of the contract`() {
        let failure = Failure(.rateLimited, "Too \"many\"\n\u{1}.", hint: "Wait.")
        let response = HTTPResponse.problem(failure, instance: "/api", runID: "r")
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false)) }
        #expect(response.status == 429)
        let expected =
            #"{"type":"/problems/rate_limited","title":"Too Many Requests","status":429,"detail":"Too \"many\"\n\u0001.","#
            + #""code":"rate_limited","retryable":true,"instance":"/api","hint":"Wait.","run_id":"r"}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
