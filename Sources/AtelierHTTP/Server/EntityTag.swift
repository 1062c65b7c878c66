/// Entity tags and the conditions built on them. <https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3>
package struct EntityTag: Sendable, Hashable {
    /// What stands between the quotes.
    package var value: String
    /// Whether it only promises equivalence (`W/`).
    package var isWeak: Bool

    /// A tag of our own; `value` must not hold quotes, spaces or control characters (a hash in hexadecimal digits does not).
    package init(_ value: String, isWeak: Bool = false) {
        self.value = value
        self.isWeak = isWeak
    }

    /// The tag as the `ETag` field carries it.
    package var field: String { (self.isWeak ? "W/" : "") + "\"\(self.value)\"" }

    /// Whether `If-None-Match` holds the tag, so that GET and HEAD are answered 304: weak comparison, a list, or `*`.
    ///
    /// A malformed list matches up to the place where it is malformed.
    ///
    /// - Parameter headers: Every value of the field.
    /// - Returns: Whether to answer 304.
    package func matches(ifNoneMatch headers: [String]) -> Bool {
        headers.contains { header in
            let bytes = Self.trimmed(header)
            return bytes == "*" || Self.list(bytes).contains { $0.value == self.value }
        }
    }

    /// Whether `Range` may be followed: true without `If-Range`, or when it names this very tag (strong comparison).
    ///
    /// A date never holds: Atelier's media are named by hash, and whole is always a right answer.
    package func allowsRange(ifRange header: String?) -> Bool {
        guard let header else { return true }
        return !self.isWeak && Self.trimmed(header) == self.field
    }

    /// Reads tags from the left until one is malformed.
    ///
    /// A comma may stand inside the quotes, so that splitting at commas would be wrong.
    static func list(_ text: String) -> [EntityTag] {
        var tags: [EntityTag] = []
        var rest = text.utf8[...]
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: ",") }
            let isWeak = rest.starts(with: "W/".utf8)
            let opened = rest.dropFirst(isWeak ? 2 : 0)
            guard opened.first == UInt8(ascii: "\""), let end = opened.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else { return tags }
            let inside = opened.dropFirst()[..<end]
            guard !inside.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return tags }
            rest = opened[opened.index(after: end)...]
            let after = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard after.isEmpty || after.first == UInt8(ascii: ",") else { return tags }
            tags.append(EntityTag(String(Substring(inside)), isWeak: isWeak))
        }
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
