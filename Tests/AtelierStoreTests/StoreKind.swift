import AtelierCore
import AtelierStoreMemory
import AtelierStoreSQLite
import AtelierTesting
import Glibc
import Testing

/// The stores that must keep the port's promises.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { self.rawValue }

    /// Gives a fresh store to a test, and puts everything away after it.
    func use(_ body: (any RunStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryRunStore())
        case .sqlite:
            try await Folder.use { folder in
                let store = try SQLiteRunStore(path: folder.path("atelier.sqlite"))
                try await body(store)
                try await store.close()
            }
        }
    }
}

/// A folder of its own for one test.
struct Folder {
    private let root: String

    func path(_ name: String) -> String { "\(self.root)/\(name)" }

    static func use(_ body: (Folder) async throws -> Void) async throws {
        var template = Array("/tmp/atelier-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.internalError, "There is no folder for the test.") }
        let folder = Folder(root: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer {
            for name in ["atelier.sqlite", "atelier.sqlite-wal", "atelier.sqlite-shm"] { unlink(folder.path(name)) }
            rmdir(folder.root)
        }
        try await body(folder)
    }
}

/// The code of the failure that a call ends with; nil when it ends well.
func code(of body: () async throws -> Void) async throws -> Failure.Code? {
    do {
        try await body()
        return nil
    } catch let failure as Failure {
        return failure.code
    }
}

/// What tests do again and again.
extension RunStore {
    /// Hands out whatever is ready longest, or one run, for a thousand milliseconds.
    func take(_ worker: String = "one", at now: Int64 = 0, only: RunID? = nil) async throws -> LeasedRun? {
        try await self.lease(LeaseRequest(worker: worker, now: now, duration: 1000, timestamp: Sample.start, only: only))
    }

    /// Accepts a run and hands it out.
    func begin(_ run: NewRun = Sample.newRun()) async throws -> Lease {
        let id = try await self.accept(run)
        guard let leased = try await self.take(only: id) else { throw Failure(.internalError, "The run is not ready.") }
        return leased.lease
    }

    /// Reserves and records drafts.
    @discardableResult
    func save(_ drafts: [EntityDraft], for lease: Lease) async throws -> [Int] {
        let numbers = try await self.reserve(drafts, for: lease)
        var change = RunChange()
        change.entities = zip(numbers, drafts).map { (sequence: $0, draft: $1) }
        try await self.write(change, for: lease, at: Sample.start)
        return numbers
    }

    /// Brings a run to its end.
    func end(_ lease: Lease, _ outcome: Outcome = .succeeded, problem: Problem? = nil) async throws {
        try await self.write(RunChange(.finish(outcome, problem)), for: lease, at: Sample.start)
        try await self.write(RunChange(.settle), for: lease, at: Sample.start)
    }

    /// The kinds of all events of a run, which are checked to be numbered from 1 without gaps.
    func kinds(of id: RunID) async throws -> [RunEvent.Kind] {
        let events = try await self.events(of: id, after: 0, limit: 10_000)
        guard events.map(\.number) == Array(1..<events.count + 1) else { throw Failure(.internalError, "Events have gaps.") }
        return events.map(\.kind)
    }
}

extension RunChange {
    /// A change that starts or ends stages.
    init(stages: [(key: StageKey, event: StageEvent)]) {
        self.init()
        self.stages = stages
    }
}
