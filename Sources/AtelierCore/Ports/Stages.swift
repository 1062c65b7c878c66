/// What every stage may know of the run that it works for.
package struct StageContext: Sendable {
    package var run: RunID
    package var attempt: Int
    package var plan: Plan
    package var progress: ProgressSink

    /// Collects a context.
    package init(run: RunID, attempt: Int, plan: Plan, progress: ProgressSink) {
        self.run = run
        self.attempt = attempt
        self.plan = plan
        self.progress = progress
    }
}

/// Stage 1: translates and checks a text that a person supplied.
package protocol InputStage: Sendable {
    /// Brings a text into the language that the models work in.
    func translate(_ text: String, _ context: StageContext) async throws -> Translation
    /// Judges texts that a person supplied. At `kids` and `youth` a check that cannot be made blocks.
    func check(_ texts: [String], _ context: StageContext) async throws -> Verdict
}

/// Stage 2: transforms a text by the plan's rule.
package protocol InterceptionStage: Sendable {
    /// Runs the pipeline's chunks once.
    ///
    /// - Parameters:
    ///   - text: The idea, or what the iteration before made of it.
    ///   - iteration: From 0.
    ///   - context: The run.
    /// - Returns: The new text.
    /// - Throws: ``Failure`` of the engine; `output_invalid` when nothing is left of the text.
    func transform(_ text: String, iteration: Int, _ context: StageContext) async throws -> TextAnswer
}

/// Stage 3: judges what is about to be made.
package protocol OutputCheckStage: Sendable {
    /// Judges the text that an output is to be made from.
    func check(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> Verdict
}

/// Stage 4: makes an output.
package protocol GenerationStage: Sendable {
    /// Makes the files of one output.
    func generate(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> [GeneratedFile]
}

/// A text after translation.
package struct Translation: Sendable, Hashable {
    package var text: String
    /// False when the text is the input itself.
    package var isTranslated: Bool

    /// Pairs a text with whether it was translated.
    package init(text: String, isTranslated: Bool) {
        self.text = text
        self.isTranslated = isTranslated
    }
}

/// What a check found: the content of the entities `safety` and `safety_pre_output`.
package struct Verdict: Sendable, Hashable, Codable {
    package var safe: Bool
    package var level: SafetyLevel
    /// Who judged: `list`, or a model's name.
    package var checkedBy: [String]
    package var findings: [Finding]
    /// Why it is not safe, for the person.
    package var reason: LocalizedText?

    /// A term of a list that was found.
    package struct Finding: Sendable, Hashable, Codable {
        /// The term as the list has it.
        package var term: String
        /// The list.
        package var list: String

        /// Names a term and its list.
        package init(term: String, list: String) {
            self.term = term
            self.list = list
        }
    }

    /// Collects a verdict.
    package init(safe: Bool, level: SafetyLevel, checkedBy: [String], findings: [Finding] = [], reason: LocalizedText? = nil) {
        self.safe = safe
        self.level = level
        self.checkedBy = checkedBy
        self.findings = findings
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case safe, level, findings, reason
        case checkedBy = "checked_by"
    }
}
