/// Cuts a text into sentences and words, in any script, and drops what no font can show.
enum WordSplitter {
    /// The words of each sentence or line.
    static func segments(of text: String) -> [[String]] {
        var (segments, segment, word): ([[String]], [String], String) = ([], [], "")
        func endWord() {
            if !word.isEmpty { segment.append(contentsOf: Self.parts(of: word)) }
            word = ""
        }
        func endSegment() {
            endWord()
            if !segment.isEmpty { segments.append(segment) }
            segment = []
        }
        for character in text {
            guard Self.isShown(character) else {
                if character.isNewline { endSegment() } else { endWord() }
                continue
            }
            if Self.isEmoji(String(character)) {
                endWord()
                segment.append(String(character))
            } else if character.isLetter || character.isNumber || Self.inner.contains(character) {
                word.append(character)
            } else if Self.ends.contains(character) {
                endSegment()
            } else {
                endWord()
            }
        }
        endSegment()
        return segments
    }

    /// Whether a word is an emoji.
    static func isEmoji(_ word: String) -> Bool {
        guard let first = word.unicodeScalars.first else { return false }
        if first.properties.isEmojiPresentation { return true }
        return first.properties.isEmoji && word.unicodeScalars.contains { $0.value == 0xFE0F }
    }

    /// Whether a word is of a script that is written without spaces.
    static func isUnspaced(_ word: String) -> Bool {
        word.unicodeScalars.allSatisfy { (0x2E80...0x9FFF).contains($0.value) || (0xF900...0xFAFF).contains($0.value) }
    }

    /// Whether a word's letters may stand apart: not in scripts that join them or stack marks.
    static func canBeCutUp(_ word: String) -> Bool {
        word.unicodeScalars.allSatisfy { scalar in
            scalar.value < 0x0530 || (0x1E00...0x1FFF).contains(scalar.value) || (0x3041...0x9FFF).contains(scalar.value)
                || (0xAC00...0xD7AF).contains(scalar.value)
        }
    }

    private static let inner: Set<Character> = ["'", "’", "-", "_"]
    private static let ends: Set<Character> = [".", "!", "?", ";", ":", "。", "！", "？", "…", "؟", "।"]

    private static func isShown(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    /// A run without spaces becomes pieces of at most five signs, parted after hiragana, as a reader would.
    private static func parts(of word: String) -> [String] {
        let trimmed = word.drop { Self.inner.contains($0) }
        guard !trimmed.isEmpty else { return [] }
        guard Self.isUnspaced(String(trimmed)), trimmed.count > 3 else { return [String(trimmed.prefix(64))] }
        var (result, part): ([String], String) = ([], "")
        var wasHiragana = false
        for character in trimmed {
            let isHiragana = character.unicodeScalars.allSatisfy { (0x3041...0x309F).contains($0.value) }
            if part.count >= 5 || (wasHiragana && !isHiragana && part.count >= 2) {
                result.append(part)
                part = ""
            }
            part.append(character)
            wasHiragana = isHiragana
        }
        return part.isEmpty ? result : result + [part]
    }
}

/// Words that tell nothing by themselves.
enum StopWords {
    static let english = Self.set(
        """
        the a an and or but of in on at to for from with without by as is are was were be been am it its this that these those he she we you
        they i me my your our his her their not no so if then than too very can will would could should do does did has have had into over
        under out up down off there here when where who what which how all any each some one
        """
    )

    static let german = Self.set(
        """
        der die das ein eine einer eines einem einen und oder aber von vom im in am an auf zu zum zur für mit ohne aus bei nach als ist sind
        war waren sein bin es er sie wir ihr ich du mich mir dich dir uns euch mein dein unser nicht kein keine so wenn dann doch sehr kann
        wird werden würde hat haben hatte über unter da hier wo wer was wie alle jede jeder durch um noch nur auch schon mal
        """
    )

    private static func set(_ text: String) -> Set<String> { Set(text.split { $0 == " " || $0 == "\n" }.map(String.init)) }
}
