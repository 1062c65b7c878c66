import AtelierCore
import Foundation
import Testing

@testable import AtelierStages

@Suite struct WordListsTests {
    private static func shipped() throws -> WordLists {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let files = try ["kids", "law", "youth"].map { name in
            (path: "safety/\(name).json", bytes: Array(try Data(contentsOf: URL(filePath: "\(root)/safety/\(name).json"))))
        }
        return try WordLists(files: files)
    }

    private static func list(_ terms: String, levels: String = #"["kids"]"#) throws -> WordLists {
        let text = #"{"id": "x", "levels": \#(levels), "rule": {"en": "Rule.", "de": "Regel."}, "terms": \#(terms)}"#
        return try WordLists(files: [("x.json", Array(text.utf8))])
    }

    @Test(arguments: [
        "Hakenkreuzfahne", "eine HAKENKREUZ-Fahne", "Sieg Heil", "sieg   HEIL!", "Si\u{200B}eg He\u{200D}il", "Sieg\u{200B} \u{FEFF}Heil",
        "Sieg\u{200B}Heil", "SiegHeil", "Sieg-Heil", "Sieg\nHeil", "Ha\u{AD}ken\u{200C}kreuz", "Häkénkrëuz", "Ha\u{301}kenkreuz",
        "Hitlergruss",
        "Hitlergruß", "Waffen-SS", "SS Runen", "Swastikas",
    ])
    func `what the law forbids is found however it is written`(_ text: String) throws {
        let lists = try Self.shipped()
        for level in [SafetyLevel.kids, .youth, .adult] { #expect(!lists.judge([text], at: level).safe) }
        #expect(lists.judge([text], at: .research).safe)
    }

    @Test(arguments: [
        "Eine Nacktschnecke im Garten", "Nacktmulle", "Passau", "eine Klasse voller Kinder", "Scunthorpe", "Essex und Sussex",
        "Staatsexamen", "Heroine", "Siegfried sagt Heil dir", "Popcorn", "Fluss und Nuss", "Haken am Kreuz", "Grapefruit", "therapeutisch",
        "Ein Schloss am Meer", "Massage", "", "🎨", "a cat on the moon", "Rapunzel", "dem Sieg ein Heil",
    ])
    func `harmless words pass at every level`(_ text: String) throws {
        let lists = try Self.shipped()
        for level in SafetyLevel.allCases {
            #expect(lists.judge([text], at: level) == Verdict(safe: true, level: level, checkedBy: ["list"]))
        }
    }

    @Test(
        arguments: [
            ("ein nacktes Monster", [SafetyLevel.kids]), ("bloody hands", [.kids]), ("a torture chamber", [.kids, .youth]),
            ("Pornos", [.kids, .youth]), ("Vergewaltigung", [.kids, .youth]), ("p0rn", [.kids, .youth]),
            ("H4kenkreuz", [.kids, .youth, .adult]),
            ("n@ckt", [.kids]),
        ] as [(String, [SafetyLevel])]
    )
    func `a list applies at its levels alone`(_ text: String, _ levels: [SafetyLevel]) throws {
        let lists = try Self.shipped()
        #expect(SafetyLevel.allCases.filter { !lists.judge([text], at: $0).safe } == levels)
    }

    @Test func `the reason names term and rule in both languages`() throws {
        let verdict = try Self.shipped().judge(["a naked Hakenkreuzfahne"], at: .kids)
        #expect(verdict.findings.map(\.term).sorted() == ["Hakenkreuz", "naked"])
        #expect(Set(verdict.findings.map(\.list)) == ["kids", "law"])
        let reason = try #require(verdict.reason)
        #expect(reason.en.contains("„Hakenkreuz“") && reason.en.contains("§ 86a of the German") && reason.en.contains("For children"))
        #expect(reason.de.contains("„naked“") && reason.de.contains("StGB") && reason.de.contains("Für Kinder"))
    }

    @Test func `every text counts, and terms do not reach from one into the next`() throws {
        let lists = try Self.shipped()
        #expect(!lists.judge(["a cat", "Hakenkreuz"], at: .kids).safe)
        #expect(lists.judge(["Sieg", "Heil"], at: .kids).safe)
        #expect(lists.judge([], at: .kids).safe)
    }

    @Test func `whole, beginning and anywhere mean what they say`() throws {
        for (match, found) in [("whole", ["abc"]), ("prefix", ["abc", "abcx"]), ("anywhere", ["abc", "abcx", "xabc", "xabcx"])] {
            let lists = try Self.list(#"[{"term": "abc", "match": "\#(match)"}]"#)
            #expect(["abc", "abcx", "xabc", "xabcx", "ab c"].filter { !lists.judge([$0], at: .kids).safe } == found)
        }
    }

    @Test func `an exception saves its own word only`() throws {
        let lists = try Self.list(#"[{"term": "abc", "match": "prefix", "except": ["abcd"]}]"#)
        #expect(lists.judge(["abcd abcde"], at: .kids).safe)
        #expect(!lists.judge(["abcd abce"], at: .kids).safe)
    }

    @Test(arguments: [
        "", "{}", #"{"id": "x"}"#, #"{"id":"x","levels":["toddlers"],"rule":"r","terms":[]}"#,
        #"{"id":"x","levels":["kids"],"rule":"r","terms":[{"term":"…"}]}"#,
        #"{"id":"x","levels":["kids"],"rule":"r","terms":[{"term":""}]}"#,
        #"{"id":"x","levels":["kids"],"rule":"r","terms":[{"term":"a","match":"some"}]}"#,
    ])
    func `a list that cannot be read refuses the start, by its path`(_ text: String) {
        let failure = #expect(throws: Failure.self) { try WordLists(files: [("safety/x.json", Array(text.utf8))]) }
        #expect(failure?.code == .refusedStart)
        #expect(failure?.message.contains("safety/x.json") == true)
    }

    @Test func `a server without lists must not start`() {
        #expect(#expect(throws: Failure.self) { try WordLists(files: []) }?.code == .refusedStart)
    }
}
