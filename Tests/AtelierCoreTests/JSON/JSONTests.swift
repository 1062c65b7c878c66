import AtelierCore
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"a": }"#, "", "nul", "[,]", "'a'", #""\u0000x\ud800""#, #""\ud800""#, #""\udc00""#, #""\ud83dx""#,
        "\"a\u{0}b\"", "{\"a\u{0}\":1}", "[1] x", "// note\n1", "\"\n\"", "01", "+1", "NaN", "Infinity",
    ])
    func `what is no JSON is refused in one sentence`(_ text: String) {
        let failure = #expect(throws: Failure.self) { try JSON(parsing: text.utf8) }
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.message.isEmpty == false)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: Failure.self) { try JSON(parsing: bytes) }
        }
    }

    @Test func `a whole pair of surrogates is one character`() throws {
        #expect(try JSON(parsing: #""\ud83d\ude00""#.utf8) == "😀")
    }

    @Test func `nesting has a limit and no crash`() throws {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(throws: Failure.self) { try JSON(parsing: deep.utf8) }
        let objects = String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000)
        #expect(throws: Failure.self) { try JSON(parsing: objects.utf8) }
        let fair = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(try JSON(parsing: fair.utf8).array?.count == 1)
    }

    @Test func `of a key that is there twice one value remains`() throws {
        let value = try JSON(parsing: #"{"a":1,"a":2}"#.utf8)
        #expect(value.object?.count == 1)
    }

    @Test(
        arguments: [
            ("9223372036854775807", JSON.integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("4294967295", 4_294_967_295), ("1.5", .number(1.5)), ("0", 0),
            ("true", true), ("null", nil), (#""1""#, "1"), ("1e400", nil),
        ] as [(String, JSON)]
    )
    func `a number stays what it is`(_ text: String, _ value: JSON) throws {
        if text == "1e400" {
            #expect(throws: Failure.self) { try JSON(parsing: text.utf8) }
        } else {
            #expect(try JSON(parsing: text.utf8) == value)
        }
    }

    @Test func `every value survives writing and reading`() throws {
        let value: JSON = [
            "text": "a\u{1}\"\\/\u{2028}😀\r\n", "whole": 7, "not whole": .number(0.1), "flag": true, "none": nil, "": "",
            "list": [1, [2, ["x": []]]], "big": .integer(.min), "small": .number(.leastNonzeroMagnitude),
        ]
        for pretty in [false, true] { #expect(try JSON(parsing: try JSON.encode(value, pretty: pretty)) == value) }
    }

    @Test func `a number that JSON cannot hold is our own failure`() {
        for number in [Double.nan, .infinity, -.infinity] {
            let failure = #expect(throws: Failure.self) { try JSON.encode(JSON.number(number), pretty: false) }
            #expect(failure?.code == .internalError)
        }
    }

    @Test func `the sentence names the place`() {
        struct Shape: Decodable { var side: Int }
        let missing = #expect(throws: Failure.self) { try JSON.decode(Shape.self, from: "{}".utf8) }
        #expect(missing?.message == "The field 'side' is missing.")
        let wrong = #expect(throws: Failure.self) { try JSON.decode([String: [Shape]].self, from: #"{"a":[{"side":"x"}]}"#.utf8) }
        #expect(wrong?.message.contains("a.[0].side") == true)
    }

    @Test func `comments and trailing commas are taken only where people write`() throws {
        let text = "{ // note\n 'a': [1, 2,], /* more */ }"
        #expect(try JSON.decode(JSON.self, from: text.utf8, allowingComments: true) == ["a": [1, 2]])
        #expect(throws: Failure.self) { try JSON(parsing: text.utf8) }
    }

    @Test func `members are read and set by name`() {
        var value: JSON = ["a": 1]
        value["b"] = "x"
        value["a"] = nil as JSON?
        #expect(value == ["b": "x"])
        #expect(value["c"] == nil)
        #expect(JSON.integer(3)["a"] == nil)
        #expect(JSON.compact(["a": nil, "b": .text("x"), "c": .whole(Int?.none)]) == ["b": "x"])
        #expect(JSON.integer(2).double == 2)
        #expect(JSON.number(2).integer == nil)
    }
}
