import AtelierCore

/// Code and text: UTF-8, not empty, no NUL.
enum TextCheck {
    /// The longest text that is read; a longer one is no text that a person asked for.
    static let bytes = 16_777_216

    static func facts(of path: String, as medium: Medium) throws -> MediaFacts {
        let bytes = try FileBytes.read(path, limit: Self.bytes + 1)
        guard bytes.count <= Self.bytes else { throw Failure(.tooLarge, "The text is longer than \(Self.bytes) bytes.") }
        guard !bytes.isEmpty else { throw Failure(.outputInvalid, "The text is empty.") }
        guard !bytes.contains(0) else { throw Failure(.outputInvalid, "The text holds a NUL byte.") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Failure(.outputInvalid, "The text is not valid UTF-8.") }
        return MediaFacts(type: medium == .code ? .javascript : .text)
    }
}
