import AtelierCore
import Foundation
import Testing

/// The canonical form against RFC 8785.
@Suite struct CanonicalJSONTests {
    private static func canonical(_ value: JSON) -> String { String(decoding: value.canonical, as: UTF8.self) }

    /// Appendix B: IEEE 754 bits and ECMAScript's text.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func `a number is written as ECMAScript writes it`(_ bits: UInt64, _ text: String) {
        #expect(Self.canonical(.number(Double(bitPattern: bits))) == text)
    }

    @Test(arguments: [
        ("1e-7", "1e-7"), ("0.1", "0.1"), ("1E3", "1000"), ("-0", "0"), ("1.0", "1"), ("4.50", "4.5"), ("2e-3", "0.002"), ("10", "10"),
        ("100.125", "100.125"), ("1.5e300", "1.5e+300"), ("123456789012345678", "123456789012345678"), ("-1e-7", "-1e-7"),
    ])
    func `a parsed number has one form`(_ given: String, _ text: String) throws {
        #expect(Self.canonical(try JSON(parsing: given.utf8)) == text)
    }

    /// The example of RFC 8785, section 3.2.3.
    @Test func `keys are sorted by UTF-16 code units`() throws {
        let given: JSON = [
            "\u{20AC}": "Euro Sign", "\r": "Carriage Return", "\u{FB33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1F600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{F6}": "Latin Small Letter O With Diaeresis",
        ]
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
        let text = Self.canonical(given)
        let places = order.compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == order.count)
        #expect(places == places.sorted())
    }

    @Test func `strings escape only what they must`() {
        let given = "\u{20AC}$\u{0F}\nA'\u{42}\"\\\\\"/\u{8}\u{C}\r\t\u{7F}\u{2028}\u{1F600}"
        let text = "\"\u{20AC}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\r\\t\u{7F}\u{2028}\u{1F600}\""
        #expect(Self.canonical(.string(given)) == text)
    }

    @Test func `nothing stands between the tokens`() {
        let given: JSON = ["b": [1, 2, true, nil, [:], []], "a": ["c": false]]
        #expect(Self.canonical(given) == #"{"a":{"c":false},"b":[1,2,true,null,{},[]]}"#)
    }

    /// Goal: a link of the chain can be computed again from a file that was written and read.
    @Test func `writing and reading again does not change the canonical form`() throws {
        var random = SplitMix64(seed: 8785)
        for _ in 0..<5000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let value = JSON.array([.number(number), .number(number.rounded()), .integer(Int64(bitPattern: random.next()))])
            let read = try JSON(parsing: try JSON.encode(value))
            #expect(Self.canonical(read) == Self.canonical(value), "\(number)")
        }
        for whole in [Double(1 << 60), 1e15, 1e16, 9_007_199_254_740_994, -4e18, 1.152921504606847e+18, 8] {
            let read = try JSON(parsing: try JSON.encode(JSON.number(whole)))
            #expect(Self.canonical(read) == Self.canonical(.number(whole)), "\(whole)")
        }
    }
}
