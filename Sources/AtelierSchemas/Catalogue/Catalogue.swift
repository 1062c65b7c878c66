package import AtelierCore

/// Everything that the schema folders hold, checked; look-ups go through the folders in order, the shipped one last.
package struct Catalogue: Sendable {
    /// A file that is not what it should be, and why.
    ///
    /// It is never half-loaded.
    package struct Flaw: Sendable {
        package var path: String
        package var reason: String
    }

    /// Where a config belongs.
    package enum Layer: String, Sendable, CaseIterable {
        case interception
        case output
        case preInterception = "pre_interception"
        case preOutput = "pre_output"
    }

    /// One folder's sound files by id.
    package struct Namespace: Sendable {
        package var name: String
        package var chunks: [String: Chunk] = [:]
        package var pipelines: [String: Pipeline] = [:]
        package var configs: [Layer: [String: Config]] = [:]
        package var defaultOutputs: [Medium: String] = [:]
        package var flaws: [String: Flaw] = [:]
    }

    package private(set) var namespaces: [Namespace]

    /// Loads folders, the one that is looked up first coming first.
    package init(_ folders: [SchemaFolder]) {
        self.namespaces = folders.map(Namespace.init)
    }

    /// A config with the namespace that its own references are looked up from.
    package func config(_ id: String, in layer: Layer) -> (config: Config, home: Int)? {
        for (home, namespace) in self.namespaces.enumerated() {
            if let config = namespace.configs[layer]?[id] { return (config, home) }
            // A broken file of one's own is an error, not a reason to take the shipped one in its place.
            if namespace.flaw(of: id, in: layer) != nil { return nil }
        }
        return nil
    }

    /// The ids of a layer, without doubles, sorted.
    package func ids(in layer: Layer) -> [String] { Set(self.namespaces.flatMap { ($0.configs[layer] ?? [:]).keys }).sorted() }

    /// The built-in output config of a medium.
    package func defaultOutput(for medium: Medium) -> String? { self.namespaces.lazy.compactMap { $0.defaultOutputs[medium] }.first }

    /// What a config of a folder refers to: its own folder first, the shipped one last.
    func chunks(of config: Config, home: Int) throws -> (pipeline: Pipeline, chunks: [(id: String, chunk: Chunk)]) {
        let scope = [self.namespaces[home]] + self.namespaces.suffix(home == self.namespaces.count - 1 ? 0 : 1)
        guard let pipeline = scope.lazy.compactMap({ $0.pipelines[config.pipeline] }).first else {
            let known = scope.flatMap(\.pipelines.keys)
            throw Failure.unknown(.invalidRequest, thing: "pipeline", name: config.pipeline, known: known)
        }
        let chunks = try pipeline.chunks(for: config).map { id in
            guard let chunk = scope.lazy.compactMap({ $0.chunks[id] }).first else {
                throw Failure.unknown(.invalidRequest, thing: "chunk", name: id, known: scope.flatMap(\.chunks.keys))
            }
            return (id: id, chunk: chunk)
        }
        guard !chunks.isEmpty else { throw Failure(.invalidRequest, "The pipeline '\(config.pipeline)' has no chunks.") }
        return (pipeline, chunks)
    }
}

extension Catalogue.Namespace {
    /// Loads one folder.
    init(_ folder: SchemaFolder) {
        self.init(name: folder.name)
        for file in folder.files { self.load(file) }
    }

    private mutating func load(_ file: SchemaFile) {
        let parts = file.path.split(separator: "/").map(String.init)
        do {
            switch (parts.first, parts.count) {
            case ("chunks", 2): self.chunks[file.stem] = try file.decode(Chunk.self)
            case ("pipelines", 2): self.pipelines[file.stem] = try file.decode(Pipeline.self)
            case ("configs", 3...):
                guard let layer = Catalogue.Layer(rawValue: parts[1]) else {
                    throw Failure.unknown(
                        .invalidRequest,
                        thing: "kind of config",
                        name: parts[1],
                        known: Catalogue.Layer.allCases.map(\.rawValue)
                    )
                }
                let isPre = layer == .preInterception || layer == .preOutput
                let id = isPre && parts.count > 3 ? "\(parts[parts.count - 2])/\(file.stem)" : file.stem
                guard self.configs[layer]?[id] == nil else {
                    throw Failure(.invalidRequest, "Another file of this folder has the id '\(id)' already.", hint: "Rename one of them.")
                }
                self.configs[layer, default: [:]][id] = try file.decode(Config.self)
            case ("output_config_defaults.json", 1): try self.loadDefaults(file)
            case ("chunks", _), ("pipelines", _), ("configs", _):
                throw Failure(
                    .invalidRequest,
                    "No schema is looked for here.",
                    hint: "Files belong into chunks/, pipelines/ or configs/{interception,output,pre_interception,pre_output}/."
                )
            default: return
            }
        } catch {
            self.flaws[file.path] = Catalogue.Flaw(path: "\(self.name)/\(file.path)", reason: Failure(wrapping: error).sentence)
        }
    }

    private mutating func loadDefaults(_ file: SchemaFile) throws {
        for (name, id) in try file.decode([String: String].self) {
            guard let medium = Medium(rawValue: name) else {
                throw Failure.unknown(.unknownMedium, thing: "medium", name: name, known: Medium.allCases.map(\.rawValue))
            }
            self.defaultOutputs[medium] = id
        }
    }
}

extension Catalogue.Namespace {
    /// What is wrong with the file of a config; nil when there is none or it is sound.
    func flaw(of id: String, in layer: Catalogue.Layer) -> Catalogue.Flaw? { self.flaws["configs/\(layer.rawValue)/\(id).json"] }
}

extension Failure {
    /// Message and hint in one line.
    package var sentence: String { [self.message, self.hint].compactMap(\.self).joined(separator: " ") }
}
