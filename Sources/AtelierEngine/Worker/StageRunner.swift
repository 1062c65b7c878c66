import AtelierCore

/// Takes one run through its stages, in order.
///
/// What an earlier attempt has recorded is read back, not made again.
struct StageRunner: Sendable {
    let work: RunWork
    let record: RunRecord
    let context: StageContext

    var plan: Plan { self.record.plan }
    var parts: EngineParts { self.work.parts }
    var recorder: Recorder { self.work.recorder }

    init(_ work: RunWork, _ record: RunRecord) {
        self.work = work
        self.record = record
        let hub = work.parts.hub
        let run = record.id
        self.context = StageContext(
            run: run,
            attempt: work.lease.attempt,
            plan: record.plan,
            progress: ProgressSink { hub.progress(run, $0) }
        )
    }

    func run() async throws -> RunWork.Stop {
        if let failed = self.record.stages.first(where: { $0.machine.state == .failed && $0.key.output < 0 })?.key {
            return .ended(.failed, try await self.savedProblem(EntityKey(.error, stage: failed)))
        }
        guard let idea = try await self.checkInput() else {
            return .ended(.blocked, try await self.blockedProblem())
        }
        let text = try await self.intercept(idea)
        if self.plan.pauseAfter.contains(2), try await self.pause() { return .paused }
        return try await self.makeOutputs(from: text)
    }

    /// Stage 1.
    ///
    /// - Returns: The text to go on with; nil when it is blocked.
    private func checkInput() async throws -> String? {
        let key = StageKey(1)
        switch self.record.state(of: key) {
        case .blocked: return nil
        case .finished: return try await self.savedText(EntityKey(.translation, stage: key)) ?? ""
        default: break
        }
        try await self.saveBeginning(key)
        let translation = try await self.parts.stages.input.translate(self.plan.inputText, self.context)
        let texts = [self.plan.inputText, translation.text] + (self.plan.hasOwnContext ? [self.plan.context] : [])
        let verdict = try await self.parts.stages.input.check(texts, self.context)
        let items = [
            Recorder.Item(
                EntityKey(.translation, stage: key),
                .text(translation.text),
                as: .text,
                ["translated": .bool(translation.isTranslated)]
            ),
            Recorder.Item(EntityKey(.safety, stage: key), try .json(verdict), as: .json, verdict.metadata),
        ]
        var change = RunChange()
        change.stages = verdict.safe ? [(key, .finish), (StageKey(2), .start)] : [(key, .block)]
        try await self.recorder.save(self.missing(items), with: change)
        self.recorder.outdateMetadata()
        return verdict.safe ? translation.text : nil
    }

    private func saveBeginning(_ key: StageKey) async throws {
        let items = [
            Recorder.Item(EntityKey(.configUsed, stage: key), try .json(self.plan), as: .json),
            Recorder.Item(EntityKey(.input, stage: key), .text(self.plan.inputText), as: .text),
        ]
        var change = RunChange()
        change.stages = [(key, .start)]
        try await self.recorder.save(self.missing(items), with: change)
        self.recorder.outdateMetadata()
    }

    /// Stage 2, which has started with the end of stage 1.
    private func intercept(_ idea: String) async throws -> String {
        let key = StageKey(2)
        var isFinished = self.record.state(of: key) == .finished
        // An earlier attempt has started it.
        if !isFinished, self.record.state(of: StageKey(1)) == .finished { try await self.start(key) }
        var text = idea
        for iteration in 0..<self.plan.interception.iterations {
            let entity = EntityKey(.interception, stage: key, iteration: iteration)
            if let saved = try await self.savedText(entity) {
                text = saved
                continue
            }
            let answer = try await self.parts.stages.interception.transform(text, iteration: iteration, self.context)
            text = answer.text
            var change = RunChange()
            change.searchText = text
            if !isFinished, iteration == self.plan.interception.iterations - 1 {
                change.stages = [(key, .finish)]
                isFinished = true
            }
            try await self.recorder.save([Recorder.Item(entity, .text(text), as: .text, answer.metadata)], with: change)
        }
        if !isFinished {
            // Its last text was adopted.
            var change = RunChange()
            change.stages = [(key, .finish)]
            try await self.work.write(change)
        }
        self.recorder.outdateMetadata()
        return text
    }

    /// Gives the run to the person, once; false when they have let it go on.
    private func pause() async throws -> Bool {
        let events = try await self.parts.store.events(of: self.record.id, after: 0, limit: .max)
        guard !events.contains(where: { $0.kind == .continued }) else { return false }
        // A person may look into the folder now, for days.
        try await self.recorder.writeMetadata()
        try await self.work.write(RunChange(.pause))
        return true
    }

    /// Stages 3 and 4 for every output, concurrently.
    ///
    /// One that is blocked or fails does not stop the others.
    private func makeOutputs(from text: String) async throws -> RunWork.Stop {
        let results = try await withThrowingTaskGroup(of: (Int, OutputResult).self) { group in
            for place in self.plan.outputs.indices {
                group.addTask { (place, try await OutputRunner(self, place: place, text: text).run()) }
            }
            return try await group.reduce(into: [Int: OutputResult]()) { $0[$1.0] = $1.1 }
        }
        let inOrder = results.sorted { $0.key < $1.key }.map(\.value)
        let outcome = OutputResult.outcome(of: inOrder)
        return .ended(outcome, outcome == .succeeded ? nil : inOrder.lazy.compactMap(\.problem).first)
    }

    func start(_ key: StageKey) async throws {
        var change = RunChange()
        change.stages = [(key, .start)]
        try await self.work.write(change)
    }

    /// The items that no earlier attempt has recorded.
    func missing(_ items: [Recorder.Item]) -> [Recorder.Item] { items.filter { self.record.entity($0.key) == nil } }

    /// A text that an earlier attempt recorded; nil when there is none.
    func savedText(_ key: EntityKey) async throws -> String? {
        guard let entity = self.record.entity(key) else { return nil }
        let bytes = try await self.parts.archive.read(entity.filename, of: self.record.id)
        guard Digest(of: bytes) == entity.draft.sha256 else {
            throw Failure(.corrupt, "The file '\(entity.filename)' of the run does not match its hash.", hint: "Run 'atelier audit'.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The problem that an earlier attempt recorded.
    func savedProblem(_ key: EntityKey) async throws -> Problem {
        guard let text = try await self.savedText(key) else {
            return Problem(Failure(.internalError, "The stage failed, and why was not recorded."))
        }
        return try JSON.decode(Problem.self, from: text.utf8)
    }

    private func blockedProblem() async throws -> Problem {
        let key = EntityKey(.safety, stage: StageKey(1))
        guard let entity = try await self.work.current().entity(key) else { throw LeaseLost() }
        let bytes = try await self.parts.archive.read(entity.filename, of: self.record.id)
        return try JSON.decode(Verdict.self, from: bytes).problem(for: self.plan.userLanguage)
    }
}

extension Verdict {
    /// What the entity's metadata says of it.
    var metadata: [String: JSON] {
        ["safe": .bool(self.safe), "checked_by": .array(self.checkedBy.map(JSON.string))]
    }

    /// Why it blocks, in the person's language.
    func problem(for language: String?) -> Problem {
        let sentence = self.reason?.text(in: language) ?? "The safety check did not let this through."
        return Problem(Failure(.blocked, sentence))
    }
}
