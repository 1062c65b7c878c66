import AtelierCore

/// The cut-up of Tristan Tzara: "Pour faire un poème dadaïste", in the manifesto on feeble love and bitter love (1920).
///
/// A text is cut at its spaces, the pieces are shaken, and copied out as they come; each keeps its own marks. Scripts that do not put spaces
/// between words (Han, Kana, Thai) are cut into pieces of one to three characters. No piece is added, lost or changed.
enum CutUp {
    static func perform(_ text: String, seed: UInt64) -> String {
        var random = SplitMix64(seed: seed)
        var pieces = text.unicodeScalars.split { $0.properties.isWhitespace }.map { Substring($0) }.flatMap { Self.cut($0, &random) }
        random.shuffle(&pieces)
        var lines: [String] = []
        while !pieces.isEmpty {
            let count = min(pieces.count, 2 + random.below(4))
            lines.append(pieces.prefix(count).joined(separator: " "))
            pieces.removeFirst(count)
        }
        return lines.joined(separator: "\n")
    }

    private static func cut(_ word: Substring, _ random: inout SplitMix64) -> [Substring] {
        guard word.count > 3, word.unicodeScalars.contains(where: Self.isUnspaced) else { return [word] }
        var pieces: [Substring] = []
        var rest = word
        while !rest.isEmpty {
            let piece = rest.prefix(1 + random.below(3))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// Han, Kana, Hangul's neighbours without spaces, Thai, Lao, Khmer, Burmese.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
