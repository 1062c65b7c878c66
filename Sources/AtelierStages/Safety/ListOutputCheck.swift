package import AtelierCore

/// Stage 3 without a model: the word lists judge the text that an output is to be made from.
package struct ListOutputCheck: OutputCheckStage {
    private let lists: WordLists

    /// Judges by these lists.
    package init(lists: WordLists) { self.lists = lists }

    package func check(_ text: String, for output: OutputPlan, _ context: StageContext) async throws -> Verdict {
        self.lists.judge([text], at: context.plan.safety.effective)
    }
}
