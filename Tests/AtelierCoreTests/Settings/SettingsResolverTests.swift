import AtelierCore
import Testing

@Suite struct SettingsResolverTests {
    private static func resolve(
        _ file: String? = nil,
        _ environment: [String: String] = [:],
        _ flags: [(path: String, value: String, flag: String)] = []
    ) throws -> SettingsResolver {
        try SettingsResolver(flags: flags, environment: environment, file: file.map { (path: "atelier.json", bytes: Array($0.utf8)) })
    }

    private static func refusal(_ file: String? = nil, _ environment: [String: String] = [:]) -> Failure? {
        let failure = #expect(throws: Failure.self) { try Self.resolve(file, environment) }
        #expect(failure?.code == .refusedStart)
        return failure
    }

    private static func find(_ path: String, _ resolved: SettingsResolver) throws -> EffectiveSetting {
        try #require(resolved.effective.first { $0.path == path })
    }

    @Test func `a flag comes before the environment, that before the file, that before the default`() throws {
        let file = "{\n  \"server\": {\n    \"port\": 1111 } }"
        let environment = ["ATELIER_SERVER_PORT": "2222", "HOME": "/x"]
        let all = try Self.resolve(file, environment, [("server.port", "3333", "--port")])
        #expect(all.settings.server.port == 3333)
        let port = try Self.find("server.port", all)
        #expect(port.value == 3333)
        #expect(port.source == .flag("--port"))
        #expect(port.overrode.map(\.source) == [.variable("ATELIER_SERVER_PORT"), .file(path: "atelier.json", line: 3), .default])
        #expect(port.overrode.map(\.value) == ["2222", 1111, 17801])
        #expect(try Self.resolve(file, environment).settings.server.port == 2222)
        #expect(try Self.resolve(file).settings.server.port == 1111)
        #expect(try Self.resolve().settings == Settings())
    }

    @Test func `every value is listed with its source, defaults too`() throws {
        let resolved = try Self.resolve()
        #expect(resolved.effective.allSatisfy { $0.source == .default && $0.overrode.isEmpty })
        #expect(try Self.find("safety.floor", resolved).value == "research")
        #expect(resolved.effective.map(\.path).count == Set(resolved.effective.map(\.path)).count)
        #expect(SettingSource.file(path: "a.json", line: 3).description == "a.json:3")
    }

    /// Goal: no bound can be added without a name that people can set it by.
    @Test func `every limit has its setting`() throws {
        let names = try Self.resolve().effective.map(\.path).filter { $0.hasPrefix("limits.") }
        #expect(names.count == Mirror(reflecting: Limits()).children.count)
    }

