import AtelierArchive
import AtelierCore
import AtelierEngine
import AtelierStoreMemory

/// Judges what a world left behind: rows, events and folders must tell one story.
struct WorldJudge {
    private let database: MemoryRunStore
    private let archive: LocalArchive<SimFileSystem>
    private let disk: SimFileSystem

    init(database: MemoryRunStore, disk: SimFileSystem) {
        self.database = database
        self.disk = disk
        self.archive = LocalArchive(root: "/archive", disk: disk, pool: .inline, limits: Limits())
    }

    func records(_ accepted: [RunID]) async throws -> [RunRecord] {
        var records: [RunRecord] = []
        for id in accepted {
            if let record = await self.database.run(id) { records.append(record) }
        }
        return records
    }

    func problems(accepted: [RunID], isDone: Bool) async throws -> [String] {
        var problems = isDone ? [] : ["not everything came to an end"]
        guard isDone else { return problems }
        for record in try await self.records(accepted) {
            problems += try await self.problems(of: record).map { "run \(record.id): \($0)" }
        }
        if Set(accepted).count != accepted.count { problems.append("two ideas have one run") }
        if try !self.disk.list("/archive/tmp").isEmpty { try problems += self.leftovers() }
        return problems
    }

    /// What lies in `tmp` after the last life was never acknowledged; only its number is bounded.
    private func leftovers() throws -> [String] {
        let count = try self.disk.list("/archive/tmp").count
        return count > 64 ? ["\(count) temporary files are left"] : []
    }

    private func problems(of record: RunRecord) async throws -> [String] {
        var problems: [String] = []
        if !record.machine.state.isFinal { problems.append("it is \(record.machine.state.rawValue)") }
        if record.problem?.code == .internalError {
            problems.append("it ended with an error of Atelier's own: \(record.problem?.message ?? "")")
        }
        problems += try await self.fileProblems(of: record)
        problems += self.chainProblems(of: record)
        problems += await self.eventProblems(of: record)
        problems += try await self.documentProblems(of: record)
        if record.machine.state == .succeeded {
            let promised = record.plan.outputs.reduce(0) { $0 + $1.count }
            if record.outputs.count != promised { problems.append("it succeeded with \(record.outputs.count) of \(promised) outputs") }
        }
        return problems
    }

    /// Every recorded entity lies in the folder, whole; nothing else lies there half.
    private func fileProblems(of record: RunRecord) async throws -> [String] {
        var problems: [String] = []
        for entity in record.entities {
            do {
                let bytes = try await self.archive.read(entity.filename, of: record.id)
                if Digest(of: bytes) != entity.draft.sha256 { problems.append("\(entity.filename) does not match its hash") }
                let key = entity.draft.key
                guard key.type == .interception else { continue }
                let isOwn = String(decoding: bytes, as: UTF8.self) == "\(record.id)/\(key.iteration)"
                if !isOwn { problems.append("\(entity.filename) holds somebody else's text") }
            } catch {
                problems.append("\(entity.filename) is missing")
            }
        }
        let known = Set(record.entities.map(\.filename) + ["metadata.json"])
        for name in try self.disk.list(self.archive.folder(of: record.id)) where !known.contains(name) {
            problems.append("\(name) lies in its folder and is not recorded")
        }
        let keys = record.entities.map(\.draft.key)
        if Set(keys).count != keys.count { problems.append("an entity was made twice") }
        return problems
    }

    private func chainProblems(of record: RunRecord) -> [String] {
        var head: Digest?
        for entity in record.entities {
            let link = Chain.link(after: head, commit: Chain.commit(entity.draft, sequence: entity.sequence))
            if link != entity.link { return ["the chain breaks at entity \(entity.sequence)"] }
            head = link
        }
        let attempts = record.entities.compactMap { $0.draft.metadata["attempt"]?.integer }
        if !zip(attempts, attempts.dropFirst()).allSatisfy(<=) { return ["a void attempt recorded after its successor"] }
        let numbers = record.entities.map(\.sequence)
        return zip(numbers, numbers.dropFirst()).allSatisfy(<) ? [] : ["entity numbers are out of order"]
    }

    /// Events are numbered without gaps, begin with `run.queued`, end with the outcome, and name exactly the entities that there are.
    private func eventProblems(of record: RunRecord) async -> [String] {
        var problems: [String] = []
        let events = await self.database.events(of: record.id, after: 0, limit: .max)
        if events.map(\.number) != Array(1...max(events.count, 1)) { problems.append("event numbers have gaps") }
        if events.first?.kind != .queued { problems.append("its first event is not run.queued") }
        if events.filter(\.kind.isLast).count != 1 || events.last?.kind.isLast != true { problems.append("it did not end once") }
        if events.last?.kind.rawValue != "run.\(record.machine.state.rawValue)" { problems.append("its last event tells another outcome") }
        let saved = events.filter { $0.kind == .entitySaved }.compactMap { $0.data["sequence"]?.integer }
        if saved != record.entities.map({ Int64($0.sequence) }) { problems.append("events and entities disagree") }
        return problems
    }

    /// The last `metadata.json` is what the rows say.
    private func documentProblems(of record: RunRecord) async throws -> [String] {
        do {
            let document = try JSON(parsing: try await self.archive.read("metadata.json", of: record.id))
            var expected = try RunDocument.make(record)
            // Settling the run is one more write than the document can know of.
            expected["attempt"] = document["attempt"]
            return document == expected ? [] : ["metadata.json says something else than the rows"]
        } catch {
            return ["metadata.json is missing or damaged"]
        }
    }
}
