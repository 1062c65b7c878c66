import AtelierCore
import AtelierSchemas

/// `atelier schemas`: the rules and outputs, and whether each can run now.
enum SchemasCommand: Command {
    static let name = "schemas"
    static let usage = "atelier schemas [--json]"
    static let summary = "Lists rules and outputs, whether each can run now, and why not."
    static let options: [Option] = []

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        let entries = try Composition(arguments).planner.entries()
        try terminal.result(.array(entries.map(\.document))) {
            entries.map { entry in
                let state = entry.reason.map { "no: \($0)" } ?? "yes"
                let hidden = entry.shadows.isEmpty ? "" : "  (hides the one of \(entry.shadows.joined(separator: ", ")))"
                return "\(entry.stage.rawValue)  \(entry.id)  \(entry.name.en)  – \(state)\(hidden)"
            }
        }
        return 0
    }
}

extension CatalogueEntry {
    /// As `--json` lists it.
    fileprivate var document: JSON {
        .compact([
            "id": .string(self.id), "stage": .string(self.stage.rawValue),
            "name": ["en": .string(self.name.en), "de": .string(self.name.de)], "available": .bool(self.reason == nil),
            "reason": .text(self.reason) ?? .null, "namespace": .string(self.namespace),
            "shadows": self.shadows.isEmpty ? nil : .array(self.shadows.map(JSON.string)),
        ])
    }
}

/// `atelier config`: every effective value, where it came from, and what it overrode.
enum ConfigCommand: Command {
    static let name = "config"
    static let usage = "atelier config [--json]"
    static let summary = "Prints every setting, its source, and what it overrode."
    static let options: [Option] = ServeCommand.options

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        let effective = try Composition(arguments, flags: ServeCommand.flags).resolved.effective
        try terminal.result(.array(effective.map(\.document))) {
            effective.map { setting in
                let overrode = setting.overrode.map { ", overrode \($0.value.shown) (\($0.source))" }.joined()
                let note = setting.source == .default ? "" : overrode
                return "\(setting.path) = \(setting.value.shown)  [\(setting.source)\(note)]"
            }
        }
        return 0
    }
}

extension EffectiveSetting {
    /// As `--json` lists it.
    fileprivate var document: JSON {
        [
            "key": .string(self.path), "value": self.value, "source": .string(self.source.description),
            "overrode": .array(self.overrode.map { ["value": $0.value, "source": .string($0.source.description)] }),
        ]
    }
}

extension JSON {
    fileprivate var shown: String { String(decoding: self.canonical, as: UTF8.self) }
}