    @Test(arguments: [
        (#"{"servr": {"port": 1}}"#, "server.port"), (#"{"server": {"prot": 1}}"#, "server.port"), (#"{"servr": {}}"#, "server"),
        (#"{"server": {"prot": {}}}"#, "server.port"), (#"{"limits": {"text_byte": 1}}"#, "limits.text_bytes"),
        (#"{"backends": [{"id": "a", "kind": "comfyui", "ulr": "http://a"}]}"#, "url"),
        (#"{"models": {"safty": {"eco": {"model": "m"}}}}"#, "models.safety.eco.model"),
        (#"{"models": {"safety": {"eko": {"model": "m"}}}}"#, "models.safety.eco.model"),
        (#"{"defaults": {"outputs": {"imagee": "x"}}}"#, "defaults.outputs.image"),
        (#"{"backends": [{"id": "a", "kind": "comfyu"}]}"#, "comfyui"),
    ])
    func `an unknown key refuses the start with the nearest known one`(_ file: String, _ nearest: String) {
        #expect(Self.refusal(file)?.hint?.contains(nearest) == true)
    }

    @Test func `an unknown variable refuses the start, foreign ones do not`() throws {
        #expect(Self.refusal(nil, ["ATELIER_SERVER_PROT": "1"])?.hint?.contains("ATELIER_SERVER_PORT") == true)
        #expect(Self.refusal(nil, ["ATELIER_BACKENDS_NOBODY_URL": "http://x"]) != nil)
        _ = try Self.resolve(nil, ["ATELIERX": "1", "PATH": "/bin", "atelier_server_port": "x"])
    }

    @Test(arguments: [
        #"{"server": {"port": "x"}}"#, #"{"server": {"port": 65536}}"#, #"{"server": {"port": -1}}"#, #"{"server": {"port": 1.5}}"#,
        #"{"server": {"port": true}}"#, #"{"server": {"port": null}}"#, #"{"server": {"host": ""}}"#, #"{"server": {"host": 1}}"#,
        #"{"server": {"host": ["a"]}}"#, #"{"server": {"allowed_hosts": [1]}}"#, #"{"server": {"allowed_hosts": 1}}"#,
        #"{"safety": {"floor": "toddlers"}}"#, #"{"safety": {"allow_cloud": "yes"}}"#, #"{"safety": {"list_only": 1}}"#,
        #"{"limits": {"attempts": 0}}"#, #"{"limits": 5}"#, #"{"server": 5}"#, #"{"server": []}"#, #"{"models": 5}"#,
        #"{"backends": {"a": {"url": "http://a"}}}"#, #"{"backends": "a"}"#, #"{"backends": ["a"]}"#, #"{"backends": [{"url": "x"}]}"#,
        #"{"backends": [{"id": "a", "kind": "http", "url": 5}]}"#, #"{"backends": [{"id": "a", "kind": "http", "concurrency": 0}]}"#,
        #"{"backends": [{"id": "a", "kind": "http", "timeouts": 5}]}"#, #"{"backends": [{"id": "a"}]}"#,
        #"{"backends": [{"id": "a", "url": "http://a"}]}"#, #"{"backends": [{"id": "", "kind": "http"}]}"#,
        #"{"backends": [{"id": "a", "kind": "http"}, {"id": "a", "kind": "comfyui"}]}"#,
        #"{"defaults": {"outputs": {"image": 1}}}"#, "[]", "5", "{", "", "{\"a\u{0}\": 1}",
    ])
    func `a wrong value refuses the start`(_ file: String) {
        #expect(Self.refusal(file)?.message.contains("atelier.json") == true)
    }

    @Test func `the refusal names the place`() {
        #expect(Self.refusal("{\n\n \"server\": {\n \"port\": \"x\" } }")?.message.contains("atelier.json:4") == true)
        #expect(Self.refusal(nil, ["ATELIER_SAFETY_FLOOR": "x"])?.message.contains("ATELIER_SAFETY_FLOOR") == true)
    }

    @Test(arguments: [
        ("http://gpu:8188", "http://gpu:8188/"), ("http://gpu:8188", "HTTP://GPU:8188"), ("http://gpu:8188//", "http://gpu:8188"),
    ])
    func `two engines with one URL are refused, and both places named`(_ one: String, _ two: String) {
        let file = """
            {"backends": [
              {"id": "a", "kind": "comfyui", "url": "\(one)"},
              {"id": "b", "kind": "swarmui", "url": "\(two)"}]}
            """
        let failure = Self.refusal(file)
        #expect(failure?.message.contains("'a' and 'b'") == true)
        #expect(failure?.message.contains("atelier.json:2") == true)
        #expect(failure?.message.contains("atelier.json:3") == true)
    }

    @Test func `a variable overrides an engine's URL, and two engines by it are refused too`() throws {
        let file = """
            {"backends": [{"id": "gpu-1", "kind": "comfyui", "url": "http://a"}, {"id": "b", "kind": "ollama", "url": "http://b"}]}
            """
        let resolved = try Self.resolve(file, ["ATELIER_BACKENDS_GPU_1_URL": "http://c"])
        #expect(resolved.settings.backends.map(\.url) == ["http://c", "http://b"])
        #expect(resolved.settings.backends.map(\.kind) == [.comfyui, .ollama])
        let url = try Self.find("backends.gpu-1.url", resolved)
        #expect(url.source == .variable("ATELIER_BACKENDS_GPU_1_URL"))
        #expect(url.overrode.first?.value == "http://a")
        let failure = Self.refusal(file, ["ATELIER_BACKENDS_GPU_1_URL": "http://B/"])
        #expect(failure?.message.contains("ATELIER_BACKENDS_GPU_1_URL") == true)
    }

    @Test func `every kind of value is read, from a file and from a variable`() throws {
        let file = """
            { // comments and a trailing comma
              "server": {"host": "::1", "public_url": "https://x", "allowed_hosts": ["a", "b"]},
              "models": {"interception": {"eco": {"backend": "o", "model": "m"}}},
              "defaults": {"outputs": {"image": "flux"}, "safety_level": "off"},
              "limits": {"waiting": 3}, "safety": {"list_only": true},
              "backends": [{"id": "o", "kind": "ollama", "concurrency": 4, "key_env": "K", "timeouts": {"read": 5}}],
            }
            """
        let settings = try Self.resolve(file).settings
        #expect(settings.server.allowedHosts == ["a", "b"])
        #expect(settings.models[ModelRole(.interception, .eco)]?.backend == "o")
        #expect(settings.defaults.outputs == [.image: "flux"])
        #expect(settings.defaults.safetyLevel == .research)
        #expect(settings.limits.waitingDays == 3)
        #expect(settings.backends.first?.concurrency == 4)
        let variables = [
            "ATELIER_SERVER_ALLOWED_HOSTS": "a, b", "ATELIER_SAFETY_LIST_ONLY": "true", "ATELIER_MODELS_SAFETY_FAST_MODEL": "guard",
            "ATELIER_DEFAULTS_OUTPUTS_IMAGE": "flux", "ATELIER_LIMITS_WAITING": "3",
        ]
        let other = try Self.resolve(nil, variables).settings
        #expect(other.server.allowedHosts == ["a", "b"])
        #expect(other.safety.listOnly)
        #expect(other.models[ModelRole(.safety, .fast)]?.model == "guard")
        #expect(other.limits.waitingDays == 3)
    }
}
