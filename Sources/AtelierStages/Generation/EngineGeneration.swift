package import AtelierCore

/// Stage 4: hands an output to its engine.
package struct EngineGeneration: GenerationStage {
    private let backends: [BackendKind: any MediaBackend]

    /// Hands outputs to these engines.
    package init(backends: [BackendKind: any MediaBackend]) { self.backends = backends }

    package func generate(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> [GeneratedFile] {
        guard let backend = self.backends[output.backend.kind] else {
            throw Failure(.backendUnavailable, "This version cannot call engines of kind \(output.backend.kind.rawValue).")
        }
        let order = MediaOrder(run: context.run, attempt: context.attempt, output: output, text: text, schema: context.plan.schema)
        return try await backend.generate(order, progress: context.progress)
    }
}
