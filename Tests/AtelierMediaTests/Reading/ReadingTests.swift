import Testing

@testable import AtelierMedia

@Suite struct ReadingTests {
    @Test func `things and colours are read in English and German`() {
        let english = Reading("A blue fish dreams of flying over the city", schema: "s")
        #expect(english.motifs.first == "fish")
        #expect(english.colours == ["blue"])
        let german = Reading("Eine rote Kaffeetasse am Fenster", schema: "s")
        #expect(german.motifs == ["cup", "window"])
        #expect(german.colours == ["red"])
    }

    @Test func `a word that two languages share is read in the text's language`() {
        #expect(!Reading("Der Zug hat keine Zeit und ist da", schema: "s").motifs.contains("hat"))
        #expect(Reading("A man with a hat and the sea", schema: "s").motifs.contains("hat"))
    }

    @Test func `emoji are read by their names`() {
        #expect(Reading("☕️🐟🌞", schema: "s").motifs == ["cup", "fish", "sun"])
    }

    @Test func `signs inside a Japanese sentence are found`() {
        let reading = Reading("赤い魚が月を見る", schema: "s")
        #expect(reading.motifs.contains("fish") && reading.motifs.contains("moon"))
        #expect(reading.colours == ["red"])
        #expect(reading.language == "ja")
    }

    @Test func `moods and places come from the strongest words`() {
        let reading = Reading("Sturm, Krieg und Lärm: die Stadt brennt in der Nacht", schema: "s")
        #expect(reading.moods.first == .wild)
        #expect(reading.place == .city)
    }

    @Test func `telling words come before small ones`() {
        #expect(Reading("it is the house of all the others", schema: "s").salient.first == "house")
    }

    @Test(arguments: ["", "...", "\u{0}\u{E000}"]) func `a text without a word has an empty reading`(_ text: String) {
        let reading = Reading(text, schema: "s")
        #expect(reading.words.isEmpty && reading.salient.isEmpty && reading.phrases.isEmpty)
    }

    @Test func `every motif of the lexicon can be cut out`() {
        for line in LexiconTables.motifs.split(separator: "\n") {
            let name = String(line.prefix { $0 != ":" })
            #expect(Motifs.layers(name) != nil, "\(name)")
        }
    }

    @Test func `sines need no libm and meet the known values`() {
        #expect(Turn.sine(0) == 0 && Turn.sine(900) == 1 && Turn.sine(1800) == 0 && Turn.cosine(0) == 1)
        #expect(abs(Turn.sine(300) - 0.5) < 1e-4 && abs(Turn.sine(-450) + 0.70711) < 1e-4)
    }
}
