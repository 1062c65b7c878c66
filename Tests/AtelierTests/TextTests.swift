import AtelierCore
import AtelierTesting
import Testing

@Suite struct TextTests {
    static let ideas = [
        "Nimm {{CONTEXT}} und {{INPUT_TEXT}} und {{ nichts }}", #"sie sagte: "nein" und 'doch' \n \u0041 \\"#,
        "erste Zeile\nzweite\r\ndritte\tEnde\n", "<script>alert('x')</script> &amp; <b>",
        "links \u{202E}rechts\u{202C} \u{200F}مرحبا\u{200E} Ende",
        "eine Familie 👨‍👩‍👧‍👦 und 🏳️‍🌈 und 🧑🏽", "\u{0301}", "e\u{0301} ist nicht \u{E9}", "\u{FEFF}mit Marke davor", "  Leerzeichen außen  ",
        "$HOME `id` $(id) %s %n ;-- ' OR 1=1", "日本語の詩、ひとつ", "\u{1}\u{1F} Steuerzeichen \u{7F}", "\u{FFFD}\u{10FFFD}\u{E000}",
        "../../etc/passwd", "null",
    ]

    /// Goal: the idea is the person's; nothing in it is a command, a placeholder or a mistake to correct.
    ///
    /// Method: compared as bytes, since texts that look the same are equal to Swift.
    @Test(arguments: ideas) func `an idea is stored and given back byte for byte`(_ idea: String) async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let body: JSON = ["schema": "dada", "input_text": .string(idea), "output_config": "tune", "seed": 7]
        let answer = try await server.post(SeedCheckTests.execute, body)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.body.firstRange(of: Array(#""input_text":"#.utf8) + JSON.string(idea).canonical) != nil, "\(answer.text)")
        let id = try #require(answer.json()["run_id"]?.string.flatMap { RunID($0) })
        let folder = home.folder(of: id)
        #expect(try folder.file("02_input.txt") == Array(idea.utf8))
        expectWhole(folder)
        let plan = try JSON(parsing: folder.entity("config_used"))
        #expect(plan["input_text"]?.string.map { Array($0.utf8) } == Array(idea.utf8))
        let served = try await server.get("/api/pipeline/\(id)/entity/input")
        #expect(served.body == Array(idea.utf8))
        #expect(served["Content-Type"]?.hasPrefix("text/plain") == true && served["X-Content-Type-Options"] == "nosniff")
        #expect(try await server.stop() == .code(0))
        // By the command line, which takes it as one word.
        let run = try await home.atelier("run", "--output", "tune", "--seed", "7", "--json", "--", idea)
        #expect(run.end == .code(0), "\(run.errors)")
        let second = try #require(run.json()["run_id"]?.string.flatMap { RunID($0) })
        #expect(try home.folder(of: second).entity("input") == Array(idea.utf8))
        #expect(try home.folder(of: second).entity("output_music") == folder.entity("output_music"))
    }

    @Test func `escapes in JSON mean the characters that they stand for`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let body = #"{"schema":"dada","input_text":"\u00e4\ud83d\ude00\/\"\\\n","outputs":[]}"#
        let answer = try await server.post("/api/runs", body)
        let id = try #require(answer.json()["run_id"]?.string.flatMap { RunID($0) })
        _ = try await server.ended(id)
        #expect(try home.folder(of: id).entity("input") == Array("ä😀/\"\\\n".utf8))
        #expect(try await server.stop() == .code(0))
    }
}
