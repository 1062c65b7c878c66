package import AtelierCore

/// One disagreement between rows and folders.
package struct AuditFinding: Sendable, Hashable {
    /// The run; nil for what lies outside every run's folder.
    package var run: RunID?
    package var kind: Kind
    /// Below the data directory; nil when it is about the rows alone.
    package var file: String?
    /// What disagrees.
    package var sentence: String
    /// What `--repair` does about it.
    package var action: Action

    /// The kinds of disagreement (docs/contract.md, section 6).
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Rows name a file, or a folder, that is not there.
        case missing
        /// A file, or a folder, that nobody recorded.
        case extra
        /// Bytes that are not those that were recorded.
        case changed
        /// Something that was begun and never finished.
        case half
        /// A run's folder without a row.
        case orphan
        /// Links that do not recompute, or entities that differ between rows and `metadata.json`.
        case brokenChain = "broken_chain"
        /// Rows and `metadata.json` tell of different ends.
        case status
    }

    /// What can be done without inventing anything.
    package enum Action: Sendable, Hashable {
        /// Rows and files agree: `metadata.json` follows from them.
        case rewriteMetadata
        /// The folder is sound: its rows follow from it.
        case restoreRows
        /// Out of the way, into the audit's own folder.
        case moveAside
        /// Nothing can bring it back, or nobody but a person can say what is right.
        case none(String)

        /// The name in `--json`.
        package var name: String {
            switch self {
            case .rewriteMetadata: "rewrite_metadata"
            case .restoreRows: "restore_rows"
            case .moveAside: "move_aside"
            case .none: "none"
            }
        }

        /// What would be done, for a person.
        package var sentence: String {
            switch self {
            case .rewriteMetadata: "write metadata.json again from the rows"
            case .restoreRows: "make the rows again from the folder"
            case .moveAside: "move it aside"
            case .none(let reason): "none: \(reason)"
            }
        }

        /// Whether `--repair` does something.
        package var isRepair: Bool { if case .none = self { false } else { true } }
    }

    /// Collects a finding.
    package init(_ kind: Kind, run: RunID?, file: String?, _ sentence: String, _ action: Action) {
        self.run = run
        self.kind = kind
        self.file = file
        self.sentence = sentence
        self.action = action
    }

    /// The finding in `atelier audit --json`.
    package var document: JSON {
        .compact([
            "run_id": .text(self.run?.text), "kind": .string(self.kind.rawValue), "file": .text(self.file),
            "message": .string(self.sentence), "action": .string(self.action.name),
            "reason": { if case .none(let reason) = self.action { JSON.string(reason) } else { nil } }(),
        ])
    }

    /// The finding as a line.
    package var line: String {
        "\(self.run?.text ?? "-")  \(self.kind.rawValue)  \(self.file ?? "-")  \(self.sentence)  [\(self.action.sentence)]"
    }
}
