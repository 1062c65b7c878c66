/// Where a setting's value came from.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case `default`
    case file(path: String, line: Int)
    case variable(String)
    case flag(String)

    package var description: String {
        switch self {
        case .default: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .variable(let name): "environment variable \(name)"
        case .flag(let name): "flag \(name)"
        }
    }
}

/// One effective value, its source, and what it overrode.
package struct EffectiveSetting: Sendable {
    package var path: String
    package var value: JSON
    package var source: SettingSource
    /// What would have applied without it, nearest first.
    package var overrode: [(value: JSON, source: SettingSource)]
}

/// Resolves flags, environment, file and defaults into settings, and remembers where each value came from.
package struct SettingsResolver: Sendable {
    private typealias Given = (path: String, value: JSON, source: SettingSource)

    /// The resolved settings.
    package private(set) var settings = Settings()
    /// Every value with its source, in the order of the table.
    package private(set) var effective: [EffectiveSetting] = []

    /// Resolves.
    ///
    /// - Parameters:
    ///   - flags: Path, value and flag as typed, for example `server.port`.
    ///   - environment: The process's variables; only those that begin with `ATELIER_` count.
    ///   - file: The settings file's path and contents, if there is one.
    /// - Throws: ``Failure`` with `refused_start`: unknown keys with the nearest known one, wrong values, broken files, two engines with one
    ///   URL.
    package init(
        flags: [(path: String, value: String, flag: String)],
        environment: [String: String],
        file: (path: String, bytes: [UInt8])?
    ) throws {
        let fromFile = try file.map { try Self.flatten($0.path, $0.bytes) } ?? []
        let backendIDs = Self.backendIDs(in: fromFile)
        let fromEnvironment = try Self.read(environment, backendIDs: backendIDs)
        let fromFlags: [Given] = flags.map { ($0.path, .string($0.value), .flag($0.flag)) }
        for layer in [fromFile, fromEnvironment, fromFlags] {
            for given in layer { try self.apply(given) }
        }
        let defaults = Settings()
        for key in SettingKey.all {
            var explained = self.explain(key.path, default: key.value(defaults))
            // As it counts, not as it was typed: a variable holds only texts.
            explained.value = key.value(self.settings)
            self.effective.append(explained)
        }
        let fixed = Set(SettingKey.all.map(\.path))
        for path in Set(self.given.map(\.path)).subtracting(fixed).sorted() { self.effective.append(self.explain(path, default: .null)) }
        try self.checkBackends()
    }

    private var given: [Given] = []

    private mutating func apply(_ given: Given) throws {
        self.given.append(given)
        do {
            if let key = SettingKey.all.first(where: { $0.path == given.path }) {
                try key.put(given.value, &self.settings)
            } else if given.path.hasPrefix("backends.") {
                try self.settings.putBackend(given.path, given.value)
            } else if given.path.hasPrefix("models.") {
                try self.settings.putModel(given.path, given.value)
            } else {
                throw Failure.unknown(.unknownSetting, thing: "setting", name: given.path, known: SettingKey.all.map(\.path))
            }
        } catch let expected as SettingKey.Expected {
            throw Failure(.refusedStart, "The setting '\(given.path)' (\(given.source)) must be \(expected.what).")
        } catch let failure as Failure {
            throw Failure(.refusedStart, "\(failure.message) It came from: \(given.source).", hint: failure.hint)
        }
    }

    private func explain(_ path: String, default value: JSON) -> EffectiveSetting {
        var layers: [(value: JSON, source: SettingSource)] = self.given.filter { $0.path == path }.reversed().map { ($0.value, $0.source) }
        layers.append((value, .default))
        let first = layers.removeFirst()
        return EffectiveSetting(path: path, value: first.value, source: first.source, overrode: layers)
    }

    /// A URL without what makes no difference: case, slashes at its end, a port that is the scheme's own.
    private static func plain(_ url: String) -> String {
        let plain = url.lowercased().trimmingSlashes
        let own = plain.hasPrefix("https:") ? ":443" : ":80"
        guard let scheme = plain.firstRange(of: "://") else { return plain }
        let place = plain[scheme.upperBound...].prefix { $0 != "/" }
        guard place.hasSuffix(own) else { return plain }
        return String(plain[..<scheme.upperBound] + place.dropLast(own.count) + plain[place.endIndex...])
    }

    /// Two engines with one URL are one engine under two names: every choice between them would be an illusion.
    private func checkBackends() throws {
        var seen: [String: String] = [:]
        for backend in self.settings.backends {
            guard let url = backend.url else { continue }
            let plain = Self.plain(url)
            if let other = seen[plain] {
                let sources = [other, backend.id].map { id in "\(id): \(self.explain("backends.\(id).url", default: .null).source)" }
                throw Failure(
                    .refusedStart,
                    "The engines '\(other)' and '\(backend.id)' have the same URL \(url) (\(sources.joined(separator: "; "))).",
                    hint: "Give each engine its own URL; 'atelier config' shows where each value comes from."
                )
            }
            seen[plain] = backend.id
        }
    }

    private static func backendIDs(in given: [Given]) -> [String] {
        var ids: [String] = []
        for path in given.map(\.path) where path.hasPrefix("backends.") {
            let id = path.split(separator: ".").dropFirst().first.map(String.init) ?? ""
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }
}

extension StringProtocol {
    fileprivate var trimmingSlashes: String { String(self.reversed().drop { $0 == "/" }.reversed()) }
}

extension SettingsResolver {
    /// A file's values by path, in its own order of lines.
    private static func flatten(_ path: String, _ bytes: [UInt8]) throws -> [Given] {
        let document: JSON
        do {
            document = try JSON.decode(JSON.self, from: bytes, allowingComments: true)
        } catch let failure as Failure {
            throw Failure(
                .refusedStart,
                "The settings file '\(path)' cannot be read: \(failure.message)",
                hint: "Mend the file.",
                cause: failure
            )
        }
        guard let members = document.object else {
            throw Failure(.refusedStart, "The settings file '\(path)' must hold one JSON object.")
        }
        let lines = KeyLines(of: bytes)
        var given: [Given] = []
        func add(_ value: JSON, at keys: [String], named names: [String]) throws {
            if keys == ["backends"] {
                for (index, backend) in try Self.engines(value, path).enumerated() {
                    let id = backend["id"]?.string ?? ""
                    for (key, value) in (backend.object ?? [:]).sorted(by: { $0.key < $1.key }) where key != "id" {
                        try add(value, at: ["backends", String(index), key], named: ["backends", id, key])
                    }
                }
            } else if let object = value.object, names.first != "backends" || names.count < 3 {
                if object.isEmpty { try Self.checkGroup(names.joined(separator: "."), path) }
                for (key, value) in object.sorted(by: { $0.key < $1.key }) { try add(value, at: keys + [key], named: names + [key]) }
            } else {
                given.append((names.joined(separator: "."), value, .file(path: path, line: lines.line(of: keys))))
            }
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) { try add(value, at: [key], named: [key]) }
        return given
    }

    /// The engines of a file: each an object with an id of its own and a kind.
    private static func engines(_ value: JSON, _ path: String) throws -> [JSON] {
        guard let engines = value.array else { throw Failure(.refusedStart, "'backends' in '\(path)' must be a list of engines.") }
        var ids: Set<String> = []
        for (index, engine) in engines.enumerated() {
            guard let id = engine["id"]?.string, !id.isEmpty else {
                throw Failure(.refusedStart, "An engine in '\(path)' (backends[\(index)]) has no id.")
            }
            guard ids.insert(id).inserted else {
                throw Failure(.refusedStart, "Two engines in '\(path)' have the id '\(id)'.", hint: "Give each engine its own id.")
            }
            guard engine["kind"] != nil else {
                let kinds = BackendKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(.refusedStart, "The engine '\(id)' in '\(path)' has no kind.", hint: "Known: \(kinds).")
            }
        }
        return engines
    }

    /// An empty object sets nothing, but its name must be right all the same.
    private static func checkGroup(_ name: String, _ path: String) throws {
        let known = SettingKey.all.map(\.path)
        let isGroup = name.hasPrefix("models") || known.contains { $0.hasPrefix(name + ".") }
        guard !isGroup else { return }
        let groups = Set((known + ["models", "backends"]).map { String($0.prefix { $0 != "." }) }).sorted()
        let failure = Failure.unknown(
            .unknownSetting,
            thing: "setting",
            name: name,
            known: name.contains(".") ? known : groups
        )
        throw Failure(.refusedStart, "\(failure.message) It came from: \(path).", hint: failure.hint)
    }

    /// The variables that begin with `ATELIER_`, by path.
    private static func read(_ environment: [String: String], backendIDs: [String]) throws -> [Given] {
        var paths: [String: String] = [:]
        for key in SettingKey.all { paths[Self.variable(key.path)] = key.path }
        for id in backendIDs {
            for field in BackendSettings.fields { paths[Self.variable("backends.\(id).\(field)")] = "backends.\(id).\(field)" }
        }
        for part in ModelRole.Part.allCases {
            for mode in ExecutionMode.allCases {
                for field in ["backend", "model"] {
                    let path = "models.\(part.rawValue).\(mode.rawValue).\(field)"
                    paths[Self.variable(path)] = path
                }
            }
        }
        return try environment.filter { $0.key.hasPrefix("ATELIER_") }.sorted { $0.key < $1.key }.map { name, value in
            guard let path = paths[name] else {
                let failure = Failure.unknown(.unknownSetting, thing: "setting for the variable", name: name, known: paths.keys)
                throw Failure(.refusedStart, failure.message, hint: failure.hint)
            }
            return (path, .string(value), .variable(name))
        }
    }

    private static func variable(_ path: String) -> String {
        "ATELIER_" + String(path.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
