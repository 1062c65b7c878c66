package import AtelierCore

/// A config: a rule (interception) or a way to make an output.
///
/// Unknown fields are ignored.
package struct Config: Sendable, Decodable {
    package var pipeline: String
    package var name: LocalizedText
    package var description: LocalizedText?
    package var category: LocalizedText?
    /// The rule text.
    package var context: LocalizedText?
    package var instructionType: String?
    package var parameters: [String: JSON]
    package var media: MediaPreferences
    package var meta: [String: JSON]
    package var display: JSON?
    package var tags: JSON?
    package var audience: JSON?

    /// Which outputs a rule goes with.
    package struct MediaPreferences: Sendable, Decodable {
        package var defaultOutput: String?
        package var supportedTypes: [String]?
        package var outputConfigs: [String]?

        private enum CodingKeys: String, CodingKey {
            case defaultOutput = "default_output"
            case supportedTypes = "supported_types"
            case outputConfigs = "output_configs"
        }
    }

    /// Reads a config; `workflow_type` is an alias of `pipeline`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.pipeline =
            try container.decodeIfPresent(String.self, forKey: .pipeline) ?? container.decode(String.self, forKey: .workflowType)
        self.name = try container.decode(LocalizedText.self, forKey: .name)
        self.description = try container.decodeIfPresent(LocalizedText.self, forKey: .description)
        self.category = try container.decodeIfPresent(LocalizedText.self, forKey: .category)
        self.context = try container.decodeIfPresent(LocalizedText.self, forKey: .context)
        self.instructionType = try container.decodeIfPresent(String.self, forKey: .instructionType)
        self.parameters = try container.decodeIfPresent([String: JSON].self, forKey: .parameters) ?? [:]
        self.media = try container.decodeIfPresent(MediaPreferences.self, forKey: .media) ?? MediaPreferences()
        self.meta = try container.decodeIfPresent([String: JSON].self, forKey: .meta) ?? [:]
        self.display = try container.decodeIfPresent(JSON.self, forKey: .display)
        self.tags = try container.decodeIfPresent(JSON.self, forKey: .tags)
        self.audience = try container.decodeIfPresent(JSON.self, forKey: .audience)
    }

    private enum CodingKeys: String, CodingKey {
        case pipeline, name, description, category, context, parameters, meta, display, tags, audience
        case workflowType = "workflow_type"
        case instructionType = "instruction_type"
        case media = "media_preferences"
    }
}
