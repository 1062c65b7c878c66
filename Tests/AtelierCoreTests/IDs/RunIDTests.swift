import AtelierCore
import Testing

@Suite struct RunIDTests {
    private static let good = "019a9f3c-1234-7abc-8def-0123456789ab"

    @Test func `a canonical version 7 UUID is taken as it is`() throws {
        let id = try #require(RunID(Self.good))
        #expect(id.text == Self.good)
        #expect(id.description == Self.good)
    }

    @Test(arguments: [
        "019A9F3C-1234-7ABC-8DEF-0123456789AB", "019a9f3c-1234-4abc-8def-0123456789ab", "019a9f3c-1234-7abc-7def-0123456789ab",
        "019a9f3c-1234-7abc-cdef-0123456789ab", "019a9f3c12347abc8def0123456789ab", "{019a9f3c-1234-7abc-8def-0123456789ab}",
        "019a9f3c-1234-7abc-8def-0123456789a", "019a9f3c-1234-7abc-8def-0123456789abc", "019a9f3c-1234-7abc-8def-0123456789ag",
        "019a9f3c_1234-7abc-8def-0123456789ab", "", "../../../../etc/passwd", "019a9f3c-1234-7abc-8def-0123456789a\u{0}",
        "019a9f3c-1234-7abc-8def-012345678９b", " 19a9f3c-1234-7abc-8def-0123456789ab",
    ])
    func `anything else is no id`(_ text: String) {
        #expect(RunID(text) == nil)
        #expect(throws: (any Error).self) { try JSON.decode(RunID.self, from: try JSON.encode(text)) }
    }

    @Test func `an id holds its moment, and its text is canonical`() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<1000 {
            let time = Timestamp(milliseconds: Int64(random.next() >> 17))
            let id = RunID(time: time, counter: UInt16(truncatingIfNeeded: random.next()), random: random.next())
            #expect(RunID(id.text) == id)
            #expect(id.time == time)
        }
    }

    @Test func `the order of ids is the order of time, then of the counter`() {
        let moments = [0, 1, 255, 256, 1_790_000_000_000, 1_790_000_000_001, 0xFFFF_FFFF_FFFF] as [Int64]
        let ids = moments.flatMap { moment in
            [0, 1, 0xFFF].map { RunID(time: Timestamp(milliseconds: moment), counter: $0, random: .max - UInt64($0)) }
        }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: [
        ("2026-12-31T23:59:59.999Z", "runs/2026/12/31/"), ("2027-01-01T00:00:00.000Z", "runs/2027/01/01/"),
        ("1970-01-01T00:00:00.000Z", "runs/1970/01/01/"), ("2024-02-29T12:00:00.000Z", "runs/2024/02/29/"),
        ("2024-12-30T00:00:00.000Z", "runs/2024/12/30/"), ("2021-01-03T00:00:00.000Z", "runs/2021/01/03/"),
        ("9999-12-31T23:59:59.999Z", "runs/9999/12/31/"),
    ])
    func `the folder is the UTC date and the id`(_ moment: String, _ folder: String) throws {
        let id = RunID(time: try #require(Timestamp(moment)), counter: 0, random: 1)
        #expect(id.folder == folder + id.text)
    }

    @Test func `an id is written as its text`() throws {
        let id = try #require(RunID(Self.good))
        #expect(try JSON(id) == .string(Self.good))
        #expect(try JSON.decode([RunID].self, from: "[\"\(Self.good)\"]".utf8) == [id])
    }
}
