import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import Foundation
import Testing

@Suite struct RebuildTests {
    /// Goal: the rows that are made from folders are the rows that the folders were made from.
    ///
    /// Method: runs of every end by the real engine, and three hundred made ones; rebuilt with the old database, and without it.
    @Test func `rows made from folders equal the old rows`() async throws {
        let home = try DataHome()
        try await Self.makeEveryEnd(home)
        try await MadeRuns.fill(home, 300)
        let old = try await DataHome.records(home.store)
        #expect(Set(old.map(\.machine.state)).isSuperset(of: [.succeeded, .partial, .failed, .blocked, .cancelled, .waiting, .queued]))
        #expect(try await home.findings() == [])
        let events = try await home.store.events(of: Sample.id(1), after: 0, limit: 100)
        let found = try await Self.found("unicorn", in: home.store)
        try await home.store.close()

        let (carried, unsound) = try await Self.rebuild(home, carrying: true)
        let new = try await DataHome.records(carried)
        for (old, new) in zip(old, new) where old != new { Issue.record("\(old)\n became \n\(new)") }
        #expect(old.count == new.count)
        #expect(unsound == [Sample.id(8)], "only a run that was cancelled before it began has no plan in its folder")
        #expect(try await carried.events(of: Sample.id(1), after: 0, limit: 100) == events)
        #expect(try await Self.found("unicorn", in: carried) == found)
        try await carried.close()
        await Self.remove(home)

        let (alone, _) = try await Self.rebuild(home, carrying: false)
        let expected = old.filter { $0.machine.state.isFinal && $0.id != Sample.id(8) }
        let rebuilt = try await DataHome.records(alone).filter { $0.machine.state.isFinal }
        #expect(rebuilt.map(Self.withoutUpdate) == expected.map(Self.withoutUpdate))
        #expect(try await Self.found("unicorn", in: alone) == found.filter { id in expected.contains { $0.id == id } })
        let again = Audit(store: alone, folders: home.folders) { false }
        var findings: [AuditFinding] = []
        _ = try await again.run { findings += $0 }
        #expect(findings.map(\.told) == ["\(Sample.id(8)) orphan archive/\(Sample.id(8).folder)"])
        try await alone.close()
    }

    /// When a run was last touched, and what a person wrote at a pause, stands in rows and events only.
    private static func withoutUpdate(_ record: RunRecord) -> RunRecord {
        var record = record
        record.updated = record.timestamp
        return record
    }

    private static func found(_ word: String, in store: SQLiteRunStore) async throws -> [RunID] {
        var query = RunQuery(limit: 100)
        query.text = word
        return try await store.list(query).runs.map(\.id)
    }

    private static func rebuild(_ home: DataHome, carrying: Bool) async throws -> (SQLiteRunStore, [RunID]) {
        let (old, fresh) = (home.path + "/atelier.db", home.path + "/atelier.db.rebuilding")
        try await SQLiteRunStore(path: fresh).close()
        if carrying { _ = try DatabaseCopy.carryLive(from: old, into: fresh) }
        let store = try SQLiteRunStore(path: fresh)
        var unsound: [RunID?] = []
        _ = try await Rebuild(store: store, folders: home.folders).run { unsound.append($0.run) }
        guard carrying else { return (store, unsound.compactMap(\.self)) }
        try await store.close()
        #expect(try DatabaseCopy.carryRest(from: old, into: fresh) == unsound.compactMap(\.self))
        return (try SQLiteRunStore(path: fresh), unsound.compactMap(\.self))
    }

    private static func remove(_ home: DataHome) async {
        for suffix in ["", "-wal", "-shm"] { unlink("\(home.path)/atelier.db.rebuilding\(suffix)") }
    }

    /// Runs 1 to 8 by the real engine, one for each end that a run can have.
    private static func makeEveryEnd(_ home: DataHome) async throws {
        var script = FakeStages.Script()
        script.blocks = { $0.contains { $0.contains("forbidden") } }
        script.blocksOutput = { $0.medium == .video }
        script.generate = { output, context in
            guard output.medium != .music else { throw Failure(.backendRejected, "The engine refused.") }
            return [GeneratedFile(content: .text("\(output.config) \(context.plan.inputText)"), metadata: [:])]
        }
        let engine = LiveEngine(home, script)
        try await engine.perform(1, text: "a unicorn", media: [.image, .code])
        try await engine.perform(2, text: "forbidden")
        try await engine.perform(3, text: "a unicorn half", media: [.image, .music])
        try await engine.perform(4, media: [.music])
        try await engine.perform(5, media: [.video])
        var waiting = Sample.newRun(6)
        waiting.plan.pauseAfter = [2]
        _ = try await engine.parts.store.accept(waiting)
        try await Worker(engine.parts, name: "one").run(only: waiting.id)
        var cancelled = Sample.newRun(7, text: "a unicorn gone")
        cancelled.plan.pauseAfter = [2]
        _ = try await engine.parts.store.accept(cancelled)
        try await Worker(engine.parts, name: "one").run(only: cancelled.id)
        try await engine.parts.store.cancel(cancelled.id, problem: nil, at: Sample.start)
        try await Worker(engine.parts, name: "one").run(only: cancelled.id)
        let early = try await engine.accept(8)
        try await engine.parts.store.cancel(early, problem: nil, at: Sample.start)
        try await Worker(engine.parts, name: "one").run(only: early)
        _ = try await engine.accept(9, text: "a unicorn waits")
    }
}
