import AtelierCore
import Testing

@Suite struct SearchWordsTests {
    @Test(arguments: [
        ("Hello, world!", ["Hello", "world"]), ("moon-light_2", ["moon", "light", "2"]), ("", []), ("🎨 *", []), ("\u{301}", []),
        ("Ka\u{308}se", ["Ka\u{308}se"]), ("שלום עולם", ["שלום", "עולם"]), ("a\"b", ["a", "b"]),
    ])
    func `a text is cut at everything but letters, digits and marks`(_ text: String, _ words: [String]) {
        #expect(SearchWords.split(text) == words)
    }

    @Test(arguments: [
        ("KÄSE", "kase"), ("Ka\u{308}se", "kase"), ("café", "cafe"), ("ǖ", "u"), ("straße", "straße"), ("øl", "øl"), ("猫", "猫"),
    ])
    func `case and Latin accents are folded away`(_ word: String, _ folded: String) {
        #expect(SearchWords.fold(word) == folded)
    }

    @Test func `white space is no query, and words of three letters are beginnings`() {
        #expect(SearchWords(query: " \n") == nil)
        #expect(SearchWords(query: "*")?.words.isEmpty == true)
        #expect(SearchWords(query: "ab abc \u{e9}\u{301}b")?.words.map(\.isPrefix) == [false, true, false])
        #expect(SearchWords(query: String(repeating: "a ", count: 99))?.words.count == SearchWords.limit)
    }
}
