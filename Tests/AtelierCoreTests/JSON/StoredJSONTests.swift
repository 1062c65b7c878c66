import AtelierCore
import Testing

@Suite struct StoredJSONTests {
    private static func read(_ bytes: [UInt8]) -> JSON? { bytes.withUnsafeBufferPointer { JSON(canonical: $0) } }

    private static func value(_ random: inout SplitMix64, depth: Int) -> JSON {
        let texts = ["", "ei", "\u{0}", "\"\\/\u{8}\t\n\u{c}\r\u{1f}\u{7f}", "äöü 🥚 e\u{301}", "\u{2028}", "true", "12"]
        switch random.below(depth > 3 ? 5 : 7) {
        case 0: return .null
        case 1: return .bool(random.below(2) == 0)
        case 2: return .integer([0, 1, -1, .max, .min, 1 << 53][random.below(6)])
        case 3: return .number([0.5, -0.25, 1e300, 1.5e-9, 123456.789][random.below(5)])
        case 4: return .string(texts[random.below(texts.count)])
        case 5: return .array((0..<random.below(4)).map { _ in Self.value(&random, depth: depth + 1) })
        default:
            let members = (0..<random.below(4)).map { _ in (texts[random.below(texts.count)], Self.value(&random, depth: depth + 1)) }
            return .object(Dictionary(members) { $1 })
        }
    }

    /// Goal: what was written is what is read.
    ///
    /// Method: random values, written and read back.
    @Test func `what was written in the canonical form is read back`() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<5_000 {
            let value = Self.value(&random, depth: 0)
            #expect(Self.read(value.canonical) == value)
        }
    }

    @Test func `a damaged document is not read`() {
        let bytes = JSON.object(["a": [1, "zwei\n", nil, true, .number(0.5)], "b": ["c": "🥚"]]).canonical
        for count in 0..<bytes.count { #expect(Self.read(Array(bytes[..<count])) == nil) }
        let texts = [
            "{} ", " {}", "{\"a\":1,\"a\":2}", "[1,]", "\"\\q\"", "\"\\u0041\"", "\"\u{1}\"", "nan", "inf", "0x1", "-", "1e999",
            "truefalse",
        ]
        for text in texts {
            #expect(Self.read(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(Self.read([0x22, 0xFF, 0x22]) == nil)
        #expect(Self.read(Array(repeating: UInt8(ascii: "["), count: 100_000)) == nil)
    }
}
