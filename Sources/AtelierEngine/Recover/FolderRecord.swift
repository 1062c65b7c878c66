package import AtelierCore

/// Reads a run back from its folder alone: the plan from `config_used`, everything else from `metadata.json`, both checked against the
/// files and the chain.
package struct FolderRecord: Sendable {
    private let id: RunID
    private let folder: FoundFolder
    private let document: JSON

    /// Reads a run.
    ///
    /// - Parameters:
    ///   - id: The folder's name.
    ///   - folder: What lies in it.
    ///   - read: Gives a file of the folder by its name.
    /// - Returns: The run, as a store takes it.
    /// - Throws: ``Failure`` with `corrupt` that says what is not sound; nothing is ever filled in.
    package static func read(
        _ id: RunID,
        _ folder: FoundFolder,
        _ read: @Sendable (String) async throws -> [UInt8]?
    ) async throws -> RestoredRun {
        guard let metadata = folder.metadata else { throw Self.unsound("metadata.json is not there") }
        guard let document = try? JSON(reading: metadata) else {  // tidy: what does not parse is the failure thrown here
            throw Self.unsound("metadata.json is no whole JSON document")
        }
        let reader = FolderRecord(id: id, folder: folder, document: document)
        let entities = try reader.entities()
        guard let used = entities.first(where: { $0.draft.key.type == .configUsed }), let plan = try await read(used.filename) else {
            throw Self.unsound("no config_used is recorded")
        }
        var record = try reader.record(Self.decode(Plan.self, plan, "config_used"))
        record.entities = entities
        record.stages = StageReading(record, currentStage: reader.currentStage).stages()
        record.updated = entities.map(\.draft.timestamp).max().map { max($0, record.timestamp) } ?? record.timestamp
        var texts = [record.plan.inputText]
        for entity in entities where entity.draft.key.type == .interception {
            texts.append(String(decoding: try await read(entity.filename) ?? [], as: UTF8.self))
        }
        return RestoredRun(record: record, searchTexts: texts, nextSequence: reader.nextSequence(entities))
    }

    private static func unsound(_ what: String) -> Failure { Failure(.corrupt, "The folder is not sound: \(what).") }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ name: String) throws -> Value {
        do {
            return try JSON.decode(type, from: bytes)
        } catch {
            throw Self.unsound("\(name) cannot be understood")
        }
    }

    private var currentStage: Int { self.document["current_state"]?["stage"]?.integer.map { Int($0) } ?? 0 }

    private func string(_ name: String) throws -> String {
        guard let text = self.document[name]?.string else { throw Self.unsound("metadata.json has no '\(name)'") }
        return text
    }

    private func record(_ plan: Plan) throws -> RunRecord {
        guard try self.string("format") == "atelier.run/1", try self.string("run_id") == self.id.text else {
            throw Self.unsound("metadata.json tells of something else")
        }
        guard let timestamp = Timestamp(try self.string("timestamp")) else { throw Self.unsound("its time is none") }
        let labels = RunLabels(
            owner: try self.string("owner"),
            userID: self.document["user_id"]?.string,
            sessionID: self.document["session_id"]?.string,
            deviceID: self.document["device_id"]?.string
        )
        var record = RunRecord(id: self.id, labels: labels, plan: plan, timestamp: timestamp)
        record.machine = try self.machine()
        if let error = self.document["error"], !error.isNull {
            record.problem = try Self.decode(Problem.self, try JSON.encode(error), "its error")
        }
        guard plan.schema == self.document["config_name"]?.string else { throw Self.unsound("config_used is of another rule") }
        return record
    }

    /// What was under way is nobody's now, and goes on at the next start.
    private func machine() throws -> RunMachine {
        let status = try self.string("status")
        guard let state = RunState(rawValue: status), state != .finishing, state != .queued else {
            throw Self.unsound("its status '\(status.prefix(20))' is none")
        }
        let attempt = Int(self.document["attempt"]?.integer ?? 0)
        return RunMachine(state: state, outcome: Outcome(rawValue: state.rawValue), attempt: attempt, hold: nil)
    }

    /// The entities, each checked: its link recomputes, its file is there and matches.
    private func entities() throws -> [Entity] {
        var entities: [Entity] = []
        for item in self.document["entities"]?.array ?? [] {
            guard let draft = Self.draft(item), let sequence = item["sequence"]?.integer.map({ Int($0) }) else {
                throw Self.unsound("an entity of metadata.json cannot be understood")
            }
            let entity = Entity(draft, sequence: sequence, after: entities.last?.link)
            guard entity.filename == item["filename"]?.string, entity.link.hex == item["link"]?.string,
                sequence > entities.last?.sequence ?? 0
            else { throw Self.unsound("the chain breaks at entity \(sequence)") }
            guard self.folder.files[entity.filename]?.sha256 == draft.sha256 else {
                throw Self.unsound("'\(entity.filename)' is missing or does not match its hash")
            }
            entities.append(entity)
        }
        return entities
    }

    private static func draft(_ item: JSON) -> EntityDraft? {
        guard let type = item["type"]?.string.flatMap(EntityType.init(rawValue:)), let metadata = item["metadata"],
            let stage = metadata["stage"]?.integer, let iteration = metadata["iteration"]?.integer,
            let mime = item["mime_type"]?.string, let name = item["filename"]?.string, let dot = name.lastIndex(of: "."),
            let bytes = item["bytes"]?.integer, let sha256 = item["sha256"]?.string.flatMap(Digest.init(hex:)),
            let salt = item["salt"]?.string, let timestamp = item["timestamp"]?.string.flatMap(Timestamp.init)
        else { return nil }
        let output = metadata["output"]?.integer ?? -1
        return EntityDraft(
            key: EntityKey(type, stage: StageKey(Int(stage), output: Int(output)), iteration: Int(iteration)),
            media: MediaType(mime, String(name[name.index(after: dot)...])),
            bytes: Int(bytes),
            sha256: sha256,
            salt: salt,
            timestamp: timestamp,
            metadata: metadata
        )
    }

    /// Beyond every number that lies in the folder: a file may have been published whose row is lost.
    private func nextSequence(_ entities: [Entity]) -> Int {
        let numbers = self.folder.files.keys.compactMap { Int($0.prefix { $0 != "_" }) } + entities.map(\.sequence)
        return (numbers.max() ?? 0) + 1
    }
}

