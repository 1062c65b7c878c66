import AtelierCore
import Foundation
import Testing

@testable import AtelierBackends

@Suite struct CutUpTests {
    /// Every scalar of a text that is no white space, sorted.
    private static func marks(_ text: String) -> [UInt32] {
        text.unicodeScalars.filter { !$0.properties.isWhitespace }.map(\.value).sorted()
    }

    /// A text of any scalars, with white space of all kinds between them.
    private static func text(_ random: inout SplitMix64) -> String {
        var text = String.UnicodeScalarView()
        let favourites = Array("aé\u{301} \t\n\u{A0}\u{3000}\u{200D}😀🇩🇪猫ไทยかな\r\n\u{2028}e\u{308}".unicodeScalars)
        for _ in 0..<random.below(60) {
            if random.below(3) == 0, let any = Unicode.Scalar(UInt32(random.below(0x11_0000))) {
                text.append(any)
            } else {
                text.append(favourites[random.below(favourites.count)])
            }
        }
        return String(text)
    }

    @Test func `no piece is added, lost or changed, whatever the text`() {
        var random = SplitMix64(seed: 1920)
        for round in 0..<3000 {
            let text = Self.text(&random)
            #expect(Self.marks(CutUp.perform(text, seed: UInt64(round))) == Self.marks(text), "\(text.debugDescription)")
        }
    }

    @Test func `words stay whole`() {
        let words = "Nimm eine Zeitung, nimm eine Schere. It's o'clock – well-known!".split(separator: " ").map(String.init)
        for seed in 0..<50 as Range<UInt64> {
            let cut = CutUp.perform(words.joined(separator: "  \t\n"), seed: seed)
            #expect(cut.split(whereSeparator: \.isWhitespace).map(String.init).sorted() == words.sorted())
        }
    }

    @Test func `the same seed gives the same poem, another seed another one`() {
        let text = (1...30).map(String.init).joined(separator: " ")
        #expect(CutUp.perform(text, seed: 7) == CutUp.perform(text, seed: 7))
        #expect(Set((0..<20).map { CutUp.perform(text, seed: $0) }).count == 20)
    }

    @Test(arguments: [("word", "word"), ("  word \n", "word"), ("", ""), (" \u{3000}\n", "")])
    func `one word or none is left as it is`(_ text: String, _ cut: String) {
        #expect(CutUp.perform(text, seed: 3) == cut)
    }

    @Test func `lines hold two to five pieces, the last one what is left`() {
        let text = (1...40).map(String.init).joined(separator: " ")
        for seed in 0..<20 as Range<UInt64> {
            let counts = CutUp.perform(text, seed: seed).split(separator: "\n").map { $0.split(separator: " ").count }
            #expect(counts.dropLast().allSatisfy { (2...5).contains($0) })
            #expect(counts.reduce(0, +) == 40)
        }
    }

    @Test func `scripts without spaces are cut into pieces of one to three characters`() {
        let text = "猫が月の上で歌うさくらの夜"
        let pieces = CutUp.perform(text, seed: 5).split(whereSeparator: \.isWhitespace)
        #expect(pieces.count > 3)
        #expect(pieces.allSatisfy { (1...3).contains($0.count) })
        #expect(pieces.joined().sorted() == text.sorted())
    }

    /// Goal: a poem that is in somebody's archive can be made again.
    @Test func `white space makes no difference to a poem`() {
        #expect(CutUp.perform("a cat on the moon", seed: 7) == CutUp.perform("a  cat\non the\tmoon ", seed: 7))
    }
}
