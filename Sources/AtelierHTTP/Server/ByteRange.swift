/// What a `Range` field asks for. <https://www.rfc-editor.org/rfc/rfc9110#section-14>
package enum ByteRange: Sendable, Hashable {
    /// Everything: no range, one that must be ignored, or several (which a server may answer whole).
    case whole
    /// `count` bytes from `offset` on; never empty, never beyond the end. Answer 206 with ``contentRange(size:)``.
    case part(offset: UInt64, count: UInt64)
    /// Nothing that exists: answer 416 with ``contentRange(size:)``.
    case unsatisfiable

    /// Reads a `Range` field for a representation of `size` bytes.
    ///
    /// Malformed ranges and other units than bytes are ignored (`whole`).
    package static func parse(_ header: String?, size: UInt64) -> ByteRange {
        guard let header else { return .whole }
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, HTTPFields.isSame(Self.trimmed(halves[0]), "bytes") else { return .whole }
        let ends = Self.trimmed(halves[1]).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .whole }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (.none, .value(let suffix)):
            guard suffix > 0, size > 0 else { return .unsatisfiable }
            let count = min(suffix, size)
            return .part(offset: size - count, count: count)
        case (.value(let first), .none):
            return first < size ? .part(offset: first, count: size - first) : .unsatisfiable
        case (.value(let first), .value(let last)):
            guard first <= last else { return .whole }
            return first < size ? .part(offset: first, count: min(last, size - 1) - first + 1) : .unsatisfiable
        default:
            return .whole
        }
    }

    /// The `Content-Range` field of the answer; `nil` for `whole`.
    package func contentRange(size: UInt64) -> String? {
        switch self {
        case .whole: nil
        case .part(let offset, let count): "bytes \(offset)-\(offset + count - 1)/\(size)"
        case .unsatisfiable: "bytes */\(size)"
        }
    }

    private enum Number { case none, bad, value(UInt64) }

    /// Digits only; more than fit are as good as the largest number, since no file is that long.
    private static func number(_ text: Substring) -> Number {
        guard !text.isEmpty else { return .none }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return .bad }
        return .value(UInt64(text) ?? UInt64.max)
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
