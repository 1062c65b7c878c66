package import AtelierCore

/// A pipeline: which chunks run, in order.
///
/// Unknown fields are ignored.
package struct Pipeline: Sendable, Decodable {
    package var name: String?
    /// Ids of chunks; one may be `{{OUTPUT_CHUNK}}`, filled from the config's parameters.
    package var chunks: [String]
    package var requiresInterceptionPrompt: Bool?
    package var skipStage2: Bool?
    package var defaults: Defaults?

    /// What applies where the config does not say.
    package struct Defaults: Sendable, Decodable {
        package var parameters: [String: JSON]?
    }

    /// The chunks that a config's parameters make of this pipeline.
    ///
    /// - Throws: ``Failure`` with `invalid_request` for a placeholder without a parameter.
    func chunks(for config: Config) throws -> [String] {
        let names = config.parameters.compactMapValues(\.string)
        return try self.chunks.map { try Template.render($0, with: Dictionary(names.map { ($0.uppercased(), $1) }) { $1 }) }
    }

    private enum CodingKeys: String, CodingKey {
        case name, chunks, defaults
        case requiresInterceptionPrompt = "requires_interception_prompt"
        case skipStage2 = "skip_stage2"
    }
}
