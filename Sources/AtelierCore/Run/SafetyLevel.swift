/// How strict the checks are, from strict to open.
package enum SafetyLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case kids
    case youth
    case adult
    case research

    /// Reads a level; `off` means `research`.
    ///
    /// - Throws: ``Failure`` with `unknown_safety_level`.
    package init(named name: String) throws {
        guard let level = SafetyLevel(rawValue: name == "off" ? "research" : name) else {
            throw Failure.unknown(
                .unknownSafetyLevel,
                thing: "safety level",
                name: name,
                known: Self.allCases.map(\.rawValue) + ["off"]
            )
        }
        self = level
    }

    /// Whether a check that cannot be made blocks.
    package var failsClosed: Bool { self == .kids || self == .youth }

    /// Stricter levels come first.
    package static func < (left: SafetyLevel, right: SafetyLevel) -> Bool {
        (Self.allCases.firstIndex(of: left) ?? 0) < (Self.allCases.firstIndex(of: right) ?? 0)
    }
}

/// How much effort the text models make.
package enum ExecutionMode: String, Sendable, Hashable, Codable, CaseIterable {
    case eco
    case fast

    /// Reads a mode.
    ///
    /// - Throws: ``Failure`` with `unknown_execution_mode`.
    package init(named name: String) throws {
        guard let mode = ExecutionMode(rawValue: name) else {
            throw Failure.unknown(
                .unknownExecutionMode,
                thing: "execution mode",
                name: name,
                known: Self.allCases.map(\.rawValue)
            )
        }
        self = mode
    }
}
