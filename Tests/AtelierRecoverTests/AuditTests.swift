import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import Foundation
import Testing

@Suite struct AuditTests {
    /// Goal: every damage is found, by its kind and its run, and nothing else is; repair mends what can be mended and touches nothing else;
    /// undo brings back exactly what was there.
    ///
    /// Method: a thousand runs, sixteen of them damaged, each in another way; listings with hashes and times before and after.
    @Test func `a damaged thousand is found, mended and brought back`() async throws {
        let home = try DataHome()
        try await MadeRuns.fill(home, 1000)
        #expect(try await home.findings() == [])
        for damage in Damage.allCases { try await damage.inflict(on: home) }
        let damaged = try home.listing()

        let found = try await home.findings()
        #expect(found.map(\.told).sorted() == Damage.allCases.map(\.told).sorted())
        #expect(try home.listing() == damaged, "an audit changed something")

        let (mended, left) = try await home.repair()
        #expect(mended.map(\.told).sorted() == Damage.allCases.filter(\.expected.isMended).map(\.told).sorted())
        #expect(left.map(\.told).sorted() == Damage.allCases.filter { !$0.expected.isMended }.map(\.told).sorted())
        let repaired = try home.listing()
        #expect(Self.changes(damaged, repaired) == Self.wanted)
        #expect(try await home.findings().map(\.told).sorted() == left.map(\.told).sorted())
        let restored = try #require(try await home.store.run(Damage.lostRow.run))
        #expect(restored.entities == (try MadeRuns.run(Damage.lostRow.rawValue * 61 + 5).0.record.entities))

        _ = try await home.journal().undo(home.store)
        #expect(try home.listing() == damaged)
        #expect(try await home.store.run(Damage.lostRow.run) == nil)
        #expect(try await home.findings().map(\.told).sorted() == Damage.allCases.map(\.told).sorted())
        await #expect(throws: Failure.self, "a repair is undone once") { try await home.journal().undo(home.store) }
        try await home.store.close()
    }

    /// The files that a repair makes, replaces or moves away; all below the archive.
    private static var wanted: Set<String> {
        let metadata = Damage.allCases.filter { $0.expected.isMended && $0.expected.file == "/metadata.json" }
        let moved: [Damage] = [.extraFile, .emptyExtra]
        return Set(metadata.map { "\($0.run.folder)/metadata.json" } + moved.map { "\($0.run.folder)\($0.expected.file ?? "")" })
            .union(["tmp/\(Damage.temporaryFile.run).3", "\(Damage.strayFolder.run.folder)-copy/a.txt"])
    }

    private static func changes(_ before: [String: String], _ after: [String: String]) -> Set<String> {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    }

    /// Goal: an undo that could not bring everything back changes nothing.
    @Test func `what changed after a repair is not overwritten by its undo`() async throws {
        let home = try DataHome()
        try await MadeRuns.fill(home, 20)
        let folder = home.runFolder(Sample.id(3000))
        try Data("{".utf8).write(to: URL(filePath: folder + "/metadata.json"))
        try Data("x".utf8).write(to: URL(filePath: folder + "/99_x.txt"))
        _ = try await home.repair()
        try Data("[]".utf8).write(to: URL(filePath: folder + "/metadata.json"))
        let before = try home.listing()
        await #expect(throws: Failure.self) { try await home.journal().undo(home.store) }
        #expect(try home.listing() == before)
        try await home.store.close()
    }

    /// Goal: what a server is writing is no finding.
    @Test func `temporary files of a running server are its own`() async throws {
        let home = try DataHome()
        try await Damage.temporaryFile.inflict(on: home)
        #expect(try await home.findings(isHeld: true) == [])
        #expect(try await home.findings(isHeld: false).map(\.kind) == [.half])
        try await home.store.close()
    }

    /// Goal: an audit beside a running server tells nothing that is not so.
    ///
    /// Method: real store, archive and worker in this process; audits over a connection of their own, again and again, until all have ended.
    @Test func `an audit beside a running writer finds nothing`() async throws {
        let home = try DataHome()
        let engine = LiveEngine(home)
        let reading = try SQLiteRunStore(reading: home.path + "/atelier.db")
        let audit = Audit(store: reading, folders: home.folders) { true }
        var audits = 0
        try await engine.withWorker {
            for batch in 0..<3 {
                for number in 0..<30 { _ = try await engine.accept(batch * 100 + number) }
                while true {
                    let counts = try await home.store.counts()
                    _ = try await audit.run { findings in
                        for finding in findings { Issue.record("\(finding.line)") }
                    }
                    audits += 1
                    if counts.queued + counts.running == 0 { break }
                }
            }
        }
        #expect(audits > 6)
        try await reading.close()
        try await home.store.close()
    }
}
