import AtelierCore
import AtelierTesting
import Testing

/// Goal: I9, every setting can say where it came from.
@Suite struct SettingsTests {
    private func setting(_ key: String, in list: JSON) throws -> JSON { try #require(list.array?.first { $0["key"]?.string == key }) }

    @Test func `config names the source of every value, and what it overrode`() async throws {
        let home = try TestHome()
        let file = try home.write(
            """
            {
              // a comment, because people write this
              "server": {
                "port": 18001
              },
              "limits": { "drain_seconds": 7 }
            }
            """,
            to: "atelier/atelier.json"
        )
        let variables = ["ATELIER_SERVER_PORT": "18002"]
        let list = try await home.atelier("config", "--port", "18003", "--json", environment: variables).json()
        let port = try self.setting("server.port", in: list)
        #expect(port["value"] == 18003)
        #expect(port["source"]?.string?.contains("--port") == true)
        let overrode = try #require(port["overrode"]?.array)
        #expect(overrode.count == 3)
        #expect(overrode[0]["source"]?.string?.contains("ATELIER_SERVER_PORT") == true)
        #expect(overrode[1]["source"]?.string?.contains("\(file):4") == true, "\(overrode)")
        #expect(overrode[1]["value"] == 18001)
        #expect(overrode[2]["value"] == 17801 && overrode[2]["source"] == "default")
        let drain = try self.setting("limits.drain_seconds", in: list)
        #expect(drain["value"] == 7 && drain["source"]?.string?.contains("\(file):6") == true)
        #expect(try self.setting("server.host", in: list)["source"] == "default")

        let plain = try await home.atelier("config", "--port", "18003", environment: variables)
        for part in ["server.port", "18003", "--port", "ATELIER_SERVER_PORT", "18002", "\(file):4", "18001", "17801"] {
            #expect(plain.output.contains(part), "\(part)")
        }
    }

    @Test func `the next command takes a setting from the place that config names`() async throws {
        let home = try TestHome()
        try home.write(#"{"limits": {"text_bytes": 10}}"#, to: "atelier/atelier.json")
        let run = try await home.atelier("run", "mehr als zehn Bytes")
        #expect(run.end == .code(2))
        #expect(run.errors.contains("at most 10"), "\(run.errors)")
        #expect(try home.tree() == ["atelier", "atelier/atelier.json"])
    }

    @Test(arguments: [
        (#"{"server": {"prot": 1}}"#, "server.prot", "server.port"),
        (#"{"backends": [{"id": "a", "kind": "ollama", "ulr": "http://x"}]}"#, "ulr", "url"),
        (#"{"backends": [{"id": "a", "kind": "olama"}]}"#, "olama", "ollama"),
        (#"{"limits": {"text_byte": 1}}"#, "limits.text_byte", "limits.text_bytes"),
    ])
    func `an unknown name in the settings file refuses with the nearest known one`(
        _ text: String,
        _ wrong: String,
        _ near: String
    ) async throws {
        let home = try TestHome()
        try home.write(text, to: "atelier/atelier.json")
        for words in [["serve", "--port", "0"], ["run", "ein Ball"], ["config"]] {
            let command = try await home.run([TestHome.program] + words)
            #expect(command.end == .code(2))
            #expect(command.errors.contains("'\(wrong)'"), "\(command.errors)")
            #expect(command.errors.contains("'\(near)'"), "\(command.errors)")
            #expect(command.errors.contains("atelier.json:1"), "\(command.errors)")
        }
        #expect(try home.tree() == ["atelier", "atelier/atelier.json"])
    }

    @Test func `an unknown variable refuses with the nearest known one`() async throws {
        let home = try TestHome()
        let command = try await home.atelier("run", "ein Ball", environment: ["ATELIER_SERVER_PROT": "1"])
        #expect(command.end == .code(2))
        #expect(command.errors.contains("ATELIER_SERVER_PROT") && command.errors.contains("ATELIER_SERVER_PORT"), "\(command.errors)")
        #expect(try home.tree() == [])
    }

    @Test func `two engines with one URL refuse, and both sources are named`() async throws {
        let home = try TestHome()
        let file = try home.write(
            """
            {"backends": [
              {"id": "one", "kind": "comfyui", "url": "http://127.0.0.1:8188"},
              {"id": "two", "kind": "comfyui", "url": "http://127.0.0.1:8189"}
            ]}
            """,
            to: "atelier/atelier.json"
        )
        #expect(try await home.atelier("config").end == .code(0))
        for url in ["http://127.0.0.1:8188", "http://127.0.0.1:8188/", "HTTP://127.0.0.1:8188"] {
            let command = try await home.atelier("serve", "--port", "0", environment: ["ATELIER_BACKENDS_TWO_URL": url])
            #expect(command.end == .code(2), "\(url)")
            #expect(command.errors.contains("'one'") && command.errors.contains("'two'"), "\(command.errors)")
            #expect(command.errors.contains("\(file):2") && command.errors.contains("ATELIER_BACKENDS_TWO_URL"), "\(command.errors)")
        }
        #expect(try home.tree() == ["atelier", "atelier/atelier.json"])
    }

    @Test(arguments: [
        "{", "", "[]", "{\"server\": }", "{\n\"server\": {\"port\": \"many\"}}", "{\n\"server\": {\"port\": 70000}}", "\u{FEFF}{]", "null",
        "{\"safety\": {\"floor\": \"none\"}}", "{\"store\": {\"url\": \"postgres://localhost/x\"}}",
    ])
    func `a broken settings file is one clear sentence and nothing else`(_ text: String) async throws {
        let home = try TestHome()
        try home.write(text, to: "atelier/atelier.json")
        for words in [["serve", "--port", "0"], ["run", "ein Ball"]] {
            let command = try await home.run([TestHome.program] + words)
            #expect(command.end == .code(2), "\(command.errors)")
            #expect(command.errors.hasPrefix("atelier: ") && command.errors.split(separator: "\n").count <= 2, "\(command.errors)")
            #expect(!command.errors.contains("DecodingError") && !command.errors.contains("NSCocoa"), "\(command.errors)")
        }
        #expect(try home.tree() == ["atelier", "atelier/atelier.json"])
    }

    @Test func `a settings file that is named must be there`() async throws {
        let home = try TestHome()
        let command = try await home.atelier("run", "ein Ball", "--settings", "nowhere.json")
        #expect(command.end == .code(2) && command.errors.contains("nowhere.json"))
        #expect(try home.tree() == [])
    }
}
