/// The server's settings, resolved: flag before environment before file before default (docs/contract.md, section 5).
package struct Settings: Sendable, Hashable {
    package var server = ServerSettings()
    /// Where rows are kept; nil: SQLite in the data directory.
    package var storeURL: String?
    /// Where bytes are kept; nil: the data directory.
    package var archiveURL: String?
    package var backends: [BackendSettings] = []
    /// Which engine and model plays which part.
    package var models: [ModelRole: ModelChoice] = [:]
    package var defaults = DefaultSettings()
    package var safety = SafetySettings()
    package var limits = Limits()

    /// The defaults.
    package init() {}
}

/// Where and for whom the server listens.
package struct ServerSettings: Sendable, Hashable {
    package var host = "127.0.0.1"
    package var port = 17801
    package var publicURL: String?
    package var trustedProxies: [String] = []
    package var allowedHosts: [String] = []
}

/// One engine.
package struct BackendSettings: Sendable, Hashable {
    package var id: String
    package var kind: BackendKind
    package var url: String?
    /// Name of the environment variable that holds the key.
    package var keyEnvironment: String?
    /// Path of the file that holds the key.
    package var keyFile: String?
    /// How many outputs it works on at the same time.
    package var concurrency = 1
}

/// A part that a model plays, in one execution mode.
package struct ModelRole: Sendable, Hashable {
    package var part: Part
    package var mode: ExecutionMode

    /// The parts.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case translation
        case safety
        case interception
        case vision
    }

    /// Names a part in a mode.
    package init(_ part: Part, _ mode: ExecutionMode) {
        self.part = part
        self.mode = mode
    }
}

/// An engine and one of its models.
package struct ModelChoice: Sendable, Hashable {
    package var backend: String
    package var model: String
}

/// What applies when a request does not say.
package struct DefaultSettings: Sendable, Hashable {
    /// The engine of stage 4.
    package var backend: String?
    /// Output config by medium.
    package var outputs: [Medium: String] = [:]
    package var safetyLevel = SafetyLevel.kids
}

/// The server's own safety.
package struct SafetySettings: Sendable, Hashable {
    /// The most open level that anybody gets.
    package var floor = SafetyLevel.research
    /// Whether texts of `kids` and `youth` may go to an engine outside the house.
    package var allowCloud = false
    /// Whether engines other than the built-in one may run at `kids` and `youth` on the word list alone.
    package var listOnly = false
}
