import AtelierArchive
import AtelierCore
import AtelierEngine
import AtelierStoreMemory
import AtelierTesting
import Foundation
import Testing

/// An engine of stages with a store in memory, an archive in a folder of its own, and a clock that only the test moves.
final class TestEngine: Sendable {
    let root: String
    let clock = HandClock()
    let log = MemoryLog()
    let store: MemoryRunStore
    let stages: FakeStages
    let parts: EngineParts

    init(
        _ script: FakeStages.Script = FakeStages.Script(),
        store: MemoryRunStore = MemoryRunStore(),
        slots: Int = 2,
        limits: Limits = Limits()
    ) {
        self.root = FileManager.default.temporaryDirectory.path + "/atelier-engine-" + ProcessInfo.processInfo.globallyUniqueString
        self.store = store
        self.stages = FakeStages(script)
        self.parts = EngineParts(
            store: store,
            archive: LocalArchive(root: self.root, disk: PosixFileSystem(), pool: BlockingPool(label: "test"), limits: limits),
            stages: StageSet(
                input: self.stages,
                interception: self.stages,
                outputCheck: self.stages,
                generation: self.stages,
                capacity: { _ in slots }
            ),
            probe: self.stages,
            environment: EngineParts.Environment(time: self.clock, chance: SeededChance(seed: 1), log: self.log),
            limits: limits
        )
    }

    deinit {
        // The system sweeps its temporary folder; what is left behind harms nobody.
        try? FileManager.default.removeItem(atPath: self.root)
    }

    /// Accepts a run and works on it until nothing more can be done.
    func perform(_ run: NewRun = Sample.newRun()) async throws -> RunRecord {
        let id = try await self.parts.store.accept(run)
        try await Worker(self.parts, name: "one").run(only: id)
        return try await self.record(id)
    }

    func record(_ id: RunID = Sample.id(1)) async throws -> RunRecord { try #require(await self.store.run(id)) }

    func kinds(_ id: RunID = Sample.id(1)) async throws -> [RunEvent.Kind] {
        let events = await self.store.events(of: id, after: 0, limit: .max)
        #expect(events.map(\.number) == Array(1..<events.count + 1))
        return events.map(\.kind)
    }

    /// A file of the run's folder.
    func file(_ name: String, _ id: RunID = Sample.id(1)) async throws -> [UInt8] { try await self.parts.archive.read(name, of: id) }

    func text(_ type: EntityType, _ id: RunID = Sample.id(1)) async throws -> String {
        let entity = try #require(try await self.record(id).entities.first { $0.draft.key.type == type })
        return String(decoding: try await self.file(entity.filename, id), as: UTF8.self)
    }

    /// The names in a folder of the archive.
    func names(_ folder: String) -> [String] {
        // A folder that was never made holds nothing.
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(self.root)/\(folder)")) ?? []).sorted()
    }

    /// Runs a worker beside `body`, and stops it after.
    func withWorker(_ body: (Worker) async throws -> Void) async throws {
        let worker = Worker(self.parts, name: "one")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            do {
                try await body(worker)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Looks again and again until something is so; gives up after very many looks.
    func until(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        for _ in 0..<20_000 {
            if try await condition() { return }
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
        Issue.record("It never came to this: \(what)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    func untilEnded(_ id: RunID = Sample.id(1), sourceLocation: SourceLocation = #_sourceLocation) async throws -> RunRecord {
        try await self.until("run \(id) has ended", sourceLocation: sourceLocation) { try await self.record(id).machine.state.isFinal }
        return try await self.record(id)
    }

    /// Every entity's file is there and matches its hash, the chain holds, `metadata.json` tells what the rows tell.
    func checkWhole(_ record: RunRecord, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var head: Digest?
        for entity in record.entities {
            let bytes = try await self.file(entity.filename, record.id)
            #expect(Digest(of: bytes) == entity.draft.sha256, sourceLocation: sourceLocation)
            #expect(bytes.count == entity.draft.bytes, sourceLocation: sourceLocation)
            #expect(entity == Entity(entity.draft, sequence: entity.sequence, after: head), sourceLocation: sourceLocation)
            head = entity.link
        }
        let metadata = try JSON(parsing: try await self.file("metadata.json", record.id))
        #expect(metadata == (try RunDocument.make(record)), sourceLocation: sourceLocation)
        #expect(self.names("tmp") == [], sourceLocation: sourceLocation)
        #expect(
            self.names(record.id.folder) == (record.entities.map(\.filename) + ["metadata.json"]).sorted(),
            sourceLocation: sourceLocation
        )
    }
}