/// Where the stages of a run stood, as its entities and its last `current_state` tell it.
struct StageReading {
    private let record: RunRecord
    private let currentStage: Int

    init(_ record: RunRecord, currentStage: Int) {
        self.record = record
        self.currentStage = currentStage
    }

    func stages() -> [StageRecord] {
        var keys = [StageKey(1), StageKey(2)]
        for place in self.record.plan.outputs.indices { keys += [StageKey(3, output: place), StageKey(4, output: place)] }
        return keys.sorted().compactMap { key in
            let entities = self.record.entities.filter { $0.draft.key.stage == key }
            guard let state = self.state(of: key, entities) else { return nil }
            let attempt = entities.last?.draft.metadata["attempt"]?.integer.map { Int($0) } ?? self.record.machine.attempt
            return StageRecord(key: key, machine: StageMachine(state: state, attempt: attempt))
        }
    }

    /// Nil for a stage that nobody began.
    private func state(of key: StageKey, _ entities: [Entity]) -> StageState? {
        if let safe = entities.first(where: { [.safety, .safetyPreOutput].contains($0.draft.key.type) })?.draft.metadata["safe"]?.bool {
            return safe ? .finished : .blocked
        }
        if entities.contains(where: { $0.draft.key.type == .error }) { return .failed }
        let made = entities.count { $0.draft.key.type == .interception || $0.draft.key.type.medium != nil }
        if made > 0, made >= self.promised(by: key) { return .finished }
        return !entities.isEmpty || self.wasBegun(key) ? .running : nil
    }

    private func promised(by key: StageKey) -> Int {
        key.stage == 4 ? self.record.plan.outputs[key.output].count : self.record.plan.interception.iterations
    }

    /// A stage that recorded nothing was begun when the run stood there, or went past it.
    private func wasBegun(_ key: StageKey) -> Bool {
        guard key.stage == 4 else { return self.currentStage >= key.stage }
        let check = self.record.entity(EntityKey(.safetyPreOutput, stage: StageKey(3, output: key.output)))
        return self.currentStage >= 4 && check?.draft.metadata["safe"]?.bool == true
    }
}
