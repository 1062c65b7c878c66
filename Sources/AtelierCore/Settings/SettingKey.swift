/// One setting: its path, what it may hold, and where its value goes.
struct SettingKey: Sendable {
    var path: String
    var value: @Sendable (Settings) -> JSON
    /// Puts a value in; throws the sentence that says what was expected.
    var put: @Sendable (JSON, inout Settings) throws(Expected) -> Void

    /// What a value should have been.
    struct Expected: Error {
        var what: String
    }
}

extension SettingKey {
    /// Every setting with a fixed path.
    ///
    /// Engines and models have paths of their own making (`SettingsResolver`).
    static let all: [SettingKey] = Self.server + Self.rest + Self.outputs + Limits.keys

    private static let server: [SettingKey] = [
        text("server.host", \.server.host),
        SettingKey(path: "server.port", value: { .integer(Int64($0.server.port)) }) { (value, settings) throws(Expected) in
            settings.server.port = try whole(value, in: 0...65535)
        },
        optionalText("server.public_url", \.server.publicURL),
        list("server.trusted_proxies", \.server.trustedProxies),
        list("server.allowed_hosts", \.server.allowedHosts),
    ]

    private static let rest: [SettingKey] = [
        optionalText("store.url", \.storeURL),
        optionalText("archive.url", \.archiveURL),
        optionalText("defaults.backend", \.defaults.backend),
        level("defaults.safety_level", \.defaults.safetyLevel),
        level("safety.floor", \.safety.floor),
        flag("safety.allow_cloud", \.safety.allowCloud),
        flag("safety.list_only", \.safety.listOnly),
    ]

    private static let outputs: [SettingKey] = Medium.allCases.map { medium in
        SettingKey(path: "defaults.outputs.\(medium.rawValue)", value: { .text($0.defaults.outputs[medium]) ?? .null }) {
            (value, settings) throws(Expected) in
            guard let text = value.string else { throw Expected(what: "the id of an output config") }
            settings.defaults.outputs[medium] = text
        }
    }

    private typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

    private static func text(_ path: String, _ member: Path<String>) -> SettingKey {
        SettingKey(path: path, value: { .string($0[keyPath: member]) }) { (value, settings) throws(Expected) in
            guard let text = value.string, !text.isEmpty else { throw Expected(what: "a text") }
            settings[keyPath: member] = text
        }
    }

    private static func optionalText(_ path: String, _ member: Path<String?>) -> SettingKey {
        SettingKey(path: path, value: { .text($0[keyPath: member]) ?? .null }) { (value, settings) throws(Expected) in
            guard let text = value.string, !text.isEmpty else { throw Expected(what: "a text") }
            settings[keyPath: member] = text
        }
    }

    private static func list(_ path: String, _ member: Path<[String]>) -> SettingKey {
        SettingKey(path: path, value: { .array($0[keyPath: member].map(JSON.string)) }) { (value, settings) throws(Expected) in
            // A variable holds a list as a text with commas.
            let items = value.array ?? value.string?.split(separator: ",").map { .string($0.trimmed) }
            let texts = items?.compactMap(\.string)
            guard let texts, texts.count == items?.count else { throw Expected(what: "a list of texts") }
            settings[keyPath: member] = texts
        }
    }

    private static func flag(_ path: String, _ member: Path<Bool>) -> SettingKey {
        SettingKey(path: path, value: { .bool($0[keyPath: member]) }) { (value, settings) throws(Expected) in
            guard let flag = value.bool ?? value.string.flatMap(Bool.init) else { throw Expected(what: "true or false") }
            settings[keyPath: member] = flag
        }
    }

    private static func level(_ path: String, _ member: Path<SafetyLevel>) -> SettingKey {
        SettingKey(path: path, value: { .string($0[keyPath: member].rawValue) }) { (value, settings) throws(Expected) in
            do {
                settings[keyPath: member] = try SafetyLevel(named: value.string ?? "")
            } catch {
                throw Expected(what: "one of kids, youth, adult, research")
            }
        }
    }

    /// A whole number, also as the text that a variable or a flag holds.
    static func whole(_ value: JSON, in range: ClosedRange<Int>) throws(Expected) -> Int {
        guard let number = value.integer.map(Int.init) ?? value.string.flatMap({ Int($0) }), range.contains(number) else {
            throw Expected(what: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension Limits {
    /// Every bound by the name that `atelier config` lists it under.
    private static let members: [(String, any WritableKeyPath<Limits, Int> & Sendable)] = [
        ("text_bytes", \.textBytes), ("body_bytes", \.bodyBytes), ("outputs_per_run", \.outputsPerRun),
        ("pixels_per_side", \.pixelsPerSide), ("pixels_decoded", \.pixelsDecoded), ("iterations", \.iterations),
        ("queued_runs", \.queuedRuns), ("concurrent_runs", \.concurrentRuns), ("builtin_slots", \.builtinSlots),
        ("lease_seconds", \.leaseSeconds), ("attempts", \.attempts), ("waiting", \.waitingDays),
        ("idempotency_hours", \.idempotencyHours), ("media_seconds", \.mediaSeconds), ("media_memory_bytes", \.mediaMemoryBytes),
        ("output_bytes", \.outputBytes), ("disk_reserve_bytes", \.diskReserveBytes), ("connections", \.connections),
        ("connections_per_address", \.connectionsPerAddress), ("connection_memory_bytes", \.connectionMemoryBytes),
        ("header_seconds", \.headerSeconds), ("body_seconds", \.bodySeconds), ("idle_seconds", \.idleSeconds),
        ("stream_comment_seconds", \.streamCommentSeconds),
        ("stream_buffer_bytes", \.streamBufferBytes), ("page_rows", \.pageRows), ("execute_wait_seconds", \.executeWaitSeconds),
        ("drain_seconds", \.drainSeconds),
    ]

    static let keys: [SettingKey] = Self.members.map { name, member in
        SettingKey(path: "limits.\(name)", value: { .integer(Int64($0.limits[keyPath: member])) }) {
            (value, settings) throws(SettingKey.Expected) in
            settings.limits[keyPath: member] = try SettingKey.whole(value, in: 1...Int(Int32.max) * 1024)
        }
    }
}
