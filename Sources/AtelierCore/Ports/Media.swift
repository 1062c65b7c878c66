/// What a decoder found in a file that it read to its end.
package struct MediaFacts: Sendable, Hashable, Codable {
    /// Kind by the bytes.
    package var type: MediaType
    /// Pixels, for pictures and films.
    package var width: Int?
    /// Pixels, for pictures and films.
    package var height: Int?
    /// Seconds, for sound and films.
    package var durationSeconds: Double?

    /// Collects what was found.
    package init(type: MediaType, width: Int? = nil, height: Int? = nil, durationSeconds: Double? = nil) {
        self.type = type
        self.width = width
        self.height = height
        self.durationSeconds = durationSeconds
    }
}

/// Decodes a media file completely, in a process of its own, to know that it is what it promises.
package protocol MediaProbe: Sendable {
    /// Decodes the file at `path` as `medium`.
    ///
    /// - Throws: ``Failure`` with `output_invalid` when the bytes do not decode as the medium or the decoder died of them, `timed_out`,
    ///   `too_large` for more pixels than ``Limits/pixelsDecoded``.
    func probe(_ path: String, as medium: Medium) async throws -> MediaFacts
}

/// An order to draw a picture or compose a tune by procedure.
///
/// The same order gives the same bytes.
package struct ProcedureOrder: Sendable, Hashable, Codable {
    /// The visual language or musical form, for example `cutpaper`.
    package var procedure: String
    /// The text that the work is read from.
    package var text: String
    /// The id of the config that asked, which tints the reading.
    package var schema: String
    /// Chooses among siblings.
    package var seed: UInt32
    /// Pixels; ignored for sound.
    package var width: Int
    /// Pixels; ignored for sound.
    package var height: Int

    /// Collects an order.
    package init(procedure: String, text: String, schema: String, seed: UInt32, width: Int = 1024, height: Int = 1024) {
        self.procedure = procedure
        self.text = text
        self.schema = schema
        self.seed = seed
        self.width = width
        self.height = height
    }
}

/// Draws and composes by procedure, in a process of its own.
package protocol Procedures: Sendable {
    /// The procedures by name, and the medium each makes.
    var available: [String: Medium] { get }

    /// Carries out an order.
    ///
    /// - Returns: A PNG file's or a WAV file's bytes.
    /// - Throws: ``Failure`` with `unknown_model` for a procedure that there is not, `timed_out`, `internal` when the worker died.
    func perform(_ order: ProcedureOrder) async throws -> [UInt8]
}
