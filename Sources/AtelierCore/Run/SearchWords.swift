/// How a text is cut into words for search, the same in every store.
///
/// A word is a run of letters, digits and the marks on them; everything else separates, and so no sign of a query language gets through.
package struct SearchWords: Sendable, Hashable {
    /// One word that is looked for.
    package struct Word: Sendable, Hashable {
        /// As it was written.
        package var text: String
        /// Whether longer words that begin with it are meant too.
        package var isPrefix: Bool
    }

    /// More words than this are not looked at: a query is a handful of words, and a store's parser has its limits.
    package static let limit = 32

    /// The words, all of which must be there.
    ///
    /// Without any, nothing is found.
    package var words: [Word]

    /// Reads what a person typed; nil when it is only white space and therefore no filter.
    package init?(query: String) {
        guard !query.trimmed.isEmpty else { return nil }
        self.words = Self.split(query).prefix(Self.limit).map { word in
            let letters = word.unicodeScalars.count { !$0.isMark }
            return Word(text: word, isPrefix: letters >= 3)
        }
    }

    /// The words of a text, in order.
    package static func split(_ text: String) -> [String] {
        text.unicodeScalars.split { !$0.isWordPart }.map { String($0) }.filter { $0.unicodeScalars.contains { !$0.isMark } }
    }

    /// A word without case and without the marks on Latin letters: what two spellings have in common.
    ///
    /// Standing in for a decomposition table: Unicode names an accented letter after its base ("LATIN SMALL LETTER U WITH DIAERESIS").
    package static func fold(_ word: String) -> String {
        var out = ""
        for scalar in word.lowercased().unicodeScalars where !scalar.isMark {
            guard !scalar.isASCII, let name = scalar.properties.name, name.hasPrefix("LATIN SMALL LETTER "), !name.hasSuffix("STROKE"),
                let cut = name.firstRange(of: " WITH "), let base = name[..<cut.lowerBound].split(separator: " ").last, base.utf8.count == 1
            else {
                out.unicodeScalars.append(scalar)
                continue
            }
            out += base.lowercased()
        }
        return out
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        switch self.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    fileprivate var isWordPart: Bool {
        switch self.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber, .privateUse:
            true
        default: self.isMark
        }
    }
}
