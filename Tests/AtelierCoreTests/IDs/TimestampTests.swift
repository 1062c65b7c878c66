import AtelierCore
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (1_790_000_000_999, "2026-09-21T14:13:20.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func `a moment is written in RFC 3339`(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test func `every millisecond survives writing and reading`() throws {
        for milliseconds in 1_790_000_000_000..<1_790_000_002_000 as Range<Int64> {
            let moment = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(moment.description) == moment)
        }
        var random = SplitMix64(seed: 3339)
        for _ in 0..<5000 {
            let moment = Timestamp(milliseconds: Int64(random.below(253_402_300_800_000)))
            #expect(Timestamp(moment.description) == moment, "\(moment.milliseconds)")
            #expect(try JSON.decode(Timestamp.self, from: try JSON.encode(moment)) == moment)
        }
    }

    @Test func `texts sort as moments do`() {
        var random = SplitMix64(seed: 1)
        let moments = (0..<500).map { _ in Timestamp(milliseconds: Int64(random.below(253_402_300_800_000))) }.sorted()
        #expect(moments.map(\.description) == moments.map(\.description).sorted())
    }

    @Test(
        arguments: [
            ("2026-11-20T08:30:00Z", 1_795_163_400_000), ("2026-11-20T09:30:00+01:00", 1_795_163_400_000),
            ("2026-11-20T08:30:00.1Z", 1_795_163_400_100), ("2026-11-20T08:30:00.125Z", 1_795_163_400_125),
            ("2026-11-20T08:30:00.1254Z", 1_795_163_400_125), ("2026-11-20T03:30:00.000-05:00", 1_795_163_400_000),
        ] as [(String, Int64)]
    )
    func `other clocks' forms are read`(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "yesterday", "2026-11-20", "2026-11-20 08:30:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-20T25:00:00Z",
        "2026-11-20T08:30:00", "2026-11-20T08:30:00Zx", "x2026-11-20T08:30:00Z", "2026-11-20T08:30:00.Z",
    ])
    func `anything else is no moment`(_ text: String) { #expect(Timestamp(text) == nil) }

    @Test func `a duration counts whole milliseconds`() {
        #expect(Duration.seconds(2).milliseconds == 2000)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Timestamp(milliseconds: 5) + .seconds(-1) == Timestamp(milliseconds: -995))
    }
}
