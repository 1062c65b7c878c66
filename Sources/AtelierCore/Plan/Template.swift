/// A text with placeholders such as `{{INPUT_TEXT}}`.
///
/// Values go in once, by name, and are never scanned again: a person's text that contains `{{CONTEXT}}` stays as it is.
package enum Template {
    /// The names of the placeholders, in order of their first appearance.
    package static func placeholders(in template: String) -> [String] {
        var names: [String] = []
        self.walk(template) { piece in
            if case .placeholder(let name) = piece, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Puts values in.
    ///
    /// - Throws: ``Failure`` with `invalid_request` when a placeholder has no value.
    package static func render(_ template: String, with values: [String: String]) throws -> String {
        var out = ""
        var missing: String?
        self.walk(template) { piece in
            switch piece {
            case .text(let text): out += text
            case .placeholder(let name):
                if let value = values[name] { out += value } else { missing = missing ?? name }
            }
        }
        if let missing {
            throw Failure.unknown(.invalidRequest, thing: "value for the placeholder", name: missing, known: values.keys)
        }
        return out
    }

    private enum Piece {
        case text(Substring)
        case placeholder(String)
    }

    private static func walk(_ template: String, _ visit: (Piece) -> Void) {
        var rest = template[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
            let name = rest[open.upperBound..<close.lowerBound].trimmed
            if Self.isName(name) {
                visit(.text(rest[..<open.lowerBound]))
                visit(.placeholder(name))
                rest = rest[close.upperBound...]
            } else {
                // One brace only: the next one may open a placeholder.
                let next = rest.index(after: open.lowerBound)
                visit(.text(rest[..<next]))
                rest = rest[next...]
            }
        }
        visit(.text(rest))
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}

extension StringProtocol {
    /// Without white space at either end.
    package var trimmed: String {
        String(self.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
