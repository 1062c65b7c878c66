import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct RunTests {
    @Test func `one run makes a picture and a tune, and both are served by their index`() async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", "Glocken über der Stadt", "--output", "sketch", "--output", "tune", "--seed", "7", "--json")
        #expect(run.end == .code(0), "\(run.errors)")
        let report = try run.json()
        #expect(report["outputs"]?.array?.compactMap { $0["type"]?.string } == ["output_image", "output_music"])
        let id = try #require(report["run_id"]?.string.flatMap { RunID($0) })
        let folder = home.folder(of: id)
        expectWhole(folder)
        let outputs = try #require(folder.metadata()["outputs"]?.array)
        #expect(outputs.map { $0["index"] } == [0, 1] && outputs.map { $0["type"] } == ["image", "music"])

        let server = try await home.serve()
        let picture = try await server.get("/api/media/image/\(id)/0")
        #expect(picture.status == 200 && picture["Content-Type"] == "image/png")
        #expect(try picture.body == folder.entity("output_image"))
        let tune = try await server.get("/api/media/music/\(id)/1")
        #expect(tune.status == 200 && tune["Content-Type"]?.hasPrefix("audio/") == true, "\(tune.headers)")
        #expect(try tune.body == folder.entity("output_music"))
        #expect(tune.body.prefix(4) == Array("RIFF".utf8)[...] && tune.body[8..<12] == Array("WAVE".utf8)[...])
        #expect(try await server.get("/api/media/image/\(id)/1").status == 404)
        #expect(try await server.get("/api/media/music/\(id)/0").status == 404)
        let info = try await server.get("/api/media/info/\(id)").json()["outputs"]?.array
        #expect(info?.map { $0["type"] } == ["image", "music"])
        #expect(info?.last?["duration_seconds"]?.double ?? 0 > 0)

        let body: JSON = ["schema": "dada", "input_text": "Glocken über der Stadt", "output_config": ["sketch", "tune"], "seed": 7]
        let answer = try await server.post(SeedCheckTests.execute, body).json()
        #expect(answer["media_output_count"] == 2)
        #expect(answer["media_outputs"]?.array?.map { $0["status"] } == ["success", "success"])
        for output in answer["media_outputs"]?.array ?? [] {
            #expect(try await server.get(try #require(output["output"]?.string)).status == 200)
        }
        #expect(try await server.stop() == .code(0))
    }

    /// Method: the runs before keep the engine busy, so that the one that is cancelled is surely still under way.
    @Test func `a run that is cancelled ends so, everywhere, and never comes back`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let big: JSON = ["width": 4096, "height": 4096]
        var others: [RunID] = []
        for number in 0..<4 {
            others.append(try await server.submit(["schema": "dada", "input_text": .string("davor \(number)"), "parameters": big]))
        }
        let id = try await server.submit(["schema": "dada", "input_text": "wird nichts", "parameters": big])
        let answer = try await server.post("/api/runs/\(id)/cancel")
        #expect(answer.status == 202, "\(answer.text)")
        let record = try await server.ended(id)
        #expect(record["status"] == "cancelled")
        let folder = home.folder(of: id)
        #expect(try folder.metadata()["status"] == "cancelled")
        expectWhole(folder)
        #expect(try await server.get("/api/media/image/\(id)").status == 404)
        ConcurrencyTests.expectOrder(try await server.events(of: id), endsWith: "run.cancelled")
        // Again is the same wish; one that comes too late is told the outcome.
        #expect([200, 202].contains(try await server.post("/api/runs/\(id)/cancel").status))
        for other in others.dropFirst() { _ = try await server.post("/api/runs/\(other)/cancel") }
        #expect(try await server.ended(others[0])["status"] == "succeeded")
        let late = try await server.post("/api/runs/\(others[0])/cancel")
        #expect(late.status == 409 && late.code == "conflict" && late.text.contains("succeeded"), "\(late.text)")
        #expect(try await server.post("/api/runs/01a1f958-5225-7000-b9d6-5e6c9a0cb4cc/cancel").status == 404)

        let before = try folder.print()
        #expect(try await server.stop() == .code(0))
        let second = try await home.serve()
        #expect(try await second.ended(id)["status"] == "cancelled")
        #expect(try folder.print() == before)
        #expect(try await second.stop() == .code(0))
    }

    @Test func `the same key and body are the same run, another body is a conflict`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let body: JSON = ["schema": "dada", "input_text": "einmal", "outputs": []]
        let key = [("Idempotency-Key", "a1")]
        let ids = try await withThrowingTaskGroup(of: RunID.self) { group in
            for _ in 0..<8 { group.addTask { try await server.submit(body, headers: key) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let other = try await server.post("/api/runs", ["schema": "dada", "input_text": "anders", "outputs": []], headers: key)
        #expect(other.status == 409 && other.code == "conflict", "\(other.text)")
        #expect(try await server.submit(body, headers: [("Idempotency-Key", "a2")]) != ids.first)
        try await server.crash()
        let second = try await home.serve()
        #expect(try await second.submit(body, headers: key) == ids.first)
        #expect(try await second.get("/api/runs/\(try #require(ids.first))").status == 200)
        #expect(try await home.atelier("runs", "--json").json()["runs"]?.array?.count == 2)
        let empty = try await second.post("/api/runs", body, headers: [("Idempotency-Key", "")])
        #expect(empty.status == 422, "\(empty.text)")
        #expect(try await second.stop() == .code(0))
    }

    @Test func `SIGTERM lets a running run finish, and what was queued waits for the next start`() async throws {
        let home = try TestHome()
        let server = try await home.serve(environment: ["ATELIER_LIMITS_CONCURRENT_RUNS": "1"])
        let side: JSON = ["width": 2048, "height": 2048]
        let first = try await server.submit(["schema": "dada", "input_text": "zu Ende", "parameters": side])
        let next = try await server.submit(["schema": "dada", "input_text": "danach", "parameters": side])
        _ = try await server.http.send("GET", "/api/runs/\(first)/events") { bytes in
            String(decoding: bytes, as: UTF8.self).contains("event: run.started")
        }
        #expect(try await server.stop() == .code(0))
        #expect(try home.folder(of: first).metadata()["status"] == "succeeded")
        expectWhole(home.folder(of: first))
        let second = try await home.serve()
        #expect(try await second.ended(first)["attempt"] == 1)
        #expect(try await second.ended(next)["status"] == "succeeded")
        #expect(try await second.stop() == .code(0))
    }

    @Test(arguments: 0..<8) func `SIGTERM is heard however early it comes`(_ round: Int) async throws {
        let home = try TestHome()
        for signal in [SIGTERM, SIGINT] {
            let process = try await home.start([TestHome.program, "serve", "--port", "0"])
            _ = try await eventually("the address") { process.output.contains("listens") ? true : nil }
            process.send(signal)
            #expect(try await process.untilEnded() == .code(0))
        }
        // So early that there may be no program yet: it ends all the same.
        let process = try await home.start([TestHome.program, "serve", "--port", "0"])
        process.send(SIGTERM)
        #expect([.code(0), .signal(SIGTERM)].contains(try await process.untilEnded()))
    }

    @Test func `SIGTERM lets a client that waits for its picture have it`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let body: JSON = ["schema": "dada", "input_text": "gleich fertig", "parameters": ["width": 2048, "height": 2048]]
        async let answer = server.post(SeedCheckTests.execute, body)
        _ = try await eventually("a run that runs") {
            try await home.atelier("runs", "--json").json()["runs"]?.array?.first
        }
        #expect(try await server.stop() == .code(0))
        let said = try await answer
        #expect(said.status == 200, "\(said.text)")
        #expect(try said.json()["status"] == "success")
        let id = try #require(said.json()["run_id"]?.string.flatMap { RunID($0) })
        #expect(try home.folder(of: id).metadata()["status"] == "succeeded")
    }

    @Test(arguments: [
        [("Host", "evil.example")], [("Host", "evil.example:80")], [("Host", "127.0.0.1.evil.example")], [("X-Forwarded-For", "127.0.0.1")],
        [("CF-Connecting-IP", "10.0.0.1")], [("Forwarded", "for=127.0.0.1")], [("X-Real-IP", "127.0.0.1")],
        [("X-Forwarded-Host", "localhost")],
        [("X-Forwarded-Proto", "https")], [("cf-ray", "1")],
    ])
    func `a request that did not come from this machine is not let in`(_ headers: [(String, String)]) async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let answers = [
            try await server.get("/api/runs/01a1f958-5225-7000-b9d6-5e6c9a0cb4cc", headers: headers),
            try await server.post("/api/runs", ["schema": "dada", "input_text": "a"], headers: headers),
            try await server.post(SeedCheckTests.execute, SeedCheckTests.body, headers: headers),
        ]
        for answer in answers { #expect(answer.status == 401 && answer.code == "unauthenticated", "\(answer.text)") }
        #expect(try await home.atelier("runs", "--json").json()["runs"] == [])
        #expect(try await server.stop() == .code(0))
    }

    @Test(arguments: [
        [("Origin", "http://evil.example")], [("Origin", "null")], [("Origin", "http://localhost:1")], [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")], [("Origin", "https://127.0.0.1.evil.example")],
    ])
    func `a page of another site cannot make anything here`(_ headers: [(String, String)]) async throws {
        let home = try TestHome()
        let server = try await home.serve()
        for path in ["/api/runs", SeedCheckTests.execute] {
            let answer = try await server.post(path, SeedCheckTests.body, headers: headers)
            #expect(answer.status == 403 && answer.code == "forbidden", "\(answer.text)")
        }
        #expect(try await home.atelier("runs", "--json").json()["runs"] == [])
        let own = [("Origin", "http://127.0.0.1:\(server.port)"), ("Sec-Fetch-Site", "same-origin")]
        #expect(try await server.post("/api/runs", ["schema": "dada", "input_text": "a", "outputs": []], headers: own).status == 202)
        #expect(try await server.stop() == .code(0))
    }
}
