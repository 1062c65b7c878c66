package import AtelierCore

/// What the settings say about planning.
package struct PlanningRules: Sendable {
    package var safety: SafetySettings
    package var defaults: DefaultSettings
    package var models: [ModelRole: ModelChoice]
    /// Every engine there is, the built-in one included.
    package var backends: [BackendRef]
    package var limits: Limits

    /// Takes what planning needs from the settings, and the engines that can really be called.
    package init(_ settings: Settings, backends: [BackendRef]) {
        self.safety = settings.safety
        self.defaults = settings.defaults
        self.models = settings.models
        self.backends = backends
        self.limits = settings.limits
    }

    /// The engine and model that a processing chunk uses.
    ///
    /// - Throws: ``Failure`` with `backend_unavailable` when it needs a text model and none is configured.
    func engine(for chunk: Chunk, mode: ExecutionMode) throws -> (backend: BackendRef, model: String, reason: String) {
        if chunk.backendKind == .builtin {
            guard let model = chunk.model else { throw Failure(.invalidRequest, "The chunk names no built-in procedure ('model').") }
            return (.builtin, model, "The rule is a procedure; it needs no model.")
        }
        guard let choice = self.models[ModelRole(.interception, mode)], let backend = self.backend(choice.backend) else {
            throw Failure(
                .backendUnavailable,
                "This rule needs a text model, and none is configured.",
                hint:
                    "Configure an engine and set models.interception.\(mode.rawValue) {backend, model}; or pick a rule that is a procedure."
            )
        }
        return (backend, choice.model, "Configured as models.interception.\(mode.rawValue).")
    }

    /// An engine by its id.
    func backend(_ id: String) -> BackendRef? { self.backends.first { $0.id == id } }
}
