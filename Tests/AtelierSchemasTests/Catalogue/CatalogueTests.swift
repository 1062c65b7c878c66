import AtelierCore
import AtelierSchemas
import Testing

@Suite struct CatalogueTests {
    private static func catalogue(_ files: [String: String]) -> Catalogue {
        Catalogue([SchemaFolder(name: "own", files: files.map { SchemaFile(path: $0.key, bytes: Array($0.value.utf8)) })])
    }

    private static let config = #"{"pipeline": "p", "name": "A name"}"#

    @Test func `every shipped file loads without a flaw`() throws {
        let catalogue = Catalogue([try Shipped.folder()])
        let namespace = try #require(catalogue.namespaces.first)
        #expect(namespace.flaws.isEmpty)
        #expect(Set(namespace.chunks.keys) == ["cutup", "output_sketch", "output_tune", "rework"])
        #expect(catalogue.ids(in: .interception) == ["dada", "user_defined"])
        #expect(catalogue.ids(in: .output) == ["sketch", "tune"])
        #expect(catalogue.defaultOutput(for: .image) == "sketch")
        #expect(catalogue.defaultOutput(for: .video) == nil)
    }

    @Test func `what is shipped can run now, but for what needs a model`() throws {
        let reasons = try Shipped.planner().entries().map { ($0.id, $0.reason) }
        #expect(reasons.filter { $0.1 == nil }.map(\.0) == ["dada", "sketch", "tune"])
        #expect(reasons.first { $0.0 == "user_defined" }?.1?.contains("text model") == true)
    }

