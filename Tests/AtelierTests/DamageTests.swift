import AtelierCore
import AtelierTesting
import Foundation
import Testing

/// Goal: I3 and I5, damage is said with its own code, and nothing is repaired, replaced or hidden in passing.
@Suite struct DamageTests {
    /// A run with a picture in a data directory that nobody holds.
    private func made(in home: TestHome) async throws -> RunFolder {
        let run = try await home.atelier("run", "ein Haus am See", "--seed", "7", "--json")
        return home.folder(of: try #require(run.json()["run_id"]?.string.flatMap { RunID($0) }, "\(run.errors)"))
    }

    @Test(arguments: [
        "", "{", "{}", "null", "[]", "kein JSON", "{\"run_id\": \"01a1f958-5225-7000-b9d6-5e6c9a0cb4cc\", \"status\": \"succeeded\"}",
    ])
    func `a corrupted metadata.json is said, and nothing is written over it`(_ text: String) async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/metadata.json"))
        let before = try folder.print()
        for words in [["show", folder.id.text], ["show", folder.id.text, "--json"]] {
            let show = try await home.run([TestHome.program] + words)
            #expect(show.end == .code(1))
            #expect(show.errors.contains("metadata.json") && show.errors.contains("nothing was changed"), "\(show.errors)")
        }
        let show = try await home.atelier("show", folder.id.text, "--json")
        #expect(try show.json()["code"] == "corrupt")
        let server = try await home.serve()
        for path in ["/api/runs/\(folder.id)", "/api/pipeline/\(folder.id)/status", "/api/media/info/\(folder.id)"] {
            let answer = try await server.get(path)
            #expect(answer.status == 500 && answer.code == "corrupt", "\(path): \(answer.text)")
            #expect(answer["Cache-Control"] == "no-store")
        }
        #expect(try await server.stop() == .code(0))
        #expect(try folder.print() == before)
    }

    @Test func `a metadata.json that is gone is missing, not new`() async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        try FileManager.default.removeItem(atPath: folder.path + "/metadata.json")
        let before = try folder.print()
        let server = try await home.serve()
        let answer = try await server.get("/api/runs/\(folder.id)")
        #expect(answer.status == 410 && answer.code == "missing", "\(answer.text)")
        #expect(try await server.stop() == .code(0))
        #expect(try folder.print() == before)
    }

    @Test func `a deleted picture is missing, and the rest of the run stays readable`() async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        try FileManager.default.removeItem(atPath: folder.path + "/07_output_image.png")
        let before = try folder.print()
        let server = try await home.serve()
        for method in ["GET", "HEAD"] {
            let answer = try await server.http.send(method, "/api/media/image/\(folder.id)")
            #expect(answer.status == 410 && answer["Cache-Control"] == "no-store")
            #expect(method == "HEAD" || answer.code == "missing", "\(answer.text)")
            #expect(answer["ETag"] == nil)
        }
        #expect(try await server.get("/api/runs/\(folder.id)").status == 200)
        #expect(try await server.get("/api/pipeline/\(folder.id)/entity/input").text == "ein Haus am See")
        #expect(try await server.stop() == .code(0))
        #expect(try folder.print() == before)
    }

    @Test func `a picture that was cut off is corrupt`() async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        let path = folder.path + "/07_output_image.png"
        try Data(folder.file("07_output_image.png").prefix(1000)).write(to: URL(fileURLWithPath: path))
        let server = try await home.serve()
        let answer = try await server.get("/api/media/image/\(folder.id)")
        #expect(answer.status == 500 && answer.code == "corrupt", "\(answer.text)")
        #expect(answer["Cache-Control"] == "no-store")
        #expect(try await server.stop() == .code(0))
    }

    @Test func `a database that is none is refused and left alone`() async throws {
        let home = try TestHome()
        let path = try home.write(String(repeating: "kein SQLite. ", count: 1000), to: "atelier/atelier.db")
        for words in [["serve", "--port", "0"], ["run", "ein Ball"], ["runs"]] {
            let command = try await home.run([TestHome.program] + words)
            guard case .code(let code) = command.end, code != 0 else {
                Issue.record("\(words) ended with \(command.end)")
                continue
            }
            #expect(command.errors.contains("database"), "\(command.errors)")
        }
        #expect(FileManager.default.contents(atPath: path)?.count == 13_000)
    }
}
