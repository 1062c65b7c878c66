import AtelierCore
import AtelierTesting
import Testing

/// Goal: I12, safety is the server's, on every path in, and says why in the person's language.
@Suite struct SafetyTests {
    @Test(arguments: [("de", "Nicht gemacht"), ("en", "Not made")])
    func `a blocked idea is 403 on execute, with the term and the reason in the person's language`(
        _ language: String,
        _ says: String
    )
        async throws
    {
        let home = try TestHome()
        let server = try await home.serve()
        let body = #"{"schema":"dada","input_text":"eine Leiche im Keller","safety_level":"kids","user_language":"\#(language)"}"#
        let answer = try await server.post(SeedCheckTests.execute, body)
        let problem = try answer.json()
        #expect(answer.status == 403 && answer.code == "blocked", "\(answer.text)")
        #expect(problem["status"] == "error")
        let sentence = problem["detail"]?.string ?? ""
        #expect(sentence.contains(says) && sentence.contains("Leiche"), "\(sentence)")
        #expect(problem["error"]?.string == sentence)
        let id = try #require(problem["run_id"]?.string.flatMap { RunID($0) })
        // It is a run like any other: recorded, with the verdict, and without a picture.
        let folder = home.folder(of: id)
        expectWhole(folder)
        let metadata = try folder.metadata()
        #expect(metadata["status"] == "blocked" && metadata["error"]?["message"]?.string == sentence)
        #expect(try JSON(parsing: folder.entity("safety"))["safe"] == false)
        #expect(metadata["entities"]?.array?.contains { $0["type"] == "interception" || $0["type"] == "output_image" } == false)
        #expect(try await server.get("/api/media/image/\(id)").status == 404)
        ConcurrencyTests.expectOrder(try await server.events(of: id), endsWith: "run.blocked")
        #expect(try await server.stop() == .code(0))
    }

    @Test(arguments: [
        "eine LEICHE", "eine L\u{200B}eiche", "eine Le\u{AD}iche", "ein Mädchen, nackt und blutig", "Le\u{301}iche", "ein Hakenkreuz",
        "H4kenkreuz? nein: Hakenkreuzfahne",
    ])
    func `a blocked idea is exit 3 on the command line, however it is written`(_ idea: String) async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", idea, "--safety", "kids", "--json")
        #expect(run.end == .code(3), "\(run.output)")
        #expect(try run.json()["status"] == "blocked")
        #expect(try run.json()["outputs"] == [])
        #expect(try run.json()["error"]?["code"] == "blocked")
    }

    @Test func `a level below the floor is raised, and the answer carries both`() async throws {
        let home = try TestHome()
        try home.write(#"{"safety": {"floor": "youth"}}"#, to: "atelier/atelier.json")
        let server = try await home.serve()
        let id = try await server.submit(["schema": "dada", "input_text": "ein Ball", "outputs": [], "safety_level": "adult"])
        let record = try await server.ended(id)
        #expect(record["safety_level"] == "youth" && record["requested_safety_level"] == "adult", "\(record)")
        #expect(try await server.stop() == .code(0))
    }
}
