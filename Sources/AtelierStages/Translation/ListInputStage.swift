package import AtelierCore

/// Stage 1 without a translator: the text stays as it is, and the word lists judge it.
package struct ListInputStage: InputStage {
    private let lists: WordLists

    /// Judges by these lists.
    package init(lists: WordLists) { self.lists = lists }

    package func translate(_ text: String, _ context: StageContext) async throws -> Translation {
        Translation(text: text, isTranslated: false)
    }

    package func check(_ texts: [String], _ context: StageContext) async throws -> Verdict {
        self.lists.judge(texts, at: context.plan.safety.effective)
    }
}
