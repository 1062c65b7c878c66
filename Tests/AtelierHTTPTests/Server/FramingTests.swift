import AtelierCore
import AtelierHTTP
import Testing

/// Requests that two readers could understand in two ways, and the way of each path to the handler.
@Suite struct FramingTests {
    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ])
    func `a request with Content-Length and Transfer-Encoding is refused`(_ request: String) async throws {
        try await self.expect(request, status: 400)
    }

    @Test(arguments: ["5", "6"])
    func `a second Content-Length is refused`(_ second: String) async throws {
        try await self.expect("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: \(second)\r\n\r\nhello!", status: 400)
    }

    @Test func `a request without Host is refused`() async throws {
        try await self.expect("GET / HTTP/1.1\r\n\r\n", status: 400)
    }

    @Test func `a second Host is refused`() async throws {
        try await self.expect("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", status: 400)
    }

    @Test(arguments: ["gzip, chunked", "xchunked", "identity"])
    func `another transfer coding than chunked is refused`(_ coding: String) async throws {
        try await self.expect("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(coding)\r\n\r\n0\r\n\r\n", status: 501)
    }

    @Test func `a transfer coding in HTTP 1.0 is refused`() async throws {
        try await self.expect("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status: 400)
    }

    @Test(arguments: ["-1", "+5", "0x5", "5 5", "99999999999999999999"])
    func `a Content-Length that is no number is refused`(_ length: String) async throws {
        try await withServer { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\nhello")
            #expect([400, 413].contains(try await client.response().status))
        }
    }

    @Test func `a space before the colon is refused`() async throws {
        try await self.expect("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", status: 400)
    }

    /// Goal: no bytes of a refused request may be read as the next one.
    @Test func `a refused request closes its connection`() async throws {
        try await withServer { server in
            let client = try server.client()
            client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            let everything = try await client.untilClosed()
            #expect(everything.contains("400 Bad Request"))
            #expect(!everything.contains("/second"))
        }
    }

    @Test func `a refusal is a problem`() async throws {
        try await withServer { server in
            let client = try server.client()
            client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            let response = try await client.response()
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response["X-Content-Type-Options"] == "nosniff")
            #expect(response.text.contains(#""type":"/problems/invalid_request","title":"Bad Request","status":400"#))
        }
    }

    private func expect(_ request: String, status: Int) async throws {
        try await withServer { server in
            let client = try server.client()
            client.send(request)
            #expect(try await client.response().status == status)
            _ = try await client.untilClosed()
        }
    }
}
