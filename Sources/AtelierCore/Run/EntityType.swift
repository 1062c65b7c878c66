/// The types of entities, in the order of a full run (docs/contract.md, section 2).
package enum EntityType: String, Sendable, Hashable, Codable, CaseIterable {
    case configUsed = "config_used"
    case input
    case inputImage = "input_image"
    case translation
    case safety
    case interception
    case safetyPreOutput = "safety_pre_output"
    case outputImage = "output_image"
    case outputAudio = "output_audio"
    case outputMusic = "output_music"
    case outputVideo = "output_video"
    case outputCode = "output_code"
    case outputText = "output_text"
    case error

    /// The medium of an output; nil for everything that is not one.
    package var medium: Medium? { Medium.allCases.first { $0.entityType == self } }
}
