import AtelierCore
import Testing

@testable import AtelierStages

@Suite struct FoldingTests {
    @Test(
        arguments: [
            ("Größe", ["grosse"]), ("ÄÖÜ", ["aou"]), ("A\u{308}", ["a"]), ("so\u{AD}ft", ["soft"]), ("a-b_c", ["a", "b", "c"]), ("", []),
            ("…!", []),
            ("ŁÓDŹ", ["lodz"]), ("İstanbul", ["istanbul"]), ("猫 a", ["猫", "a"]), ("\u{301}", []), ("a\u{FE0F}b", ["ab"]),
            ("l33t", ["leet"]),
        ] as [(String, [String])]
    )
    func `words are small letters without marks`(_ text: String, _ words: [String]) {
        #expect(Folding.words(text) == words)
    }

    /// Goal: no text brings the check down, and folding what is folded changes nothing.
    @Test func `any Unicode is folded, twice as once`() {
        var random = SplitMix64(seed: 86)
        for _ in 0..<3000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.below(30) {
                let bound = [0x80, 0x500, 0x3000, 0x1_0000, 0x11_0000][random.below(5)]
                if let scalar = Unicode.Scalar(UInt32(random.below(bound))) { text.append(scalar) }
            }
            let words = Folding.words(String(text))
            #expect(words.allSatisfy { !$0.isEmpty })
            #expect(Folding.words(words.joined(separator: " ")) == words, "\(String(text).debugDescription)")
        }
    }

    @Test func `what nobody sees separates nothing`() {
        for scalar in ["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{202E}", "\u{E0041}", "\u{34F}"] {
            #expect(Folding.words("ab\(scalar)cd") == ["abcd"], "\(scalar.unicodeScalars.map(\.value))")
        }
    }
}
