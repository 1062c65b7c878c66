import AtelierCore
import AtelierTesting
import Testing

/// What users of the earlier systems check first, word for word (docs/contract.md, sections 1 and 4).
@Suite struct SeedCheckTests {
    static let execute = "/api/schema/pipeline/execute"
    static let body = #"{"schema":"dada","input_text":"Test","execution_mode":"eco","safety_level":"kids"}"#

    /// A run that was made as the first users make it.
    private func made(by server: ServerProcess, headers: [(String, String)] = []) async throws -> RunID {
        let answer = try await server.post(Self.execute, Self.body, headers: headers)
        #expect(answer.status == 200, "\(answer.text)")
        let json = try answer.json()
        #expect(json["status"]?.string == "success")
        #expect(json["media_output"]?["status"]?.string == "success")
        #expect(json["media_output"]?["run_id"] == json["run_id"])
        return try #require(json["run_id"]?.string.flatMap { RunID($0) }, "\(answer.text)")
    }

    /// Goal: I1, I2 and I4: one id, and what it names is there, everywhere the same, on the first request.
    private func expectAgreement(on id: RunID, _ server: ServerProcess, in home: TestHome) async throws {
        let picture = try await server.get("/api/media/image/\(id)")
        #expect(picture.status == 200)
        #expect(picture["Content-Type"] == "image/png")
        let hash = Digest(of: picture.body).hex
        #expect(picture["ETag"] == "\"\(hash)\"")

        let folder = home.folder(of: id)
        #expect(folder.path.hasSuffix("/runs/\(id.time.dayPath)/\(id)"))
        expectWhole(folder)
        #expect(try folder.entity("output_image") == picture.body)
        let metadata = try folder.metadata()
        #expect(metadata["status"] == "succeeded")
        let entities = try #require(metadata["entities"]?.array)
        let image = try #require(entities.first { $0["type"] == "output_image" })
        #expect(image["sha256"]?.string == hash)

        let status = try await server.get("/api/pipeline/\(id)/status").json()
        #expect(status["run_id"]?.string == id.text)
        #expect(status["completed_outputs"] == status["expected_outputs"])
        #expect(status["completed_outputs"] == .array(entities.compactMap { $0["type"] }))
        let listed = try await server.get("/api/pipeline/\(id)/entities").json()
        #expect(listed["run_id"]?.string == id.text)
        #expect(listed["entity_count"]?.integer == Int64(entities.count))
        for entity in listed["entities"]?.array ?? [] {
            let answer = try await server.get(try #require(entity["url"]?.string))
            #expect(answer.status == 200)
            #expect(Digest(of: answer.body).hex == entity["sha256"]?.string)
        }
        let info = try await server.get("/api/media/info/\(id)").json()
        #expect(info["run_id"]?.string == id.text)
        #expect(info["outputs"]?.array?.count == 1)
        #expect(info["outputs"]?.array?.first?["filename"] == image["filename"])
        #expect(info["outputs"]?.array?.first?["file_size_bytes"]?.integer == Int64(picture.body.count))
        let record = try await server.get("/api/runs/\(id)").json()
        #expect(record["run_id"]?.string == id.text)
        for (key, value) in metadata.object ?? [:] { #expect(record[key] == value, "\(key)") }
        for link in Self.links(in: record["links"]) { #expect(try await server.get(link).status == 200, "\(link)") }
    }

    private static func links(in links: JSON?) -> [String] {
        (links?.object ?? [:]).values.flatMap { $0.array ?? [$0] }.compactMap(\.string).filter { !$0.hasSuffix("/events") }
    }

    @Test(arguments: [[], [("Content-Type", "application/x-www-form-urlencoded")], [("Content-Type", "text/plain")]])
    func `the first curl gives one id that everything agrees on, also after kill -9`(_ headers: [(String, String)]) async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let id = try await self.made(by: server, headers: headers)
        try await self.expectAgreement(on: id, server, in: home)
        let before = try home.folder(of: id).print()
        try await server.crash()

        let second = try await home.serve()
        try await self.expectAgreement(on: id, second, in: home)
        #expect(try home.folder(of: id).print() == before)
        #expect(try await second.stop() == .code(0))
    }

    @Test func `a picture has HEAD, ranges and conditional requests`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let path = "/api/media/image/\(try await self.made(by: server))"
        let whole = try await server.get(path)
        let tag = try #require(whole["ETag"])
        let size = whole.body.count
        #expect(whole["Cache-Control"]?.contains("immutable") == true)

        let head = try await server.http.send("HEAD", path)
        #expect(head.status == 200 && head["ETag"] == tag && head["Content-Length"] == String(size) && head.body.isEmpty)
        let middle = try await server.get(path, headers: [("Range", "bytes=100-199")])
        #expect(middle.status == 206 && middle.body == Array(whole.body[100..<200]))
        #expect(middle["Content-Range"] == "bytes 100-199/\(size)")
        let tail = try await server.get(path, headers: [("Range", "bytes=-10")])
        #expect(tail.status == 206 && tail.body == whole.body.suffix(10))
        let open = try await server.get(path, headers: [("Range", "bytes=\(size - 5)-")])
        #expect(open.status == 206 && open.body == whole.body.suffix(5))
        let beyond = try await server.get(path, headers: [("Range", "bytes=\(size)-")])
        #expect(beyond.status == 416 && beyond["Content-Range"] == "bytes */\(size)")
        let known = try await server.get(path, headers: [("If-None-Match", tag)])
        #expect(known.status == 304 && known.body.isEmpty && known["ETag"] == tag)
        #expect(try await server.get(path, headers: [("If-None-Match", "\"other\"")]).status == 200)
        let stale = try await server.get(path, headers: [("Range", "bytes=0-9"), ("If-Range", "\"other\"")])
        #expect(stale.status == 200 && stale.body == whole.body)
        #expect(try await server.get(path + "/0").body == whole.body)
        #expect(try await server.get(path + "/1").status == 404)
    }

    /// Goal: I3, reading never writes.
    ///
    /// Method: every way to read, in turn, a thousand times; then compare bytes, times and inodes.
    @Test func `a run that is read 1,000 times is unchanged to the byte`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let id = try await self.made(by: server)
        let before = try home.folder(of: id).print()
        let paths = [
            "/api/runs/\(id)", "/api/pipeline/\(id)/status", "/api/pipeline/\(id)/entities", "/api/media/image/\(id)",
            "/api/media/info/\(id)", "/api/runs/\(id)/events", "/api/runs/\(id)/entities/2", "/api/pipeline/\(id)/entity/interception",
            "/api/pipeline/\(id)/file/02_input.txt", "/api/media/image/\(id)/7",
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for round in 0..<125 {
                        let path = paths[(lane + round) % paths.count]
                        let status = try await server.get(path).status
                        #expect(status == (path.hasSuffix("/7") ? 404 : 200), "\(path)")
                    }
                }
            }
            try await group.waitForAll()
        }
        for words in [["show", id.text], ["show", id.text, "--json"], ["runs"]] {
            let command = try await home.run([TestHome.program] + words)
            #expect(command.end == .code(0), "\(words): \(command.errors)")
        }
        #expect(try home.folder(of: id).print() == before)
    }
}
