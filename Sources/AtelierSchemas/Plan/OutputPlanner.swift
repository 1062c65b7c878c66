import AtelierCore

/// Chooses the outputs of a run: by what was asked for, never by what happens to be reachable.
struct OutputPlanner {
    let planner: RunPlanner
    let request: RunRequest
    let rule: Config

    init(_ planner: RunPlanner, _ request: RunRequest, _ rule: Config) {
        self.planner = planner
        self.request = request
        self.rule = rule
    }

    func plan() throws -> [(output: OutputPlan, routing: Routing)] {
        var index = 0
        var plans: [(output: OutputPlan, routing: Routing)] = []
        for (place, id) in try self.chosen().enumerated() {
            let plan = try self.output(id, index: index, seed: (self.request.seed ?? 0) &+ UInt32(place))
            index += plan.output.count
            plans.append(plan)
        }
        return plans
    }

    /// The names of the parameters that the chosen outputs take.
    func knownParameters() throws -> Set<String> {
        var names: Set<String> = []
        for id in try self.chosen() {
            let (config, chunk) = try self.chunk(id)
            names.formUnion(config.parameters.keys)
            names.formUnion(chunk.parameters.keys)
            names.formUnion(chunk.inputs.keys)
        }
        return names
    }

    /// Ids of output configs, in order: the request's own; else one for each medium that the request names; else the rule's medium.
    private func chosen() throws -> [String] {
        let ids: [String]
        if let own = self.request.outputConfigs {
            guard self.request.outputs == nil else {
                throw Failure(.invalidRequest, "'outputs' and 'output_config' exclude each other.", hint: "Send one of them.")
            }
            ids = own
        } else if let media = self.request.outputs {
            ids = try media.map { try self.configured(for: try Self.medium($0)) }
        } else {
            ids = [try self.configured(for: try Self.medium(self.rule.media.defaultOutput ?? Medium.image.rawValue))]
        }
        guard ids.count <= self.planner.rules.limits.outputsPerRun else {
            throw Failure(.tooLarge, "A run makes at most \(self.planner.rules.limits.outputsPerRun) outputs; \(ids.count) were asked for.")
        }
        return ids
    }

    private static func medium(_ name: String) throws -> Medium {
        guard let medium = Medium(rawValue: name) else {
            throw Failure.unknown(.unknownMedium, thing: "medium", name: name, known: Medium.allCases.map(\.rawValue))
        }
        return medium
    }

    /// The settings' output config of a medium, else the built-in one.
    private func configured(for medium: Medium) throws -> String {
        if let id = self.planner.rules.defaults.outputs[medium] ?? self.planner.catalogue.defaultOutput(for: medium) { return id }
        throw Failure(
            .unknownOutputConfig,
            "There is no output config for '\(medium.rawValue)'.",
            hint: "Set defaults.outputs.\(medium.rawValue), or name one as 'output_config'."
        )
    }

    private func chunk(_ id: String) throws -> (config: Config, chunk: Chunk) {
        let catalogue = self.planner.catalogue
        guard let (config, home) = catalogue.config(id, in: .output) else {
            throw Failure.unknown(.unknownOutputConfig, thing: "output config", name: id, known: catalogue.ids(in: .output))
        }
        guard let chunk = try catalogue.chunks(of: config, home: home).chunks.last?.chunk, case .output = chunk.work else {
            throw Failure(.invalidRequest, "The output config '\(id)' makes no output: its last chunk is none of type 'output_chunk'.")
        }
        return (config, chunk)
    }

    private func output(_ id: String, index: Int, seed: UInt32) throws -> (output: OutputPlan, routing: Routing) {
        let (config, chunk) = try self.chunk(id)
        guard case .output(let medium) = chunk.work else { preconditionFailure("chunk(_:) returns outputs only") }
        let engine = try self.engine(for: chunk, id)
        guard let model = config.meta["model"]?.string ?? chunk.model else {
            throw Failure(.invalidRequest, "The output config '\(id)' names no model (meta.model).")
        }
        var parameters = chunk.inputs.filter { !$0.value.isNull }.merging(chunk.parameters) { $1 }.merging(config.parameters) { $1 }
        let known = Set(parameters.keys).union(chunk.inputs.keys)
        parameters.merge(self.request.parameters.filter { known.contains($0.key) }) { $1 }
        for side in ["width", "height"] { try self.checkSide(parameters[side], side) }
        let output = OutputPlan(
            index: index,
            config: id,
            medium: medium,
            backend: engine.backend,
            model: model,
            parameters: parameters,
            seed: seed
        )
        let routing = Routing(
            stage: 4,
            backend: engine.backend,
            model: model,
            candidates: engine.candidates,
            reason: engine.reason
        )
        return (output, routing)
    }

    private func checkSide(_ value: JSON?, _ name: String) throws {
        guard let value else { return }
        let most = self.planner.rules.limits.pixelsPerSide
        guard let pixels = value.integer, (64...Int64(most)).contains(pixels) else {
            throw Failure(.invalidRequest, "'\(name)' must be a whole number from 64 to \(most).")
        }
    }

    private func engine(for chunk: Chunk, _ id: String) throws -> (backend: BackendRef, candidates: [String], reason: String) {
        let rules = self.planner.rules
        let candidates = rules.backends.filter { $0.kind == chunk.backendKind }
        if let wanted = self.request.backend {
            guard let backend = rules.backend(wanted) else {
                throw Failure.unknown(.unknownBackend, thing: "backend", name: wanted, known: rules.backends.map(\.id))
            }
            guard backend.kind == chunk.backendKind else {
                throw Failure(
                    .invalidRequest,
                    "The backend '\(wanted)' cannot make '\(id)': it is of kind \(backend.kind.rawValue), not \(chunk.backendKind.rawValue)."
                )
            }
            return (backend, candidates.map(\.id), "Ordered by the request.")
        }
        if let preferred = rules.defaults.backend.flatMap(rules.backend), preferred.kind == chunk.backendKind {
            return (preferred, candidates.map(\.id), "The server's default.")
        }
        guard let backend = candidates.first else {
            throw Failure(
                .backendUnavailable,
                "The output '\(id)' needs an engine of kind \(chunk.backendKind.rawValue), and none is configured.",
                hint: "Add one to 'backends' in the settings."
            )
        }
        let reason = candidates.count == 1 ? "The only engine of its kind." : "The first engine of its kind."
        return (backend, candidates.map(\.id), reason)
    }
}
