package import AtelierCore

/// The safety lists: what may not be said at which level.
package struct WordLists: Sendable {
    private let lists: [WordList]

    /// Reads lists from their files.
    ///
    /// - Throws: ``Failure`` with `refused_start`: a server without its lists must not run.
    package init(files: [(path: String, bytes: [UInt8])]) throws {
        self.lists = try files.map { path, bytes in
            do {
                return try JSON.decode(WordList.self, from: bytes)
            } catch {
                throw Failure(.refusedStart, "The safety list '\(path)' cannot be read: \(Failure(wrapping: error).message)", cause: error)
            }
        }
        guard !self.lists.isEmpty else { throw Failure(.refusedStart, "There is no safety list; the server would check nothing.") }
    }

    /// Judges texts by every list that applies at a level.
    package func judge(_ texts: [String], at level: SafetyLevel) -> Verdict {
        let words = texts.map(Folding.words)
        var findings: [Verdict.Finding] = []
        var rules: [LocalizedText] = []
        for list in self.lists where list.levels.contains(level) {
            let found = list.terms.filter { term in words.contains(where: term.isFound) }
            guard !found.isEmpty else { continue }
            findings += found.map { Verdict.Finding(term: $0.term, list: list.id) }
            rules.append(list.rule)
        }
        let terms = findings.map { "„\($0.term)“" }.joined(separator: ", ")
        let reason = LocalizedText(
            en: "Not made. Found: \(terms). \(rules.map(\.en).joined(separator: " "))",
            de: "Nicht gemacht. Gefunden: \(terms). \(rules.map(\.de).joined(separator: " "))"
        )
        return Verdict(
            safe: findings.isEmpty,
            level: level,
            checkedBy: ["list"],
            findings: findings,
            reason: findings.isEmpty ? nil : reason
        )
    }
}

/// One list: its terms, where it applies, and the rule behind it in plain words.
struct WordList: Sendable, Decodable {
    var id: String
    var levels: [SafetyLevel]
    var rule: LocalizedText
    var terms: [Term]

    /// A word, or several in a row.
    struct Term: Sendable, Decodable {
        var term: String
        var match: Match
        private var folded: [String]
        private var exceptions: [String]

        /// Where in a word the term counts.
        enum Match: String, Sendable, Decodable {
            case whole
            case prefix
            case anywhere
        }

        /// Reads a term and folds it once.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.term = try container.decode(String.self, forKey: .term)
            self.match = try container.decodeIfPresent(Match.self, forKey: .match) ?? .whole
            self.folded = Folding.words(self.term)
            self.exceptions = try (container.decodeIfPresent([String].self, forKey: .except) ?? []).flatMap(Folding.words)
            guard !self.folded.isEmpty else {
                throw DecodingError.dataCorruptedError(forKey: .term, in: container, debugDescription: "a term needs letters")
            }
        }

        /// Whether the term stands somewhere in the words.
        func isFound(in words: [String]) -> Bool {
            // Several words also count when they are written as one.
            if self.folded.count > 1, words.contains(where: { self.matches($0, self.folded.joined()) }) { return true }
            guard let last = self.folded.last, words.count >= self.folded.count else { return false }
            return words.indices.dropLast(self.folded.count - 1).contains { start in
                let run = words[start..<start + self.folded.count]
                guard run.dropLast().elementsEqual(self.folded.dropLast()), let word = run.last else { return false }
                return self.matches(word, last) && !self.exceptions.contains { Folding.does(word, hold: $0) }
            }
        }

        private func matches(_ word: String, _ term: String) -> Bool {
            switch self.match {
            case .whole: word == term
            case .prefix: word.hasPrefix(term)
            case .anywhere: Folding.does(word, hold: term)
            }
        }

        private enum CodingKeys: String, CodingKey {
            case term, match, except
        }
    }
}
