import AtelierCore
import AtelierHTTP
import Testing

/// Paths and queries: decoded once, judged once.
@Suite struct TargetTests {
    @Test(arguments: [
        "/%", "/%4", "/%zz", "/a%00b", "/%ff", "/%c0%af", "/../a", "/a/..", "/a/./b", "/%2e%2e/a", "/a%2f..%2fb", "/a%5cb", "/a\\b",
        "/a%0ab", "/a%7fb", "/%c2%85", "/a#b", "a", "*", "http://other/", "http://test", "https://test/", "/a?%zz", "/a?b=%00", "/a?%ff=1",
    ])
    func `a bad target is refused with 400`(_ target: String) async throws {
        let isFine = target == "http://test"
        try await withServer { server in
            let client = try server.client()
            client.get(target)
            #expect(try await client.response().status == (isFine ? 200 : 400))
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a%2Fb", "/a/b"), ("/%252e%252e/", "/%2e%2e/"), ("/a+b", "/a+b"), ("/...", "/..."), ("//a", "//a"),
        ("/%F0%9F%8E%A8", "/🎨"), ("http://TEST/a?b", "/a"), ("/é", "/é"),
    ])
    func `a good target is decoded once`(_ target: String, _ path: String) async throws {
        try await withServer { server in
            let client = try server.client()
            client.get(target)
            #expect(try await client.response().text == path)
        }
    }

    @Test func `a NUL in the request line does not shorten the path`() async throws {
        try await withServer { server in
            let client = try server.client()
            client.send("GET /a\0b HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try await client.response().status == 400)
        }
    }

    @Test func `a query is split before it is decoded`() throws {
        let request = try HTTPRequest(method: "GET", target: "/?a=1%262&b=%3D+%2b&&c&=d&a=2")
        let pairs = request.query.map { "\($0.name)|\($0.value)" }
        #expect(pairs == ["a|1&2", "b|= +", "c|", "|d", "a|2"])
        #expect(request.query("a") == "1&2")
        #expect(request.query("z") == nil)
    }
}
