import AtelierCore
import AtelierTesting
import Foundation
import Testing

/// A check that never fails proves nothing: each is broken on purpose here.
@Suite struct HarnessTests {
    private func made(in home: TestHome) async throws -> RunFolder {
        let run = try await home.atelier("run", "ein Haus am See", "--output", "tune", "--json")
        let folder = home.folder(of: try #require(run.json()["run_id"]?.string.flatMap { RunID($0) }, "\(run.errors)"))
        expectWhole(folder)
        return folder
    }

    /// Changes `metadata.json` as somebody would who wants it to look right.
    private func change(_ folder: RunFolder, _ body: (inout [JSON]) throws -> Void) throws {
        var metadata = try folder.metadata()
        var entities = metadata["entities"]?.array ?? []
        try body(&entities)
        metadata["entities"] = .array(entities)
        try Data(metadata.canonical).write(to: URL(fileURLWithPath: folder.path + "/metadata.json"))
    }

    @Test func `a changed, added, lost or doubled entity is found`() async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        let whole = try folder.file("metadata.json")
        let input = folder.path + "/02_input.txt"
        func isFound(_ what: String) throws {
            let flaws = try folder.flaws()
            #expect(flaws.contains { $0.contains(what) }, "\(what): \(flaws)")
        }

        try Data("ein Haus im See".utf8).write(to: URL(fileURLWithPath: input))
        try isFound("sha256")
        // With its hash made to fit, the chain still tells.
        try self.change(folder) { $0[1]["sha256"] = .string(Digest(of: "ein Haus im See".utf8).hex) }
        try isFound("02_input.txt: link")
        try Data("ein Haus am See".utf8).write(to: URL(fileURLWithPath: input))
        try Data(whole).write(to: URL(fileURLWithPath: folder.path + "/metadata.json"))
        expectWhole(folder)

        try self.change(folder) { $0[2]["timestamp"] = "2020-01-01T00:00:00.000Z" }
        try isFound("link")
        try self.change(folder) { $0.swapAt(3, 4) }
        try isFound("out of order")
        try self.change(folder) { $0.append($0[4]) }
        try isFound("twice")
        try Data(whole).write(to: URL(fileURLWithPath: folder.path + "/metadata.json"))
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/99_input.txt"))
        try isFound("files")
    }

    @Test func `a touched file is seen even when its bytes are the same`() async throws {
        let home = try TestHome()
        let folder = try await self.made(in: home)
        let before = try folder.print()
        #expect(try folder.print() == before)
        let path = folder.path + "/metadata.json"
        try Data(folder.file("metadata.json")).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(try folder.print() != before)
    }

    @Test func `a process that nobody holds any more is gone, and its folder too`() async throws {
        var home: TestHome? = try TestHome()
        let work = try #require(home?.work)
        var process = try await home?.start(["/bin/sleep", "1000"])
        let pid = try #require(process?.pid)
        #expect(kill(pid, 0) == 0)
        (process, home) = (nil, nil)
        #expect(process == nil && kill(pid, 0) != 0)
        #expect(home == nil && !FileManager.default.fileExists(atPath: work))
    }
}
