import AtelierHTTP
import Testing

@Suite struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-0", ByteRange.part(offset: 0, count: 1)), ("bytes=0-9", .part(offset: 0, count: 10)),
        ("bytes=2-5", .part(offset: 2, count: 4)), ("bytes=5-", .part(offset: 5, count: 5)), ("bytes=9-", .part(offset: 9, count: 1)),
        ("bytes=9-99", .part(offset: 9, count: 1)), ("bytes=-3", .part(offset: 7, count: 3)), ("bytes=-99", .part(offset: 0, count: 10)),
        ("Bytes = 1-2 ", .part(offset: 1, count: 2)), ("bytes=0-99999999999999999999999", .part(offset: 0, count: 10)),
        ("bytes=10-", .unsatisfiable), ("bytes=10-20", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=99999999999999999999999-", .unsatisfiable),
        ("bytes=5-4", .whole), ("bytes=-", .whole), ("bytes=", .whole), ("bytes", .whole), ("", .whole), ("bytes=a-b", .whole),
        ("bytes=1-2,4-5", .whole), ("bytes=1-2-3", .whole), ("bytes=+1-2", .whole), ("bytes=1 -2", .whole), ("items=0-1", .whole),
        ("bytes=0x1-2", .whole), ("bytes=--1", .whole), ("bytes=١-٢", .whole),
    ])
    func `a range is read as the standard says`(_ header: String, _ range: ByteRange) {
        #expect(ByteRange.parse(header, size: 10) == range)
    }

    @Test func `without a field everything is meant`() {
        #expect(ByteRange.parse(nil, size: 10) == .whole)
    }

    @Test(arguments: ["bytes=0-", "bytes=0-0", "bytes=-1"])
    func `nothing of an empty file can be had`(_ header: String) {
        #expect(ByteRange.parse(header, size: 0) == .unsatisfiable)
    }

    /// Every pair of ends of small files against the definition: the bytes whose index lies between them.
    @Test func `a range is exactly the bytes between its ends`() {
        for size in UInt64(0)...8 {
            for first in UInt64(0)...9 {
                for last in UInt64(0)...9 {
                    let wanted = (0..<size).filter { $0 >= first && $0 <= last }
                    let expected: ByteRange =
                        first > last ? .whole : wanted.first.map { .part(offset: $0, count: UInt64(wanted.count)) } ?? .unsatisfiable
                    #expect(ByteRange.parse("bytes=\(first)-\(last)", size: size) == expected)
                }
                let tail = (0..<size).suffix(Int(first))
                let expected: ByteRange = tail.first.map { .part(offset: $0, count: UInt64(tail.count)) } ?? .unsatisfiable
                #expect(ByteRange.parse("bytes=-\(first)", size: size) == expected)
            }
        }
    }

    @Test func `the largest sizes do not overflow`() {
        let size = UInt64.max
        #expect(ByteRange.parse("bytes=0-\(UInt64.max)", size: size) == .part(offset: 0, count: size))
        #expect(ByteRange.parse("bytes=-\(UInt64.max)", size: size) == .part(offset: 0, count: size))
        #expect(ByteRange.parse("bytes=\(UInt64.max - 1)-", size: size) == .part(offset: UInt64.max - 1, count: 1))
    }

    @Test func `the answer names what it carries`() {
        #expect(ByteRange.part(offset: 2, count: 4).contentRange(size: 10) == "bytes 2-5/10")
        #expect(ByteRange.unsatisfiable.contentRange(size: 10) == "bytes */10")
        #expect(ByteRange.whole.contentRange(size: 10) == nil)
    }
}

@Suite struct EntityTagTests {
    private static let tag = EntityTag("abc")

    @Test(arguments: [
        "\"abc\"", "W/\"abc\"", "*", " * ", "\"x\", \"abc\"", "\"x\",\"abc\",\"y\"", "W/\"x\", W/\"abc\"", ", ,\"abc\"", "\"a,b\", \"abc\"",
        "\"abc\", broken",
    ])
    func `a list that holds the tag matches`(_ header: String) {
        #expect(Self.tag.matches(ifNoneMatch: [header]))
        #expect(EntityTag("abc", isWeak: true).matches(ifNoneMatch: ["\"no\"", header]))
    }

    @Test(arguments: ["\"ABC\"", "abc", "\"abc", "w/\"abc\"", "\"x\"", "", "\"*\"", "\"x\" \"abc\"", "broken, \"abc\"", "\"x, \"abc\""])
    func `a list without the tag does not match`(_ header: String) {
        #expect(!Self.tag.matches(ifNoneMatch: [header]))
    }

    @Test func `no field matches nothing`() {
        #expect(!Self.tag.matches(ifNoneMatch: []))
    }

    @Test func `a range is followed only for the very same bytes`() {
        #expect(Self.tag.allowsRange(ifRange: nil))
        #expect(Self.tag.allowsRange(ifRange: "\"abc\""))
        #expect(!Self.tag.allowsRange(ifRange: "W/\"abc\""))
        #expect(!EntityTag("abc", isWeak: true).allowsRange(ifRange: "W/\"abc\""))
        #expect(!Self.tag.allowsRange(ifRange: "\"x\""))
        #expect(!Self.tag.allowsRange(ifRange: "\"abc\", \"x\""))
        #expect(!Self.tag.allowsRange(ifRange: "Wed, 21 Oct 2015 07:28:00 GMT"))
        #expect(EntityTag("a", isWeak: true).field == "W/\"a\"")
    }
}

@Suite struct EventSourceTests {
    @Test(arguments: [
        ("a", "data: a\n\n"), ("", "data: \n\n"), ("a\nb", "data: a\ndata: b\n\n"), ("a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"),
        ("a\n", "data: a\ndata: \n\n"), ("\n\n", "data: \ndata: \ndata: \n\n"), (" é: x", "data:  é: x\n\n"),
    ])
    func `data is split at every kind of line end`(_ data: String, _ framed: String) {
        #expect(String(decoding: EventSource.frame(data: data), as: UTF8.self) == framed)
    }

    @Test func `id and event come first and stay on their lines`() {
        let framed = EventSource.frame(id: "1\n2", event: "run\r\ndata: evil", data: "x")
        #expect(String(decoding: framed, as: UTF8.self) == "id: 12\nevent: rundata: evil\ndata: x\n\n")
        #expect(String(decoding: EventSource.frame(id: "1\0", data: "x"), as: UTF8.self) == "data: x\n\n")
    }
}
