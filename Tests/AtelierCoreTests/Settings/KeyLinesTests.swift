import Testing

@testable import AtelierCore

@Suite struct KeyLinesTests {
    private static func lines(_ text: String) -> KeyLines { KeyLines(of: Array(text.utf8)) }

    @Test func `comments and strings that hold braces do not lead astray`() {
        let text = """
            // { "server": {
            {
              /* } ] "x": {
                 more */ "server": { "host": "}{][\\"", // "port": 1 }
                # "odd"
                "port": 2 },
              backends: [ {"id": "a"}, [1, 2],
                { "id": "b", 'url': 'http://x//y',
                  "key_file": "/* no comment */" } ],
              "limits":
                { "attempts": 3 }
            }
            """.replacing("    # \"odd\"\n", with: "\n")
        let lines = Self.lines(text)
        #expect(lines.line(of: ["server"]) == 4)
        #expect(lines.line(of: ["server", "host"]) == 4)
        #expect(lines.line(of: ["server", "port"]) == 6)
        #expect(lines.line(of: ["backends"]) == 7)
        #expect(lines.line(of: ["backends", "0", "id"]) == 7)
        #expect(lines.line(of: ["backends", "2", "url"]) == 8)
        #expect(lines.line(of: ["backends", "2", "key_file"]) == 9)
        #expect(lines.line(of: ["limits", "attempts"]) == 11)
        #expect(lines.line(of: ["nothing"]) == 1)
    }

    @Test func `a line end within a string counts`() {
        #expect(Self.lines("{\"a\": 'x\\\ny',\n\"b\": 1}").line(of: ["b"]) == 3)
    }

    @Test func `Windows line ends count once`() {
        #expect(Self.lines("{\r\n\"a\":\r\n1,\r\n\"b\": 2}").line(of: ["b"]) == 4)
    }

    @Test func `no bytes bring it down`() {
        var random = SplitMix64(seed: 4627)
        let favourites = Array("{}[]\"'\\/*,:\n\r ab1".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(40)).map { _ in
                random.below(8) == 0 ? UInt8(truncatingIfNeeded: random.next()) : favourites[random.below(favourites.count)]
            }
            _ = KeyLines(of: bytes).line(of: ["a"])
        }
    }

    @Test func `every whole document gives each key its line`() {
        var random = SplitMix64(seed: 12)
        for _ in 0..<200 {
            var text = "{"
            var expected: [String: Int] = [:]
            var line = 1
            for key in 0..<random.below(12) {
                for _ in 0..<random.below(3) {
                    text += ["\n", "// {\n", "/*\n*/"][random.below(3)]
                    line += 1
                }
                expected["k\(key)"] = line
                text += "\"k\(key)\": " + ["1", "\"}\"", "[{}, \"]\"]", "{\"x\": null}", "true", "-1.5e3"][random.below(6)] + ","
            }
            let lines = Self.lines(text + "}")
            for (key, line) in expected { #expect(lines.line(of: [key]) == line, "\(text)") }
        }
    }
}
