import AtelierCore
import AtelierTesting
import Testing

/// Goal: I8, unknown means an error, before anything is queued, with the nearest known name; one clear sentence, nothing left behind.
@Suite struct RefusalTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var name: String
        var body: [UInt8]
        var status: Int
        var code: String
        /// A word that the sentence or its hint must hold.
        var says: String

        var testDescription: String { self.name }

        init(_ name: String, _ body: String, _ status: Int, _ code: String, says: String) {
            self.init(name, Array(body.utf8), status, code, says: says)
        }

        init(_ name: String, _ body: [UInt8], _ status: Int, _ code: String, says: String) {
            (self.name, self.body, self.status, self.code, self.says) = (name, body, status, code, says)
        }
    }

    private static func idea(_ text: String) -> String { #"{"schema":"dada","input_text":"\#(text)"}"# }

    private static func with(_ fields: String) -> String { #"{"schema":"dada","input_text":"ein Ball",\#(fields)}"# }

    private static func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }

    private static func images(_ count: Int) -> String { Array(repeating: #""image""#, count: count).joined(separator: ",") }

    static let wrong: [Wrong] = [
        Wrong("unknown schema", #"{"schema":"dadaa","input_text":"x"}"#, 422, "unknown_schema", says: "'dada'"),
        Wrong("unknown output config", Self.with(#""output_config":"sketsch""#), 422, "unknown_output_config", says: "'sketch'"),
        Wrong("unknown medium", Self.with(#""outputs":["imgae"]"#), 422, "unknown_medium", says: "'image'"),
        Wrong("unknown safety level", Self.with(#""safety_level":"kid""#), 422, "unknown_safety_level", says: "'kids'"),
        Wrong("unknown mode", Self.with(#""execution_mode":"ecco""#), 422, "unknown_execution_mode", says: "'eco'"),
        Wrong("unknown backend", Self.with(#""backend":"buildin""#), 422, "unknown_backend", says: "'builtin'"),
        Wrong("unknown field", Self.with(#""sede":1"#), 422, "unknown_field", says: "'seed'"),
        Wrong("unknown parameter", Self.with(#""parameters":{"widht":256}"#), 422, "invalid_request", says: "'width'"),
        Wrong("missing idea", #"{"schema":"dada"}"#, 422, "invalid_request", says: "'input_text'"),
        Wrong("missing schema", #"{"input_text":"x"}"#, 422, "invalid_request", says: "'schema'"),
        Wrong("empty idea", Self.idea(""), 422, "invalid_request", says: "empty"),
        Wrong("blank idea", Self.idea(" \\t\\n "), 422, "invalid_request", says: "empty"),
        Wrong("ideographic space", Self.idea("\u{3000}\u{3000}"), 422, "invalid_request", says: "empty"),
        Wrong("no-break space", Self.idea("\u{A0}\u{2007}\u{202F}"), 422, "invalid_request", says: "empty"),
        Wrong("zero-width idea", Self.idea("\u{200B}\u{FEFF}\u{2060}"), 422, "invalid_request", says: "empty"),
        Wrong("direction marks only", Self.idea("\u{200F}\u{202E}"), 422, "invalid_request", says: "empty"),
        Wrong("oversized idea", Self.idea(String(repeating: "ä", count: 16_385)), 413, "too_large", says: "32768"),
        Wrong("oversized body", Self.idea(String(repeating: "a", count: 1_100_000)), 413, "too_large", says: ""),
        Wrong("NUL", Self.idea("a\\u0000b"), 422, "invalid_request", says: "NUL"),
        Wrong("raw NUL", Self.idea("a\u{0}b"), 422, "invalid_request", says: "JSON"),
        Wrong("lone high surrogate", Self.idea("a\\ud83d"), 422, "invalid_request", says: "surrogate"),
        Wrong("lone low surrogate", Self.idea("\\ude00b"), 422, "invalid_request", says: "surrogate"),
        Wrong("invalid UTF-8", Array(Self.idea("?").utf8).map { $0 == 0x3F ? 0xFF : $0 }, 422, "invalid_request", says: "UTF-8"),
        Wrong("no JSON", "schema=dada&input_text=Test", 422, "invalid_request", says: "JSON"),
        Wrong("no body", "", 422, "invalid_request", says: "JSON"),
        Wrong("an array", "[1,2,3]", 422, "invalid_request", says: "object"),
        Wrong("a number", "7", 422, "invalid_request", says: "object"),
        Wrong("deep nesting", Self.nested(100_000), 422, "invalid_request", says: "JSON"),
        Wrong(
            "deep nesting in a field",
            Self.with("\"parameters\":{\"width\":\(Self.nested(400))}"),
            422,
            "invalid_request",
            says: "'width'"
        ),
        Wrong("idea as a number", #"{"schema":"dada","input_text":7}"#, 422, "invalid_request", says: "'input_text'"),
        Wrong("idea as a list", #"{"schema":"dada","input_text":["a"]}"#, 422, "invalid_request", says: "'input_text'"),
        Wrong("schema as an object", #"{"schema":{},"input_text":"a"}"#, 422, "invalid_request", says: "'schema'"),
        Wrong("schema as a path", #"{"schema":"../dada","input_text":"a"}"#, 422, "unknown_schema", says: "dada"),
        Wrong("seed as a text", Self.with(#""seed":"7""#), 422, "invalid_request", says: "'seed'"),
        Wrong("negative seed", Self.with(#""seed":-1"#), 422, "invalid_request", says: "'seed'"),
        Wrong("seed beyond 2³²", Self.with(#""seed":4294967296"#), 422, "invalid_request", says: "'seed'"),
        Wrong("a fraction of a seed", Self.with(#""seed":1.5"#), 422, "invalid_request", says: "'seed'"),
        Wrong("width as a text", Self.with(#""parameters":{"width":"256"}"#), 422, "invalid_request", says: "'width'"),
        Wrong("width too great", Self.with(#""parameters":{"width":100000}"#), 422, "invalid_request", says: "'width'"),
        Wrong("parameters as a list", Self.with(#""parameters":[]"#), 422, "invalid_request", says: "'parameters'"),
        Wrong("outputs as a text", Self.with(#""outputs":"image""#), 422, "invalid_request", says: "'outputs'"),
        Wrong("a pause nowhere", Self.with(#""pause_after":[3]"#), 422, "invalid_request", says: "stage 2"),
        Wrong("too many outputs", Self.with("\"outputs\":[\(Self.images(17))]"), 413, "too_large", says: "16"),
        Wrong(
            "no model",
            #"{"schema":"user_defined","input_text":"a","context_prompt":"b"}"#,
            503,
            "backend_unavailable",
            says: "text model"
        ),
    ]

    /// One server for all of them: that it goes on serving after each is part of what is shown.
    @Test func `a wrong request is one clear sentence with its code, and nothing is queued`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let before = try home.tree().filter { !$0.contains("atelier.db") }
        for wrong in Self.wrong {
            let answer = try await server.http.send("POST", "/api/runs", body: wrong.body)
            let about = Comment(rawValue: "\(wrong.name): \(answer.status) \(answer.text)")
            #expect(answer.status == wrong.status && answer.code == wrong.code, about)
            #expect(answer["Content-Type"]?.hasPrefix("application/problem+json") == true, about)
            guard answer.code != nil, let problem = try? answer.json() else { continue }
            let sentence = problem["detail"]?.string ?? ""
            let whole = "\(sentence) \(problem["hint"]?.string ?? "")"
            #expect(wrong.says.isEmpty || whole.contains(wrong.says), about)
            #expect(sentence.hasSuffix(".") && !sentence.contains("\n") && sentence.utf8.count < 400, about)
            #expect(problem["type"]?.string == "/problems/\(wrong.code)" && problem["status"]?.integer == Int64(wrong.status), about)
            #expect(problem["retryable"]?.bool == (wrong.status == 503), about)
        }
        let ready = try await server.get("/readyz").json()
        #expect(ready["queued"] == 0 && ready["running"] == 0)
        #expect(try await home.atelier("runs", "--json").json()["runs"] == [])
        #expect(try home.tree().filter { !$0.contains("atelier.db") && $0 != "atelier/archive" } == before)
        #expect(try await server.stop() == .code(0))
    }

    @Test func `the compatible route says it as older pages expect it`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let cases: [(body: String, status: Int, code: String)] = [
            (#"{"schema":"dada"}"#, 400, "invalid_request"), (#"{"input_text":"a"}"#, 400, "invalid_request"),
            ("nonsense", 400, "invalid_request"),
            (#"{"schema":"dadaa","input_text":"a"}"#, 404, "unknown_schema"),
            (#"{"schema":"dada","input_text":"a","safety_level":"none"}"#, 422, "unknown_safety_level"),
        ]
        for (body, status, code) in cases {
            let answer = try await server.post(SeedCheckTests.execute, body)
            let problem = try answer.json()
            #expect(answer.status == status && answer.code == code, "\(answer.text)")
            #expect(problem["status"] == "error" && problem["error"] == problem["detail"], "\(answer.text)")
        }
        let body = #"{"schema":"dada","input_text":"a","nonsense":1,"output_config":"tune"}"#
        let odd = try await server.post(SeedCheckTests.execute, body).json()
        #expect(odd["status"] == "success")
        #expect(odd["warnings"]?.array?.first?.string?.contains("'nonsense'") == true)
        #expect(try await server.stop() == .code(0))
    }

    @Test func `what is not there is 404, and a method that is not possible says which are`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let id = "01a1f958-5225-7000-b9d6-5e6c9a0cb4cc"
        for path in [
            "/api/runs/\(id)", "/api/runs/\(id.uppercased())", "/api/media/image/\(id)", "/nothing",
            "/api/runs/\(id)/entities/1", "/api/media/info/x",
        ] {
            let answer = try await server.get(path)
            #expect(answer.status == 404 && answer.code == "not_found", "\(path): \(answer.text)")
        }
        for path in ["/api/runs/..%2f..%2fatelier.db", "/api/pipeline/\(id)/file/..%2Fmetadata.json", "/api/../../etc/passwd"] {
            let answer = try await server.get(path)
            #expect(answer.status == 400 && answer.code == "invalid_request", "\(path): \(answer.text)")
        }
        let deleted = try await server.http.send("PUT", "/api/runs", body: [])
        #expect(deleted.status == 405 && deleted["Allow"]?.contains("POST") == true, "\(deleted.text)")
        #expect(try await server.stop() == .code(0))
    }

    @Test(
        arguments: [
            (["run", "ein Ball", "--schema", "dadaa"], "'dada'"), (["run", "ein Ball", "--output", "skech"], "'sketch'"),
            (["run", "ein Ball", "--sede", "7"], "'--seed'"), (["run", "ein Ball", "-s", "7"], "--s"), (["rum", "ein Ball"], "'run'"),
            (["run", "ein Ball", "--safety", "kid"], "'kids'"), (["run", "ein Ball", "--seed", "viele"], "--seed"),
            (["run", "ein Ball", "--seed", "-1"], "--seed"), (["run", "ein Ball", "--seed"], "--seed"), (["run", ""], "empty"),
            (["run", " \n\t"], "empty"),
            (["run", "\u{3000}"], "empty"), (["run", "\u{200B}"], "empty"), (["run"], "Usage"), (["run", "ein", "Ball"], "Usage"),
            (["serve", "--port", "99999"], "65535"), (["serve", "--port", "x"], "65535"), (["serve", "--host", "0.0.0.0"], "token"),
            (["runs", "--status", "suceeded"], "'succeeded'"), (["runs", "--limit", "x"], "--limit"),
            (["schemas", "--schemas", "/nowhere"], "/nowhere"),
            (["run", "ein Ball", "--json=yes"], "--json"),
        ] as [([String], String)]
    )
    func `a wrong command is one clear sentence, exit 2, and leaves nothing`(_ words: [String], _ says: String) async throws {
        let home = try TestHome()
        let command = try await home.run([TestHome.program] + words)
        #expect(command.end == .code(2), "\(command.errors)")
        #expect(command.output == "")
        #expect(command.errors.hasPrefix("atelier: ") && command.errors.contains(says), "\(command.errors)")
        #expect(command.errors.split(separator: "\n").count <= 2, "\(command.errors)")
        #expect(try home.tree() == [])
    }

    @Test func `an oversized idea is refused on the command line, too`() async throws {
        let home = try TestHome()
        let command = try await home.atelier("run", String(repeating: "wort ", count: 10_000))
        #expect(command.end == .code(2))
        #expect(command.errors.contains("50000 bytes") && command.errors.contains("limits.text_bytes"), "\(command.errors)")
        #expect(try home.tree() == [])
    }

    @Test func `a file where the data directory should be is said, and stays as it was`() async throws {
        let home = try TestHome()
        let path = try home.write("mine", to: "file")
        for words in [["run", "ein Ball"], ["serve", "--port", "0"], ["runs"], ["run", "ein Ball", "--json"]] {
            for data in [path, path + "/below"] {
                let command = try await home.run([TestHome.program] + words + ["--data", data])
                #expect(command.end == .code(2), "\(words) \(data): \(command.errors)")
                #expect(command.errors.contains(path) && command.errors.contains("folder"), "\(command.errors)")
            }
        }
        #expect(try home.tree() == ["file"])
    }
}
