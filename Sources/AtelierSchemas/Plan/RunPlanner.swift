package import AtelierCore

/// Plans runs from a catalogue and rules.
///
/// Pure: the same request gives the same plan.
package struct RunPlanner: Planner {
    package let catalogue: Catalogue
    package let rules: PlanningRules

    /// Plans from these.
    package init(_ catalogue: Catalogue, _ rules: PlanningRules) {
        self.catalogue = catalogue
        self.rules = rules
    }

    package func plan(_ request: RunRequest) throws -> Plan {
        let (config, home) = try self.rule(request.schema)
        try self.checkText(request.inputText, "The idea", "input_text")
        if let own = request.contextPrompt { try self.checkText(own, "The rule", "context_prompt") }
        let mode = try request.executionMode.map(ExecutionMode.init(named:)) ?? .eco
        let level = try request.safetyLevel.map(SafetyLevel.init(named:)) ?? self.rules.defaults.safetyLevel
        let (pipeline, chunks) = try self.catalogue.chunks(of: config, home: home)
        try Chunk.checkPlaceholders(of: chunks, config, pipeline)
        let parameters = try self.parameters(request, config, pipeline, chunks)
        let interception = try self.interception(request.skipsInterception ? [] : chunks, parameters, config, mode)
        var plan = Plan(
            schema: request.schema,
            name: config.name,
            inputText: request.inputText,
            safety: SafetyPlan(requested: level, floor: self.rules.safety.floor),
            interception: interception.plan,
            seed: request.seed ?? 0
        )
        plan.context = request.contextPrompt ?? config.context?.text(in: request.userLanguage) ?? ""
        plan.hasOwnContext = request.contextPrompt != nil
        plan.userLanguage = request.userLanguage
        plan.executionMode = mode
        plan.pauseAfter = try self.pauses(request.pauseAfter)
        plan.parent = request.parent
        let outputs = try OutputPlanner(self, request, config).plan()
        plan.outputs = outputs.map(\.output)
        plan.routing = interception.routing + outputs.map(\.routing)
        if !request.skipsInterception { try self.checkOwnRule(plan, config, pipeline) }
        try self.checkSafetyModel(plan)
        return plan
    }

    private func rule(_ id: String) throws -> (config: Config, home: Int) {
        guard let found = self.catalogue.config(id, in: .interception) else {
            if let flaw = self.catalogue.namespaces.lazy.compactMap({ $0.flaw(of: id, in: .interception) }).first {
                throw Failure(.unknownSchema, "The file of the schema '\(id)' is broken: \(flaw.path).", hint: flaw.reason)
            }
            throw Failure.unknown(.unknownSchema, thing: "schema", name: id, known: self.catalogue.ids(in: .interception))
        }
        return found
    }

    private func checkText(_ text: String, _ what: String, _ field: String) throws {
        guard text.unicodeScalars.contains(where: \.isSeen) else {
            throw Failure(.invalidRequest, "\(what) is empty.", hint: "Write at least one word into '\(field)'.")
        }
        guard text.utf8.count <= self.rules.limits.textBytes else {
            throw Failure(
                .tooLarge,
                "\(what) is \(text.utf8.count) bytes long; at most \(self.rules.limits.textBytes) are taken.",
                hint: "Shorten '\(field)', or raise limits.text_bytes."
            )
        }
        guard !text.utf8.contains(0) else {
            throw Failure(.invalidRequest, "\(what) holds a NUL character.", hint: "Remove it from '\(field)'.")
        }
    }

    private func pauses(_ stages: [Int]) throws -> [Int] {
        guard stages.allSatisfy({ $0 == 2 }) else {
            throw Failure(.invalidRequest, "A run can pause after stage 2 only.", hint: "Send \"pause_after\": [2], or leave it out.")
        }
        return stages.isEmpty ? [] : [2]
    }

    /// The values that apply: the pipeline's defaults, the chunks', the config's, the request's.
    ///
    /// A name that nothing knows is refused.
    private func parameters(
        _ request: RunRequest,
        _ config: Config,
        _ pipeline: Pipeline,
        _ chunks: [(id: String, chunk: Chunk)]
    ) throws -> [String: JSON] {
        var values = pipeline.defaults?.parameters ?? [:]
        for (_, chunk) in chunks { values.merge(chunk.parameters) { $1 } }
        values.merge(config.parameters) { $1 }
        let outputs = try OutputPlanner(self, request, config).knownParameters()
        for name in request.parameters.keys.sorted() where values[name] == nil && !outputs.contains(name) {
            throw Failure.unknown(.invalidRequest, thing: "parameter", name: name, known: outputs.union(values.keys))
        }
        return values.merging(request.parameters.filter { values[$0.key] != nil }) { $1 }
    }

    private func interception(
        _ chunks: [(id: String, chunk: Chunk)],
        _ parameters: [String: JSON],
        _ config: Config,
        _ mode: ExecutionMode
    ) throws -> (plan: InterceptionPlan, routing: [Routing]) {
        var steps: [StepPlan] = []
        var routing: [Routing] = []
        for (id, chunk) in chunks {
            guard case .processing(let system, let prompt) = chunk.work else {
                throw Failure(.invalidRequest, "The chunk '\(id)' makes an output; a rule transforms a text.")
            }
            let engine = try self.rules.engine(for: chunk, mode: mode)
            steps.append(
                StepPlan(
                    chunk: id,
                    backend: engine.backend,
                    model: engine.model,
                    system: system,
                    prompt: prompt,
                    parameters: parameters
                )
            )
            routing.append(
                Routing(stage: 2, backend: engine.backend, model: engine.model, candidates: [engine.backend.id], reason: engine.reason)
            )
        }
        let given = parameters["iterations"] ?? 1
        guard let iterations = given.integer.flatMap(Int.init(exactly:)), (1...self.rules.limits.iterations).contains(iterations) else {
            throw Failure(.invalidRequest, "'iterations' must be from 1 to \(self.rules.limits.iterations).")
        }
        var plan = InterceptionPlan(steps: steps, iterations: iterations)
        plan.instruction = try Instructions.text(config.instructionType)
        return (plan, routing)
    }

    private func checkOwnRule(_ plan: Plan, _ config: Config, _ pipeline: Pipeline) throws {
        guard pipeline.requiresInterceptionPrompt == true, plan.context.trimmed.isEmpty else { return }
        throw Failure(.invalidRequest, "The schema '\(plan.schema)' needs a rule of your own.", hint: "Send it as 'context_prompt'.")
    }

    private func checkSafetyModel(_ plan: Plan) throws {
        let kinds = plan.interception.steps.map(\.backend.kind) + plan.outputs.map(\.backend.kind)
        let needsModel = plan.safety.effective.failsClosed && kinds.contains { $0 != .builtin }
        let hasModel = self.rules.models[ModelRole(.safety, plan.executionMode)] != nil
        guard needsModel, !hasModel, !self.rules.safety.listOnly else { return }
        throw Failure(
            .safetyModelMissing,
            "At '\(plan.safety.effective.rawValue)' only the built-in engine may run without a safety model.",
            hint: "Set models.safety.\(plan.executionMode.rawValue), or choose a built-in output, or set safety.list_only."
        )
    }
}

extension Unicode.Scalar {
    /// Whether it leaves a trace on paper: spaces, joiners, direction marks and the like do not, and a text of them alone says nothing.
    fileprivate var isSeen: Bool {
        let properties = self.properties
        return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
            && ![.control, .format].contains(properties.generalCategory)
    }
}
