import AtelierCore
import AtelierHTTP
import Testing

/// What reaches a handler, and what of its answer reaches the client.
@Suite struct ExchangeTests {
    @Test func `a request reaches the handler whole`() async throws {
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
            let values = request.headers.values("x-two").joined(separator: "+")
            let text =
                "\(request.method) \(request.path) [\(query)] \(values) \(String(decoding: request.body, as: UTF8.self)) \(request.rawTarget)"
            return HTTPResponse(status: 201, headers: [("X-Own", "yes")], body: .bytes(Array(text.utf8)))
        }
        try await withServer(answer: answer) { server in
            let client = try server.client()
            client.send("PUT /a%20b/%C3%A9?q=1+2%2B3&r HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-TWO: 2\r\nContent-Length: 4\r\n\r\nbody")
            let response = try await client.response()
            #expect(response.status == 201)
            #expect(response["X-Own"] == "yes")
            #expect(response["X-Content-Type-Options"] == "nosniff")
            #expect(response.text == "PUT /a b/é [q=1 2+3;r=] 1+2 body /a%20b/%C3%A9?q=1+2%2B3&r")
        }
    }

    @Test func `one connection serves one request after another`() async throws {
        try await withServer { server in
            let client = try server.client()
            for number in 0..<20 {
                client.get("/\(number)")
                #expect(try await client.response().text == "/\(number)")
            }
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().text == "/a")
            #expect(try await client.response().text == "/b")
        }
    }

    @Test func `a chunked body is put together`() async throws {
        try await withServer(answer: { HTTPResponse(body: .bytes($0.body)) }) { server in
            let client = try server.client()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
            #expect(try await client.response().text == "abcdefg")
        }
    }

    @Test func `an unknown method is the handler's to refuse`() async throws {
        try await withServer(answer: { HTTPResponse(status: $0.method == "BREW" ? 405 : 200) }) { server in
            let client = try server.client()
            client.get("/", method: "BREW")
            #expect(try await client.response().status == 405)
        }
    }
}
