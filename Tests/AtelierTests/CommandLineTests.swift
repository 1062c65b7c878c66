import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct CommandLineTests {
    static let idea = "Ein Frühstückstisch am Sonntagmorgen"

    @Test func `one idea and one seed in two data directories give two ids and one picture`() async throws {
        var ids: Set<String> = []
        var hashes: Set<String> = []
        for _ in 0..<2 {
            let home = try TestHome()
            let run = try await home.atelier("run", Self.idea, "--schema", "dada", "--seed", "7", "--json")
            #expect(run.end == .code(0), "\(run.errors)")
            let report = try run.json()
            let id = try #require(report["run_id"]?.string.flatMap { RunID($0) })
            let output = try #require(report["outputs"]?.array?.first)
            #expect(report["outputs"]?.array?.count == 1)
            #expect(output["type"] == "output_image" && output["mime_type"] == "image/png")
            let folder = home.folder(of: id)
            #expect(report["folder"]?.string == folder.path)
            #expect(output["path"]?.string == "\(folder.path)/\(output["filename"]?.string ?? "")")
            expectWhole(folder)
            let bytes = try folder.entity("output_image")
            #expect(output["sha256"]?.string == Digest(of: bytes).hex)
            #expect(output["bytes"]?.integer == Int64(bytes.count))
            // A PNG's first chunk tells its size: two words at byte 16.
            #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            #expect(bytes[16..<24] == [0, 0, 4, 0, 0, 0, 4, 0])
            ids.insert(id.text)
            hashes.insert(Digest(of: bytes).hex)
        }
        #expect(ids.count == 2 && hashes.count == 1)
    }

    @Test func `runs, show and schemas tell the same with and without --json`() async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", Self.idea, "--json")
        let id = try #require(run.json()["run_id"]?.string)

        // SQLite keeps two files beside a database that is read; they hold nothing of anybody's.
        func tree() throws -> [String] { try home.tree().filter { !$0.hasSuffix(".db-shm") && !$0.hasSuffix(".db-wal") } }
        let before = try tree()

        let list = try await home.atelier("runs", "--json")
        #expect(list.end == .code(0))
        #expect(try list.json()["runs"]?.array?.map { $0["run_id"]?.string } == [id])
        let lines = try await home.atelier("runs")
        #expect(lines.end == .code(0) && lines.output.hasPrefix(id) && lines.output.contains(Self.idea))
        #expect(try await home.atelier("runs", "--status", "failed", "--json").json()["runs"] == [])
        #expect(try await home.atelier("runs", "--q", "Frühstückstisch", "--json").json()["runs"]?.array?.count == 1)

        let shown = try await home.atelier("show", id, "--json")
        #expect(shown.end == .code(0))
        #expect(try shown.json() == run.json())
        let text = try await home.atelier("show", id)
        #expect(text.output.contains("output_image.png") && text.output.contains("succeeded"))

        #expect(try tree() == before)

        let schemas = try await home.atelier("schemas", "--json")
        let entries = try #require(schemas.json().array)
        let ownRule = try #require(entries.first { $0["id"] == "user_defined" })
        #expect(ownRule["available"] == false && ownRule["reason"]?.string?.contains("text model") == true)
        #expect(entries.first { $0["id"] == "dada" }?["available"] == true)
        #expect(Set(["dada", "user_defined", "sketch", "tune"]).isSubset(of: entries.compactMap { $0["id"]?.string }))
        let plain = try await home.atelier("schemas")
        #expect(entries.allSatisfy { plain.output.contains($0["id"]?.string ?? "?") })
    }

    @Test func `the exit code says how it ended`() async throws {
        let home = try TestHome()
        #expect(try await home.atelier("run", "ein Ball").end == .code(0))
        #expect(try await home.atelier("show", "01a1f958-5225-7000-b9d6-5e6c9a0cb4cc").end == .code(1))
        #expect(try await home.atelier("run", "ein Ball", "--schema", "nichts").end == .code(2))
        #expect(try await home.atelier("run").end == .code(2))
        #expect(try await home.atelier("run", "ein", "Ball").end == .code(2))
        #expect(try await home.atelier("run", "eine Leiche", "--safety", "kids").end == .code(3))
        #expect(try await home.atelier().end == .code(2))
        #expect(try await home.atelier("help").end == .code(0))
        #expect(try await home.atelier("run", "--help").end == .code(0))
    }

    @Test func `an error is one sentence on standard error, and with --json one problem on standard output`() async throws {
        let home = try TestHome()
        let plain = try await home.atelier("run", "ein Ball", "--schema", "dadaa")
        #expect(plain.output == "")
        #expect(plain.errors.hasPrefix("atelier: There is no schema 'dadaa'.\n"))
        #expect(plain.errors.contains("Did you mean 'dada'?"))
        let json = try await home.atelier("run", "ein Ball", "--schema", "dadaa", "--json")
        #expect(json.end == .code(2))
        #expect(try json.json()["code"] == "unknown_schema")
        #expect(try home.tree() == [])
    }

    @Test func `--data is taken from where the command was called`() async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", "ein Ball", "--data", "hier/drin", "--output", "tune", "--json")
        #expect(run.end == .code(0), "\(run.errors)")
        #expect(try run.json()["folder"]?.string?.hasPrefix("\(home.work)/hier/drin/archive/runs/") == true)
        #expect(try await home.atelier("runs", "--data=hier/drin", "--json").json()["runs"]?.array?.count == 1)
        #expect(try home.tree().allSatisfy { $0.hasPrefix("hier") })
    }

    @Test func `commands that only read make nothing`() async throws {
        let home = try TestHome()
        for words in [["runs"], ["runs", "--json"], ["schemas"], ["config"], ["help"], ["version"]] {
            #expect(try await home.run([TestHome.program] + words).end == .code(0), "\(words)")
        }
        #expect(try await home.atelier("runs", "--json").json()["runs"] == [])
        #expect(try home.tree() == [])
    }
}
