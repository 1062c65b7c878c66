/// Brings a text into the form in which lists are searched: small letters without marks, no invisible characters, digits that stand for
/// letters read as letters.
enum Folding {
    /// The words of a text, folded.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.lowercased().unicodeScalars {
            if Self.isInvisible(scalar) { continue }
            if let folded = Self.folded(scalar) {
                word += folded
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// Whether a folded word holds another.
    ///
    /// Nearly all are ASCII, where comparing bytes and comparing letters is the same; the standard library's search is far slower.
    static func does(_ word: String, hold part: String) -> Bool {
        let (word, part) = (word.utf8, part.utf8)
        guard word.allSatisfy({ $0 < 0x80 }), part.allSatisfy({ $0 < 0x80 }) else { return String(word).contains(String(part)) }
        guard let first = part.first else { return true }
        var rest = word[...]
        while let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: part) { return true }
            rest = rest[rest.index(after: start)...]
        }
        return false
    }

    /// A letter's base; nil for what separates words.
    private static func folded(_ scalar: Unicode.Scalar) -> String? {
        if let base = Self.bases[scalar] { return base }
        if scalar.properties.isDiacritic || scalar.properties.generalCategory == .nonspacingMark { return "" }
        if scalar.properties.isAlphabetic || scalar.properties.numericType != nil { return String(scalar) }
        return nil
    }

    /// Soft hyphens, joiners, direction marks, variation selectors: nobody sees them, so they separate nothing.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
    }

    private static let bases: [Unicode.Scalar: String] = {
        var bases: [Unicode.Scalar: String] = ["ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "@": "a", "$": "s"]
        for (digit, letter) in zip("013457".unicodeScalars, ["o", "i", "e", "a", "s", "t"]) { bases[digit] = letter }
        let groups = [
            "a": "àáâãäåāăą", "c": "çćč", "e": "èéêëēėęě", "i": "ìíîïīį", "n": "ñńň", "o": "òóôõöōő", "s": "śšş", "u": "ùúûüūůű",
            "y": "ýÿ", "z": "źżž", "g": "ğ", "r": "ř", "t": "ť",
        ]
        for (base, marked) in groups { for scalar in marked.unicodeScalars { bases[scalar] = base } }
        return bases
    }()
}
