import AtelierCore

/// Reads the fields of `POST /api/runs`, strictly: an unknown field is refused with the nearest known one.
struct RunBody {
    private let members: [String: JSON]

    static let known = [
        "schema", "input_text", "outputs", "output_config", "execution_mode", "safety_level", "user_language", "context_prompt", "backend",
        "seed", "parameters", "pause_after", "user_id", "session_id", "device_id",
    ]

    init(_ members: [String: JSON]) { self.members = members }

    /// The request.
    ///
    /// - Throws: ``Failure`` with `unknown_field` or `invalid_request`.
    func request(owner: String) throws -> RunRequest {
        if let odd = self.members.keys.sorted().first(where: { !Self.known.contains($0) }) {
            throw Failure.unknown(.unknownField, thing: "field", name: odd, known: Self.known)
        }
        let labels = RunLabels(
            owner: owner,
            userID: try self.label("user_id"),
            sessionID: try self.label("session_id"),
            deviceID: try self.label("device_id")
        )
        var request = RunRequest(schema: try self.required("schema"), inputText: try self.required("input_text"), labels: labels)
        request.outputs = try self.texts("outputs", allowingOne: false)
        request.outputConfigs = try self.texts("output_config", allowingOne: true)
        request.executionMode = try self.text("execution_mode")
        request.safetyLevel = try self.text("safety_level")
        request.userLanguage = try self.text("user_language")
        request.contextPrompt = try self.text("context_prompt")
        request.backend = try self.text("backend")
        request.seed = try self.seed()
        request.parameters = try self.parameters()
        request.pauseAfter = try self.pauses()
        return request
    }

    private func given(_ name: String) -> JSON? { self.members[name].flatMap { $0.isNull ? nil : $0 } }

    func text(_ name: String) throws -> String? {
        guard let value = self.given(name) else { return nil }
        guard let text = value.string else { throw Failure(.invalidRequest, "'\(name)' must be a text.") }
        return text
    }

    func required(_ name: String) throws -> String {
        guard let text = try self.text(name) else { throw Failure(.invalidRequest, "The field '\(name)' is missing.") }
        return text
    }

    private func label(_ name: String) throws -> String? {
        let text = try self.text(name)
        guard (text?.utf8.count ?? 0) <= 200 else { throw Failure(.invalidRequest, "'\(name)' may have at most 200 bytes.") }
        return text
    }

    func texts(_ name: String, allowingOne: Bool) throws -> [String]? {
        guard let value = self.given(name) else { return nil }
        if allowingOne, let text = value.string { return [text] }
        let texts = value.array?.compactMap(\.string)
        guard let texts, texts.count == value.array?.count else { throw Failure(.invalidRequest, "'\(name)' must be a list of texts.") }
        return texts
    }

    func seed() throws -> UInt32? {
        guard let value = self.given("seed") else { return nil }
        guard let seed = value.integer.flatMap(UInt32.init(exactly:)) else {
            throw Failure(.invalidRequest, "'seed' must be a whole number from 0 to \(UInt32.max).")
        }
        return seed
    }

    private func parameters() throws -> [String: JSON] {
        guard let value = self.given("parameters") else { return [:] }
        guard let members = value.object else { throw Failure(.invalidRequest, "'parameters' must be an object.") }
        return members
    }

    private func pauses() throws -> [Int] {
        guard let value = self.given("pause_after") else { return [] }
        let stages = value.array?.compactMap(\.integer).map(Int.init)
        guard let stages, stages.count == value.array?.count else {
            throw Failure(.invalidRequest, "'pause_after' must be a list of stage numbers.")
        }
        return stages
    }
}
