/// An engine that answers with text: a model, or a procedure.
package protocol TextBackend: Sendable {
    /// Transforms a text.
    ///
    /// - Parameters:
    ///   - order: What is asked.
    ///   - progress: Told of the text as it is written, in pieces.
    /// - Returns: The whole answer, never empty.
    /// - Throws: ``Failure`` with `backend_unavailable`, `backend_rejected`, `timed_out`, `output_invalid` for an empty answer.
    func complete(_ order: TextOrder, progress: ProgressSink) async throws -> TextAnswer
}

/// What a text engine is asked.
package struct TextOrder: Sendable {
    package var run: RunID
    package var backend: BackendRef
    /// The model or the procedure.
    package var model: String
    package var system: String?
    package var prompt: String
    package var parameters: [String: JSON]
    package var seed: UInt32

    /// Collects an order.
    package init(run: RunID, step: StepPlan, system: String?, prompt: String, seed: UInt32) {
        self.run = run
        self.backend = step.backend
        self.model = step.model
        self.system = system
        self.prompt = prompt
        self.parameters = step.parameters
        self.seed = seed
    }
}

/// What a text engine answered.
package struct TextAnswer: Sendable, Hashable {
    package var text: String
    /// What is worth keeping about how it came about.
    package var metadata: [String: JSON]

    /// Pairs a text with its making.
    package init(text: String, metadata: [String: JSON]) {
        self.text = text
        self.metadata = metadata
    }
}

/// An engine that makes pictures, sound, films or code.
package protocol MediaBackend: Sendable {
    /// Makes the files of one output, in order. Cancelling the task stops the engine before this returns.
    ///
    /// - Throws: ``Failure`` with `backend_unavailable`, `backend_rejected`, `timed_out`, `outcome_unknown`, `output_invalid`.
    func generate(_ order: MediaOrder, progress: ProgressSink) async throws -> [GeneratedFile]
}

/// What a media engine is asked.
package struct MediaOrder: Sendable {
    package var run: RunID
    package var attempt: Int
    package var output: OutputPlan
    /// The text to make it from.
    package var text: String
    /// The interception config that made the text.
    package var schema: String

    /// Collects an order.
    package init(run: RunID, attempt: Int, output: OutputPlan, text: String, schema: String) {
        self.run = run
        self.attempt = attempt
        self.output = output
        self.text = text
        self.schema = schema
    }
}

/// A file that an engine made.
package struct GeneratedFile: Sendable {
    package var content: Content
    /// What is worth keeping about how it came about.
    package var metadata: [String: JSON]

    /// Pairs a file with its making.
    package init(content: Content, metadata: [String: JSON]) {
        self.content = content
        self.metadata = metadata
    }
}

/// Takes news that may be lost: text as it is written, steps, previews.
///
/// Never waits.
package struct ProgressSink: Sendable {
    private let send: @Sendable (JSON) -> Void

    /// Hands news to `send`.
    package init(_ send: @escaping @Sendable (JSON) -> Void) { self.send = send }

    /// Tells news.
    package func callAsFunction(_ news: JSON) { self.send(news) }
}
