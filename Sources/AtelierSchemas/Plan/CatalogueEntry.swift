package import AtelierCore

/// One config as `atelier schemas` and `GET /api/schemas` list it: whether it can run now, and why not.
package struct CatalogueEntry: Sendable {
    package var id: String
    package var stage: Catalogue.Layer
    package var name: LocalizedText
    /// The folder that it came from.
    package var namespace: String
    /// Folders whose config of the same id is hidden by this one.
    package var shadows: [String]
    /// Why it cannot run now; nil when it can.
    package var reason: String?
}

extension RunPlanner {
    /// Every interception and output config, and every file that could not be read.
    package func entries() -> [CatalogueEntry] {
        let layers: [Catalogue.Layer] = [.interception, .output]
        return layers.flatMap { layer in self.catalogue.ids(in: layer).compactMap { self.entry($0, layer) } } + self.flawed()
    }

    private func entry(_ id: String, _ layer: Catalogue.Layer) -> CatalogueEntry? {
        guard let (config, home) = self.catalogue.config(id, in: layer) else { return nil }
        let namespaces = self.catalogue.namespaces
        let shadows = namespaces.suffix(from: home + 1).filter { $0.configs[layer]?[id] != nil }.map(\.name)
        return CatalogueEntry(
            id: id,
            stage: layer,
            name: config.name,
            namespace: namespaces[home].name,
            shadows: shadows,
            reason: self.obstacle(config, home, layer, id)
        )
    }

    private func obstacle(_ config: Config, _ home: Int, _ layer: Catalogue.Layer, _ id: String) -> String? {
        do {
            let (pipeline, chunks) = try self.catalogue.chunks(of: config, home: home)
            let labels = RunLabels(owner: "")
            var request = RunRequest(schema: id, inputText: "-", labels: labels)
            switch layer {
            case .interception:
                for (_, chunk) in chunks { _ = try self.rules.engine(for: chunk, mode: .eco) }
                try Chunk.checkPlaceholders(of: chunks, config, pipeline)
                _ = try Instructions.text(config.instructionType)
                _ = try OutputPlanner(self, request, config).plan()
            default:
                request.outputConfigs = [id]
                _ = try OutputPlanner(self, request, config).plan()
            }
            return nil
        } catch {
            return Failure(wrapping: error).sentence
        }
    }

    private func flawed() -> [CatalogueEntry] {
        self.catalogue.namespaces.flatMap { namespace in
            namespace.flaws.sorted { $0.key < $1.key }.map { path, flaw in
                let stem = SchemaFile(path: path, bytes: []).stem
                let stage = Catalogue.Layer.allCases.first { path.hasPrefix("configs/\($0.rawValue)/") } ?? .interception
                return CatalogueEntry(
                    id: stem,
                    stage: stage,
                    name: LocalizedText(en: stem, de: stem),
                    namespace: namespace.name,
                    shadows: [],
                    reason: "\(flaw.path): \(flaw.reason)"
                )
            }
        }
    }
}

extension Chunk {
    /// Checks that every placeholder of the chunks' templates will have a value.
    static func checkPlaceholders(of chunks: [(id: String, chunk: Chunk)], _ config: Config, _ pipeline: Pipeline) throws {
        let given = chunks.flatMap(\.chunk.parameters.keys)
        for (place, item) in chunks.enumerated() {
            try item.chunk.checkPlaceholders(item.id, isFirst: place == 0, given, config, pipeline)
        }
    }

    private func checkPlaceholders(_ id: String, isFirst: Bool, _ given: [String], _ config: Config, _ pipeline: Pipeline) throws {
        guard case .processing(let system, let prompt) = self.work else { return }
        let own = (given + config.parameters.keys + (pipeline.defaults?.parameters ?? [:]).keys).map { $0.uppercased() }
        let known = Set(["INPUT_TEXT", "PREVIOUS_OUTPUT", "CONTEXT", "TASK_INSTRUCTION"] + own)
        let used = Template.placeholders(in: (system ?? "") + prompt)
        // A key of a JSON answer of the step before is known only when it is there; a first chunk has none before it.
        if let odd = used.first(where: { !known.contains($0) }), isFirst {
            throw Failure.unknown(.invalidRequest, thing: "value for the placeholder", name: odd, known: known)
        }
        if let lacking = self.requiredPlaceholders.first(where: { !used.contains($0) }) {
            throw Failure(.invalidRequest, "The chunk '\(id)' does not use its required placeholder '\(lacking)'.")
        }
    }
}
