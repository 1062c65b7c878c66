extension BackendSettings {
    /// What can be said of an engine beside its id.
    static let fields = ["kind", "url", "key_env", "key_file", "concurrency", "timeouts"]
}

extension Settings {
    /// Puts a value of `backends.<id>.<field>`; the first one of an id makes the engine.
    mutating func putBackend(_ path: String, _ value: JSON) throws {
        let names = path.split(separator: ".").map(String.init)
        guard names.count == 3, BackendSettings.fields.contains(names[2]) else {
            throw Failure.unknown(.unknownSetting, thing: "setting of an engine", name: names.last ?? "", known: BackendSettings.fields)
        }
        let place: Int
        if let found = self.backends.firstIndex(where: { $0.id == names[1] }) {
            place = found
        } else {
            place = self.backends.count
            self.backends.append(BackendSettings(id: names[1], kind: .http))
        }
        try self.backends[place].put(names[2], value)
    }

    /// Puts a value of `models.<part>.<mode>.<field>`.
    mutating func putModel(_ path: String, _ value: JSON) throws {
        let names = path.split(separator: ".").map(String.init)
        guard names.count == 4, let part = ModelRole.Part(rawValue: names[1]), let mode = ExecutionMode(rawValue: names[2]),
            ["backend", "model"].contains(names[3])
        else {
            let known = ModelRole.Part.allCases.flatMap { part in
                ExecutionMode.allCases.flatMap { mode in ["backend", "model"].map { "models.\(part.rawValue).\(mode.rawValue).\($0)" } }
            }
            throw Failure.unknown(.unknownSetting, thing: "setting", name: path, known: known)
        }
        guard let text = value.string else { throw SettingKey.Expected(what: "a text") }
        let role = ModelRole(part, mode)
        var choice = self.models[role] ?? ModelChoice(backend: "", model: "")
        if names[3] == "backend" { choice.backend = text } else { choice.model = text }
        self.models[role] = choice
    }
}

extension BackendSettings {
    fileprivate mutating func put(_ field: String, _ value: JSON) throws {
        switch field {
        case "kind":
            let name = value.string ?? ""
            guard let kind = BackendKind(rawValue: name) else {
                throw Failure.unknown(.unknownBackend, thing: "kind of engine", name: name, known: BackendKind.allCases.map(\.rawValue))
            }
            self.kind = kind
        case "concurrency": self.concurrency = try SettingKey.whole(value, in: 1...64)
        case "timeouts":
            // Held by the engines that have them; each kind checks its own names when it is built.
            guard value.object != nil else { throw SettingKey.Expected(what: "an object of time-outs in seconds") }
        default:
            guard let text = value.string else { throw SettingKey.Expected(what: "a text") }
            if field == "url" { self.url = text }
            if field == "key_env" { self.keyEnvironment = text }
            if field == "key_file" { self.keyFile = text }
        }
    }
}
