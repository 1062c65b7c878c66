/// What kind of thing an output is.
///
/// A medium comes from the config that asked for it, never from a file's name.
package enum Medium: String, Sendable, Hashable, Codable, CaseIterable {
    case image
    case audio
    case music
    case video
    case code
    case text

    /// The type of the entity that holds an output of this medium, for example `output_image`.
    package var entityType: EntityType {
        switch self {
        case .image: .outputImage
        case .audio: .outputAudio
        case .music: .outputMusic
        case .video: .outputVideo
        case .code: .outputCode
        case .text: .outputText
        }
    }
}
