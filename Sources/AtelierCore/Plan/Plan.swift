/// Everything that a run will do, frozen when it is accepted: it is stored with the run, is the entity `config_used`,
/// and is enough to replay it.
///
/// Nothing that changes later (settings, configs, another run) reaches it.
package struct Plan: Sendable, Hashable, Codable {
    /// Id of the interception config.
    package var schema: String
    /// The config's name, for people.
    package var name: LocalizedText
    /// The idea, byte for byte.
    package var inputText: String
    /// The rule text that applies: the config's in the person's language, or the person's own.
    package var context: String
    /// Whether the rule text is the person's own and therefore checked like the idea.
    package var hasOwnContext: Bool
    /// The person's language, if they said it.
    package var userLanguage: String?
    package var executionMode: ExecutionMode
    package var safety: SafetyPlan
    package var interception: InterceptionPlan
    package var outputs: [OutputPlan]
    package var routing: [Routing]
    package var seed: UInt32
    package var pauseAfter: [Int]
    package var parent: RunID?

    /// Collects a plan.
    package init(
        schema: String,
        name: LocalizedText,
        inputText: String,
        safety: SafetyPlan,
        interception: InterceptionPlan,
        seed: UInt32
    ) {
        self.schema = schema
        self.name = name
        self.inputText = inputText
        self.context = ""
        self.hasOwnContext = false
        self.executionMode = .eco
        self.safety = safety
        self.interception = interception
        self.outputs = []
        self.routing = []
        self.seed = seed
        self.pauseAfter = []
    }

    /// The entity types that a run of this plan will hold, in order.
    package var expectedOutputs: [EntityType] {
        let steps = Array(repeating: EntityType.interception, count: self.interception.iterations)
        let ends = self.outputs.flatMap { output in
            [.safetyPreOutput] + Array(repeating: output.medium.entityType, count: output.count)
        }
        return [.configUsed, .input, .translation, .safety] + steps + ends
    }

    private enum CodingKeys: String, CodingKey {
        case schema, name, context, safety, interception, outputs, routing, seed, parent
        case inputText = "input_text"
        case hasOwnContext = "has_own_context"
        case userLanguage = "user_language"
        case executionMode = "execution_mode"
        case pauseAfter = "pause_after"
    }
}

/// What was asked for, and what applies.
package struct SafetyPlan: Sendable, Hashable, Codable {
    /// As asked, or the default.
    package var requested: SafetyLevel
    /// Raised to the server's floor.
    package var effective: SafetyLevel

    /// Raises a request to the floor.
    package init(requested: SafetyLevel, floor: SafetyLevel) {
        self.requested = requested
        self.effective = min(requested, floor)
    }
}

/// The chunks that stage 2 runs, in order, and how often.
package struct InterceptionPlan: Sendable, Hashable, Codable {
    /// The chunks, in order.
    package var steps: [StepPlan]
    /// How often the chunks run, each time on the last result; each time is an entity.
    package var iterations: Int
    /// What `{{TASK_INSTRUCTION}}` stands for.
    package var instruction: String

    /// Collects the steps.
    package init(steps: [StepPlan], iterations: Int = 1, instruction: String = "") {
        self.steps = steps
        self.iterations = iterations
        self.instruction = instruction
    }
}

/// One chunk, ready to be rendered and sent.
package struct StepPlan: Sendable, Hashable, Codable {
    /// The chunk's id.
    package var chunk: String
    /// The engine.
    package var backend: BackendRef
    /// The model or the procedure.
    package var model: String
    /// What the model is told to be; rendered like the prompt.
    package var system: String?
    /// What the model is asked.
    package var prompt: String
    /// Sent to the engine, every one.
    package var parameters: [String: JSON]

    /// Collects a step.
    package init(chunk: String, backend: BackendRef, model: String, system: String?, prompt: String, parameters: [String: JSON]) {
        self.chunk = chunk
        self.backend = backend
        self.model = model
        self.system = system
        self.prompt = prompt
        self.parameters = parameters
    }
}

/// One requested output: one config, run once, that makes one or more files.
package struct OutputPlan: Sendable, Hashable, Codable {
    /// The index of its first file among all files of the run: the `{index}` of media URLs.
    package var index: Int
    /// How many files it makes.
    package var count: Int
    /// Id of the output config.
    package var config: String
    package var medium: Medium
    package var backend: BackendRef
    /// The model or the procedure.
    package var model: String
    /// Values by name, defaults filled in.
    package var parameters: [String: JSON]
    package var seed: UInt32

    /// Collects an output.
    package init(
        index: Int,
        count: Int = 1,
        config: String,
        medium: Medium,
        backend: BackendRef,
        model: String,
        parameters: [String: JSON],
        seed: UInt32
    ) {
        self.index = index
        self.count = count
        self.config = config
        self.medium = medium
        self.backend = backend
        self.model = model
        self.parameters = parameters
        self.seed = seed
    }
}

/// An engine, as it was when it was chosen.
package struct BackendRef: Sendable, Hashable, Codable {
    /// Its id in the settings.
    package var id: String
    /// Which protocol it speaks.
    package var kind: BackendKind
    /// Where it is; nil for the built-in one.
    package var url: String?

    /// Names an engine.
    package init(id: String, kind: BackendKind, url: String? = nil) {
        self.id = id
        self.kind = kind
        self.url = url
    }

    /// The engine that needs nothing installed: procedures, no models.
    package static let builtin = BackendRef(id: "builtin", kind: .builtin)
}

/// The protocols that engines speak.
package enum BackendKind: String, Sendable, Hashable, Codable, CaseIterable {
    case comfyui
    case swarmui
    case ollama
    case openai
    case http
    case builtin
}

/// Which engine a stage uses, and why.
package struct Routing: Sendable, Hashable, Codable {
    package var stage: Int
    package var backend: String
    package var kind: BackendKind
    package var url: String?
    package var model: String
    /// Ids of the engines that could have done it.
    package var candidates: [String]
    /// Why this one, for a person.
    package var reason: String

    /// Explains a choice.
    package init(stage: Int, backend: BackendRef, model: String, candidates: [String], reason: String) {
        self.stage = stage
        self.backend = backend.id
        self.kind = backend.kind
        self.url = backend.url
        self.model = model
        self.candidates = candidates
        self.reason = reason
    }
}
