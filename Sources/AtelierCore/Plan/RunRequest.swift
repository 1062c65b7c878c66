/// What a person asks for: the body of `POST /api/runs`, however it came in.
package struct RunRequest: Sendable, Hashable {
    /// The rule: id of an interception config.
    package var schema: String
    /// The idea, byte for byte.
    package var inputText: String
    /// Which media are wanted; nil: as configured; empty: stages 1 and 2 only.
    package var outputs: [String]?
    /// Output configs by id, in order; nil: as configured.
    package var outputConfigs: [String]?
    /// `eco` or `fast`; nil: `eco`.
    package var executionMode: String?
    /// The safety level that is wanted; nil: the server's default.
    ///
    /// The server's floor holds.
    package var safetyLevel: String?
    /// The person's language, for texts that are addressed to them.
    package var userLanguage: String?
    /// The person's own rule, in place of the config's.
    package var contextPrompt: String?
    /// The engine of stage 4, by id.
    package var backend: String?
    /// Chooses among siblings; nil: chosen by the server and recorded.
    package var seed: UInt32?
    /// Parameters by name, in place of the configs' own.
    package var parameters: [String: JSON]
    /// Whether the text is taken as the result of stage 2: a page that has shown the interception already asks for the output alone.
    package var skipsInterception = false
    /// Stages after which the run waits for the person; only 2.
    package var pauseAfter: [Int]
    /// The run that this one replays.
    package var parent: RunID?
    /// Whose it is and what it is called by.
    package var labels: RunLabels

    /// Asks for the rule to be applied to the idea, everything else as configured.
    package init(schema: String, inputText: String, labels: RunLabels) {
        self.schema = schema
        self.inputText = inputText
        self.parameters = [:]
        self.pauseAfter = []
        self.labels = labels
    }
}

/// Whose a run is, and labels that it can be found by.
///
/// Labels are only labels; the owner decides who may see it.
package struct RunLabels: Sendable, Hashable, Codable {
    /// The credential's subject.
    package var owner: String
    /// As the client said.
    package var userID: String?
    /// As the client said.
    package var sessionID: String?
    /// As the client said.
    package var deviceID: String?

    /// Labels a run; the owner comes from the credential, never from the request.
    package init(owner: String, userID: String? = nil, sessionID: String? = nil, deviceID: String? = nil) {
        self.owner = owner
        self.userID = userID
        self.sessionID = sessionID
        self.deviceID = deviceID
    }

    private enum CodingKeys: String, CodingKey {
        case owner
        case userID = "user_id"
        case sessionID = "session_id"
        case deviceID = "device_id"
    }
}

/// Turns a request into a plan, or says in one sentence why it cannot be done.
///
/// Nothing is queued before.
package protocol Planner: Sendable {
    /// Plans a run.
    ///
    /// - Throws: ``Failure`` with `invalid_request`, an `unknown_…` code, `too_large`, `safety_model_missing`, `backend_unavailable`.
    func plan(_ request: RunRequest) throws -> Plan
}
