import AtelierCore
import AtelierTesting
import Foundation
import Testing

/// Goal: audit, rebuild and backup as a person runs them.
@Suite struct RecoverCommandTests {
    @Test func `a backup that is taken while a server works passes the audit where it is restored`() async throws {
        let home = try TestHome()
        #expect(try await home.atelier("run", "drei Fische", "--output", "tune").end == .code(0))
        let server = try await home.serve()
        #expect(try await home.atelier("run", "vier Fische", "--output", "tune").end == .code(0))
        let backup = try await home.atelier("backup", home.work + "/kept.tar")
        #expect(backup.end == .code(0), "\(backup.errors)")
        #expect(try await home.atelier("audit").end == .code(0))
        #expect(try await home.atelier("backup", home.work + "/kept.tar").errors.contains("is there already"))
        #expect(try await server.stop() == .code(0))

        let copy = home.work + "/copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        let tar = try Process.run(URL(filePath: "/usr/bin/tar"), arguments: ["xf", home.work + "/kept.tar", "-C", copy])
        tar.waitUntilExit()
        let audit = try await home.run([TestHome.program, "audit", "--data", copy, "--json"])
        #expect(audit.end == .code(0), "\(audit.output)")
        #expect(try audit.json()["runs"]?.integer == 2)
        #expect(try await home.run([TestHome.program, "run", "fünf Fische", "--output", "tune", "--data", copy]).end == .code(0))
        #expect(try !home.tree().contains { $0.contains(".part") })
    }

    @Test func `a repair refuses beside a server and names it, and works without`() async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", "drei Fische", "--output", "tune", "--json")
        let id = try #require(try run.json()["run_id"]?.string.flatMap { RunID($0) })
        let metadata = "\(home.data)/archive/\(id.folder)/metadata.json"
        let whole = try Data(contentsOf: URL(filePath: metadata))
        try whole.dropLast(100).write(to: URL(filePath: metadata))
        let server = try await home.serve()
        for words in [["audit", "--repair"], ["rebuild"], ["audit", "--undo", "x"]] {
            let refused = try await home.run([TestHome.program] + words)
            #expect(refused.end == .code(2))
            #expect(refused.errors.contains("process \(server.process.pid) "), "\(refused.errors)")
        }
        #expect(try await home.atelier("audit").end == .code(1))
        #expect(try await server.stop() == .code(0))

        let repair = try await home.atelier("audit", "--repair", "--json")
        #expect(repair.end == .code(0), "\(repair.errors)")
        #expect(try Data(contentsOf: URL(filePath: metadata)) == whole)
        let journal = try #require(try repair.json()["journal"]?.string)
        #expect(try await home.atelier("audit", "--undo", journal).end == .code(0))
        #expect(try Data(contentsOf: URL(filePath: metadata)) == whole.dropLast(100))
    }

    @Test func `a damaged database is rebuilt from the folders, and the old one is kept`() async throws {
        let home = try TestHome()
        let run = try await home.atelier("run", "drei Fische", "--output", "tune", "--json")
        let id = try #require(try run.json()["run_id"]?.string)
        let database = home.data + "/atelier.db"
        try Data(repeating: 7, count: 50_000).write(to: URL(filePath: database))
        #expect(try await home.atelier("audit").end == .code(1))
        let rebuild = try await home.atelier("rebuild", "--json")
        #expect(try rebuild.json()["rebuilt"]?.integer == 1)
        #expect(try rebuild.json()["old_problem"]?.string != nil)
        #expect(try Data(contentsOf: URL(filePath: database + ".before-rebuild")) == Data(repeating: 7, count: 50_000))
        #expect(try await home.atelier("audit").end == .code(0))
        #expect(try await home.atelier("show", id).end == .code(0))
    }
}
