package import AtelierCore

/// A chunk: one call of an engine.
///
/// Unknown fields are ignored.
package struct Chunk: Sendable, Decodable {
    /// What the engine is to do.
    package enum Work: Sendable {
        /// Transform a text.
        case processing(system: String?, prompt: String)
        /// Make something of a medium.
        case output(Medium)
    }

    package var work: Work
    package var backendKind: BackendKind
    /// The model or the built-in procedure; nil: chosen by role.
    package var model: String?
    package var parameters: [String: JSON]
    package var requiredPlaceholders: [String]
    /// Parameters that an output takes, with their defaults.
    package var inputs: [String: JSON]

    private struct Meta: Decodable {
        var required_placeholders: [String]?
    }

    private struct Input: Decodable {
        var `default`: JSON?
    }

    /// Reads a chunk; its `type` decides what it is.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(String.self, forKey: .backendType)
        guard let backendKind = BackendKind(rawValue: kind) else {
            throw Failure.unknown(.unknownBackend, thing: "kind of engine", name: kind, known: BackendKind.allCases.map(\.rawValue))
        }
        self.backendKind = backendKind
        self.model = try container.decodeIfPresent(String.self, forKey: .model)
        self.parameters = try container.decodeIfPresent([String: JSON].self, forKey: .parameters) ?? [:]
        self.requiredPlaceholders = try container.decodeIfPresent(Meta.self, forKey: .meta)?.required_placeholders ?? []
        self.inputs = try Self.inputs(container)
        switch try container.decodeIfPresent(String.self, forKey: .type) {
        case nil, "processing_chunk": self.work = try Self.processing(container)
        case "output_chunk": self.work = .output(try Self.medium(container))
        case let type?:
            throw Failure.unknown(.invalidRequest, thing: "type of chunk", name: type, known: ["processing_chunk", "output_chunk"])
        }
    }

    private static func processing(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Work {
        let template = try container.decode(JSON.self, forKey: .template)
        if let prompt = template.string { return .processing(system: nil, prompt: prompt) }
        guard let prompt = template["prompt"]?.string else {
            throw Failure(.invalidRequest, "The field 'template' must be a text, or an object with 'system' and 'prompt'.")
        }
        return .processing(system: template["system"]?.string, prompt: prompt)
    }

    private static func medium(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Medium {
        let name = try container.decode(String.self, forKey: .mediaType)
        guard let medium = Medium(rawValue: name) else {
            throw Failure.unknown(.unknownMedium, thing: "medium", name: name, known: Medium.allCases.map(\.rawValue))
        }
        return medium
    }

    private static func inputs(_ container: KeyedDecodingContainer<CodingKeys>) throws -> [String: JSON] {
        let mappings = try container.decodeIfPresent([String: JSON].self, forKey: .inputMappings) ?? [:]
        // One parameter may go to several places of a graph; its default is the first one's.
        return mappings.mapValues { ($0.array?.first ?? $0)["default"] ?? .null }
    }

    private enum CodingKeys: String, CodingKey {
        case type, template, model, parameters, meta
        case backendType = "backend_type"
        case mediaType = "media_type"
        case inputMappings = "input_mappings"
    }
}
