package import AtelierCore

/// Stage 2: renders each chunk of the pipeline and sends it to its engine, each on the result of the one before.
package struct PipelineInterception: InterceptionStage {
    private let backends: [BackendKind: any TextBackend]

    /// Sends chunks to these engines.
    package init(backends: [BackendKind: any TextBackend]) { self.backends = backends }

    package func transform(_ text: String, iteration: Int, _ context: StageContext) async throws -> TextAnswer {
        var answer = TextAnswer(text: text, metadata: [:])
        for (place, step) in context.plan.interception.steps.enumerated() {
            let values = Self.values(for: step, input: text, previous: answer.text, isFirst: place == 0, context.plan)
            let order = TextOrder(
                run: context.run,
                step: step,
                system: try step.system.map { try Template.render($0, with: values) },
                prompt: try Template.render(step.prompt, with: values),
                seed: context.plan.seed &+ UInt32(iteration * 16 + place)
            )
            answer = try await self.backend(step).complete(order, progress: context.progress)
        }
        guard !answer.text.trimmed.isEmpty else {
            throw Failure(.outputInvalid, "The rule left nothing of the text.", hint: "Try a longer idea or another rule.")
        }
        return answer
    }

    private func backend(_ step: StepPlan) throws -> any TextBackend {
        guard let backend = self.backends[step.backend.kind] else {
            throw Failure(.backendUnavailable, "This version cannot call text engines of kind \(step.backend.kind.rawValue).")
        }
        return backend
    }

    /// What the placeholders stand for.
    ///
    /// Values go in once and are never scanned again.
    private static func values(for step: StepPlan, input: String, previous: String, isFirst: Bool, _ plan: Plan) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in step.parameters {
            values[name.uppercased()] = value.string ?? String(decoding: value.canonical, as: UTF8.self)
        }
        // What comes into the first chunk is a text, however much it looks like an answer.
        if !isFirst, case .object(let keys)? = try? JSON(parsing: previous.utf8) {  // tidy: most answers are no JSON, and that is fine
            for (name, value) in keys { values[name] = value.string ?? String(decoding: value.canonical, as: UTF8.self) }
        }
        values["INPUT_TEXT"] = input
        values["PREVIOUS_OUTPUT"] = previous
        values["CONTEXT"] = plan.context
        values["TASK_INSTRUCTION"] = plan.interception.instruction
        return values
    }
}
