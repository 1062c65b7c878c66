/// What words mean to a procedure: things that can be cut out, colours, moods, places.
///
/// English, German, some Japanese and Arabic.
struct Lexicon: Sendable {
    /// What a word stands for.
    enum Meaning: Sendable, Hashable {
        case motif(String)
        case colour(String)
        case mood(Mood)
        case place(Place)
        case number(String)
    }

    static let shared = Lexicon()

    private let entries: [String: [Meaning]]
    private let longestKey: Int

    private init() {
        var entries: [String: [Meaning]] = [:]
        func add(_ table: String, _ meaning: (String) -> Meaning?) {
            for line in table.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, let meaning = meaning(String(parts[0])) else { continue }
                for word in parts[1].split(separator: " ") { entries[String(word), default: []].append(meaning) }
            }
        }
        add(LexiconTables.motifs) { .motif($0) }
        add(LexiconTables.colours) { .colour($0) }
        add(LexiconTables.moods) { Mood(rawValue: $0).map { .mood($0) } }
        add(LexiconTables.places) { Place(rawValue: $0).map { .place($0) } }
        add(LexiconTables.numbers) { .number($0) }
        self.entries = entries
        self.longestKey = entries.keys.map(\.count).max() ?? 0
    }

    /// The meanings of a word in lower case: as it stands, without its ending, or as the last part of a compound.
    func meanings(of word: String, inGerman isGerman: Bool = false) -> [Meaning] {
        if (isGerman ? LexiconTables.notGerman : LexiconTables.notEnglish).contains(word) { return [] }
        if let found = self.entries[word] { return found }
        for ending in Self.endings where word.count > ending.count + 2 && word.hasSuffix(ending) {
            if let found = self.entries[String(word.dropLast(ending.count))] { return found }
        }
        if word.unicodeScalars.contains(where: { $0.value >= 0x3000 }) { return self.meaningsInside(word) }
        return self.meaningsOfCompound(word)
    }

    private static let endings = ["s", "es", "n", "en", "e", "er", "em", "es", "ing", "ed", "ies", "ern", "chen", "lein", "ly", "y"]

    /// "Kaffeetasse" is a cup: the longest known word of four or more letters that it ends with.
    private func meaningsOfCompound(_ word: String) -> [Meaning] {
        for stem in [word, String(word.dropLast(word.hasSuffix("n") ? 1 : 0)), String(word.dropLast(word.hasSuffix("e") ? 1 : 0))] {
            var tail = Substring(stem).dropFirst()
            while tail.count >= 4 {
                if let found = self.entries[String(tail)] { return found }
                tail = tail.dropFirst()
            }
        }
        return []
    }

    /// Scripts without spaces: every known sign inside counts.
    private func meaningsInside(_ word: String) -> [Meaning] {
        let characters = Array(word)
        var result: [Meaning] = []
        for start in characters.indices {
            for end in stride(from: min(characters.count, start + 4), to: start, by: -1) {
                guard let found = self.entries[String(characters[start..<end])] else { continue }
                result += found
                break
            }
        }
        return result
    }
}

/// How a text feels; chooses the family of colours.
enum Mood: String, Sendable, Hashable, CaseIterable {
    case joy, calm, dark, wild, cold, warm, dream, machine
}

/// Where a text plays; shapes horizons and edges.
enum Place: String, Sendable, Hashable, CaseIterable {
    case sea, city, forest, mountain, sky, room, desert, garden
}
