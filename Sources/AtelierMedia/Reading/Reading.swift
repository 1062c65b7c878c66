/// A text as a procedure reads it: its words, and what they name.
struct Reading: Sendable {
    /// Words as they were written, in their order; an emoji is a word of its own.
    var words: [String] = []
    /// The telling words, the most telling first; never empty unless there is no word at all.
    var salient: [String] = []
    /// Things that can be cut out, in the order of naming.
    var motifs: [String] = []
    /// Colour names, in the order of naming.
    var colours: [String] = []
    /// Digits, or the digits of number words.
    var numbers: [String] = []
    /// How the text feels, the strongest first.
    var moods: [Mood] = []
    /// Where it plays.
    var place: Place?
    /// The language tag that the type is set with: chooses among the forms of Han signs.
    var language: String
    /// Runs of words as they may stand on one strip.
    var phrases: [String] = []
    /// The text and the schema as one number.
    var hash: UInt64

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - schema: Tints the reading: another schema reads the same text with other eyes.
    init(_ text: String, schema: String) {
        self.hash = Dice.hash(text) ^ (Dice.hash(schema) &* 0x9E37_79B9)
        self.language = Self.language(of: text)
        let segments = WordSplitter.segments(of: text)
        self.words = segments.flatMap { $0 }
        self.phrases = segments.flatMap { Self.phrases(in: $0) }
        self.look()
        self.salient = self.telling()
    }

    private mutating func look() {
        var (moods, places): ([Mood: Int], [Place: Int]) = ([:], [:])
        let lower = self.words.prefix(2_000).map { $0.lowercased() }
        let isGerman = lower.count { StopWords.german.contains($0) } > lower.count { StopWords.english.contains($0) }
        for word in self.words.prefix(2_000) {
            if word.allSatisfy({ $0.isNumber }) { self.numbers.append(word) }
            for key in Self.keys(of: word) {
                for meaning in Lexicon.shared.meanings(of: key, inGerman: isGerman) {
                    switch meaning {
                    case .motif(let name): if !self.motifs.contains(name) { self.motifs.append(name) }
                    case .colour(let name): if !self.colours.contains(name) { self.colours.append(name) }
                    case .number(let digits): self.numbers.append(digits)
                    case .mood(let mood): moods[mood, default: 0] += 1
                    case .place(let place): places[place, default: 0] += 1
                    }
                }
            }
        }
        // A dictionary's order differs from process to process; the case's order decides a tie.
        self.moods = Mood.allCases.filter { moods[$0] != nil }.sorted { moods[$0, default: 0] > moods[$1, default: 0] }
        self.place = Place.allCases.filter { places[$0] != nil }.max { places[$0, default: 0] < places[$1, default: 0] }
    }

    /// What to look a word up by: itself in lower case; for an emoji, the words of its name.
    private static func keys(of word: String) -> [String] {
        guard WordSplitter.isEmoji(word) else { return [word.lowercased()] }
        let names = word.unicodeScalars.compactMap { $0.properties.name ?? $0.properties.nameAlias }
        // "SUN WITH FACE" is a sun.
        let things = names.map { $0.lowercased().split { !$0.isLetter }.map(String.init).prefix { $0 != "with" } }
        return things.joined().filter { !Self.nameNoise.contains($0) }
    }

    /// Words of Unicode names that name nothing.
    private static let nameNoise: Set<String> = [
        "with", "sign", "symbol", "selector", "variation", "joiner", "black", "white", "heavy", "modifier",
    ]

    private func telling() -> [String] {
        var seen: Set<String> = []
        let candidates = self.words.prefix(400).enumerated().filter { _, word in
            word.contains { $0.isLetter || $0.isNumber } && seen.insert(word.lowercased()).inserted
        }
        let ranked = candidates.map { index, word -> (word: String, weight: Int) in
            let lower = word.lowercased()
            var weight = min(word.count, 9) * 4 - index / 4
            if StopWords.german.contains(lower) || StopWords.english.contains(lower) { weight -= 60 }
            if !Lexicon.shared.meanings(of: lower).isEmpty { weight += 22 }
            if word.count > 14 { weight -= 20 }
            return (word, weight)
        }
        return ranked.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }.map(\.element.word)
    }

    /// Two to four words that follow one another; a short sentence stays whole.
    private static func phrases(in segment: [String]) -> [String] {
        var result: [String] = []
        var rest = segment[...]
        while !rest.isEmpty, result.count < 400 {
            var (count, length) = (0, 0)
            for word in rest where count < 4 && (count == 0 || length + word.count < 22) {
                (count, length) = (count + 1, length + word.count + 1)
            }
            let isCJK = rest.prefix(count).allSatisfy(WordSplitter.isUnspaced)
            result.append(rest.prefix(count).joined(separator: isCJK ? "" : " "))
            rest = rest.dropFirst(count)
        }
        return result
    }

    private static func language(of text: String) -> String {
        var hasHan = false
        for scalar in text.unicodeScalars.prefix(8_000) {
            switch scalar.value {
            case 0x3041...0x30FF: return "ja"
            case 0xAC00...0xD7AF: return "ko"
            case 0x4E00...0x9FFF: hasHan = true
            default: break
            }
        }
        return hasHan ? "zh-cn" : "en"
    }
}
