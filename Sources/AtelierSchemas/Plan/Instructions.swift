import AtelierCore

/// What `{{TASK_INSTRUCTION}}` stands for, by a config's `instruction_type`.
enum Instructions {
    private static let texts = [
        "transformation":
            "Rework the text below so that it follows the rule. Keep what the text is about; let the rule decide how it is said and seen. "
            + "Answer with the new text alone, without remarks.",
        "passthrough": "Answer with the text below as it is.",
    ]

    /// The instruction of a type; `transformation` where none is named.
    ///
    /// - Throws: ``Failure`` with `invalid_request` for a type that there is not.
    static func text(_ type: String?) throws -> String {
        let type = type ?? "transformation"
        guard let text = Self.texts[type] else {
            throw Failure.unknown(.invalidRequest, thing: "instruction type", name: type, known: Self.texts.keys)
        }
        return text
    }
}