    @Test(arguments: [
        ("chunks/x.json", "{", "JSON"), ("chunks/x.json", "{}", "backend_type"),
        ("chunks/x.json", #"{"backend_type": "comfy"}"#, "comfyui"),
        ("chunks/x.json", #"{"backend_type": "ollama"}"#, "template"),
        ("chunks/x.json", #"{"backend_type": "ollama", "template": {"system": "s"}}"#, "template"),
        ("chunks/x.json", #"{"backend_type": "ollama", "template": 5}"#, "template"),
        ("chunks/x.json", #"{"backend_type": "ollama", "template": "t", "model": 5}"#, "model"),
        ("chunks/x.json", #"{"backend_type": "comfyui", "type": "output_chunk"}"#, "media_type"),
        ("chunks/x.json", #"{"backend_type": "comfyui", "type": "output_chunk", "media_type": "imge"}"#, "image"),
        ("chunks/x.json", #"{"backend_type": "comfyui", "type": "outputchunk", "media_type": "image"}"#, "output_chunk"),
        ("chunks/x.json", "{\"backend_type\": \"ollama\", \"template\": \"a\u{0}\"}", "not valid"),
        ("pipelines/x.json", "{}", "chunks"),
        ("pipelines/x.json", #"{"chunks": "a"}"#, "chunks"), ("configs/interception/x.json", #"{"pipeline": "p"}"#, "name"),
        ("configs/interception/x.json", #"{"name": "n"}"#, "workflow_type"),
        ("configs/interception/x.json", #"{"pipeline":"p","name":{}}"#, "name"),
        ("configs/output/x.json", "[]", "wrong type"), ("configs/outputs/x.json", config, "output"), ("configs/x.json", config, "configs/"),
        ("chunks/deep/x.json", "{}", "chunks/"), ("output_config_defaults.json", #"{"picture": "x"}"#, "picture"),
        ("output_config_defaults.json", #"{"image": 5}"#, "image"),
    ])
    func `a broken file is listed with path and reason, and nothing of it is loaded`(
        _ path: String,
        _ text: String,
        _ reason: String
    ) throws {
        let catalogue = Self.catalogue([path: text])
        let namespace = try #require(catalogue.namespaces.first)
        let flaw = try #require(namespace.flaws[path])
        #expect(flaw.path == "own/\(path)")
        #expect(flaw.reason.contains(reason), "\(flaw.reason)")
        #expect(namespace.chunks.isEmpty && namespace.pipelines.isEmpty && namespace.configs.values.allSatisfy(\.isEmpty))
        #expect(namespace.defaultOutputs.isEmpty)
        let listed = try Shipped.planner([path: text]).entries().filter { $0.namespace == "own" }
        #expect(listed.count == 1)
        #expect(listed.first?.reason?.contains("own/\(path)") == true)
    }

    @Test func `two files of one id are a flaw, not a choice`() throws {
        let catalogue = Self.catalogue(["configs/output/a/x.json": Self.config, "configs/output/b/x.json": Self.config])
        #expect(try #require(catalogue.namespaces.first).flaws.count == 1)
    }

    @Test func `files that are no schemas are left alone`() throws {
        let catalogue = Self.catalogue(["README.json": "{", "notes/a.json": "{"])
        #expect(try #require(catalogue.namespaces.first).flaws.isEmpty)
    }

    @Test func `an id is the stem, below pre folders with the folder`() {
        let catalogue = Self.catalogue([
            "configs/interception/art/deep/a.json": Self.config, "configs/pre_interception/safety/b.json": Self.config,
            "configs/pre_output/c.json": Self.config,
        ])
        #expect(catalogue.ids(in: .interception) == ["a"])
        #expect(catalogue.ids(in: .preInterception) == ["safety/b"])
        #expect(catalogue.ids(in: .preOutput) == ["c"])
    }

    @Test func `workflow_type is an alias of pipeline, unknown fields are ignored`() throws {
        let catalogue = Self.catalogue(["configs/output/x.json": #"{"workflow_type": "p", "name": "n", "odd": [1, {}]}"#])
        #expect(catalogue.config("x", in: .output)?.config.pipeline == "p")
    }

    @Test func `a folder of one's own comes first, and says what it hides`() throws {
        let own = #"{"pipeline": "procedure", "name": "Mine", "parameters": {"PROCEDURE_CHUNK": "cutup"}}"#
        let planner = try Shipped.planner(["configs/interception/dada.json": own])
        #expect(planner.catalogue.config("dada", in: .interception)?.config.name.en == "Mine")
        let entry = try #require(planner.entries().first { $0.id == "dada" })
        #expect(entry.namespace == "own")
        #expect(entry.shadows == ["shipped"])
        #expect(entry.reason == nil, "what a folder lacks comes from the shipped one")
    }

    @Test func `a shipped config does not see into other folders`() throws {
        let planner = try Shipped.planner(["chunks/cutup.json": #"{"backend_type": "builtin", "template": "x", "model": "other"}"#])
        #expect(try planner.plan(Shipped.request()).interception.steps.map(\.model) == ["cutup"])
    }

    @Test(arguments: [
        (#"{"pipeline": "procedur", "name": "n"}"#, "procedure"), (#"{"pipeline": "procedure", "name": "n"}"#, "PROCEDURE_CHUNK"),
        (#"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "cutupp"}}"#, "cutup"),
        (#"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "cutup"}, "instruction_type": "odd"}"#, "odd"),
        (#"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "lost"}}"#, "NOBODY"),
        (#"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "idle"}}"#, "INPUT_TEXT"),
        (
            #"{"pipeline": "procedure", "name": "n", "parameters": {"PROCEDURE_CHUNK": "cutup"}, "media_preferences": {"default_output": "imge"}}"#,
            "image"
        ),
    ])
    func `a config that cannot run is listed with the reason, and refused before it is queued`(_ config: String, _ reason: String) throws {
        let planner = try Shipped.planner([
            "configs/interception/x.json": config,
            "chunks/lost.json": #"{"backend_type": "builtin", "template": "{{NOBODY}} {{INPUT_TEXT}}", "model": "cutup"}"#,
            "chunks/idle.json":
                #"{"backend_type": "builtin", "template": "t", "model": "cutup", "meta": {"required_placeholders": ["INPUT_TEXT"]}}"#,
        ])
        let entry = try #require(planner.entries().first { $0.id == "x" })
        #expect(entry.reason?.contains(reason) == true, "\(entry.reason ?? "can run")")
        #expect(throws: Failure.self) { try planner.plan(Shipped.request("x")) }
    }
}
