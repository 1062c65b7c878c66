import AtelierCore

/// What became of one output.
enum OutputResult: Sendable {
    case stored
    case blocked(Problem)
    case failed(Problem)

    var problem: Problem? {
        switch self {
        case .stored: nil
        case .blocked(let problem), .failed(let problem): problem
        }
    }

    /// The run's outcome: all stored, some stored, none because of the checks, none.
    static func outcome(of results: [OutputResult]) -> Outcome {
        let stored = results.count { if case .stored = $0 { true } else { false } }
        let blocked = results.count { if case .blocked = $0 { true } else { false } }
        if stored == results.count { return .succeeded }
        if stored > 0 { return .partial }
        return blocked == results.count ? .blocked : .failed
    }
}

/// Takes one output through stages 3 and 4.
struct OutputRunner: Sendable {
    let stages: StageRunner
    let place: Int
    let text: String

    private var output: OutputPlan { self.stages.plan.outputs[self.place] }
    private var parts: EngineParts { self.stages.parts }
    private var check: StageKey { StageKey(3, output: self.place) }
    private var generation: StageKey { StageKey(4, output: self.place) }

    init(_ stages: StageRunner, place: Int, text: String) {
        self.stages = stages
        self.place = place
        self.text = text
    }

    /// Makes the output.
    ///
    /// Only a lost lease or a cancellation is thrown; what else goes wrong is this output's result.
    func run() async throws -> OutputResult {
        if let result = try await self.earlierResult() { return result }
        do {
            let verdict = try await self.checkOutput()
            guard verdict.safe else { return .blocked(verdict.problem(for: self.stages.plan.userLanguage)) }
            if self.isWhole { return try await self.finishAdopted() }
            // With the end of its check, unless an earlier attempt has checked it.
            if self.isChecked { try await self.stages.start(self.generation) }
            let files = try await self.withSlot { try await self.generate() }
            try await self.save(files)
            return .stored
        } catch let error as LeaseLost {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(try await self.saveFailure(Failure(wrapping: error)))
        }
    }

    /// What an earlier attempt has brought to an end.
    private func earlierResult() async throws -> OutputResult? {
        let record = self.stages.record
        if record.state(of: self.generation) == .finished { return .stored }
        if let failed = [self.check, self.generation].first(where: { record.state(of: $0) == .failed }) {
            return .failed(try await self.stages.savedProblem(EntityKey(.error, stage: failed)))
        }
        if record.state(of: self.check) == .blocked {
            return .blocked(try await self.savedVerdict().problem(for: self.stages.plan.userLanguage))
        }
        return nil
    }

    /// Whether every file of this output was adopted: the engine must not be asked for them again.
    private var isWhole: Bool {
        (0..<self.output.count).allSatisfy { iteration in
            self.stages.record.entity(EntityKey(self.output.medium.entityType, stage: self.generation, iteration: iteration)) != nil
        }
    }

    private func finishAdopted() async throws -> OutputResult {
        var change = RunChange()
        change.stages = [(self.generation, .start), (self.generation, .finish)]
        try await self.stages.work.write(change)
        return .stored
    }

    /// Whether an earlier attempt has let it through.
    private var isChecked: Bool { self.stages.record.state(of: self.check) == .finished }

    private func checkOutput() async throws -> Verdict {
        if self.isChecked { return try await self.savedVerdict() }
        try await self.stages.start(self.check)
        let verdict = try await self.parts.stages.outputCheck.check(self.text, for: self.output, self.stages.context)
        let key = EntityKey(.safetyPreOutput, stage: self.check)
        var change = RunChange()
        change.stages = verdict.safe ? [(self.check, .finish), (self.generation, .start)] : [(self.check, .block)]
        let item = Recorder.Item(key, try .json(verdict), as: .json, verdict.metadata)
        try await self.stages.recorder.save(self.stages.missing([item]), with: change)
        self.stages.recorder.outdateMetadata()
        return verdict
    }

    private func generate() async throws -> [GeneratedFile] {
        let backend = self.output.backend
        self.parts.log.info(
            "An engine is called.",
            [
                "run_id": .string(self.stages.record.id.text), "backend": .string(backend.id), "kind": .string(backend.kind.rawValue),
                "url": .text(backend.url) ?? .null,
            ]
        )
        let files = try await self.parts.stages.generation.generate(self.text, for: self.output, self.stages.context)
        guard files.count == self.output.count else {
            throw Failure(
                .outputInvalid,
                "The engine made \(files.count) files where \(self.output.count) were promised; none was taken."
            )
        }
        return files
    }

    /// Stores and verifies every file before any of them is recorded: the stage finishes with all of them or with none.
    private func save(_ files: [GeneratedFile]) async throws {
        var items: [Recorder.Item] = []
        do {
            for (iteration, file) in files.enumerated() {
                let key = EntityKey(self.output.medium.entityType, stage: self.generation, iteration: iteration)
                items.append(try await self.verified(file, key))
            }
        } catch {
            for case .staged(let file, _) in items.map(\.content) {
                try? await self.parts.archive.discard(file)  // tidy: the first error is the one to report; the sweep takes the rest
            }
            throw error
        }
        var change = RunChange()
        change.stages = [(self.generation, .finish)]
        let missing = self.stages.missing(items)
        try await self.stages.recorder.save(missing, with: change)
        let kept = Set(missing.map(\.key))
        for item in items where !kept.contains(item.key) {
            guard case .staged(let file, _) = item.content else { continue }
            try? await self.parts.archive.discard(file)  // tidy: the output is recorded; the sweep takes the rest
        }
        self.stages.recorder.outdateMetadata()
    }

    private func verified(_ file: GeneratedFile, _ key: EntityKey) async throws -> Recorder.Item {
        let staged = try await self.stages.recorder.stage(file.content)
        do {
            guard staged.bytes > 0 else { throw Failure(.outputInvalid, "The engine delivered an empty file.") }
            let facts = try await self.parts.probe.probe(staged.path, as: self.output.medium)
            var metadata = file.metadata
            metadata["backend"] = .string(self.output.backend.id)
            metadata["config"] = .string(self.output.config)
            metadata["seed"] = .integer(Int64(self.output.seed))
            metadata["width"] = .whole(facts.width)
            metadata["height"] = .whole(facts.height)
            metadata["duration_seconds"] = facts.durationSeconds.map(JSON.number)
            return Recorder.Item(key, staged: staged, as: facts.type, metadata)
        } catch {
            try? await self.parts.archive.discard(staged)  // tidy: the first error is the one to report; the sweep takes the rest
            throw error
        }
    }

    private func saveFailure(_ failure: Failure) async throws -> Problem {
        let problem = Problem(failure)
        self.parts.log.failure(failure, "An output failed.", self.stages.work.logFields)
        let record = try await self.stages.work.current()
        let stage = record.state(of: self.generation) == .pending ? self.check : self.generation
        var change = RunChange()
        change.problem = problem
        if record.state(of: stage) == .pending { change.stages.append((stage, .start)) }
        change.stages.append((stage, .fail))
        try await self.stages.recorder.save([Recorder.Item(EntityKey(.error, stage: stage), try .json(problem), as: .json)], with: change)
        return problem
    }

    private func savedVerdict() async throws -> Verdict {
        let text = try await self.stages.savedText(EntityKey(.safetyPreOutput, stage: self.check))
        return try JSON.decode(Verdict.self, from: (text ?? "").utf8)
    }

    /// Holds a slot of the engine while the work runs.
    private func withSlot<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        let request = SlotRequest(
            backend: self.output.backend.id,
            run: self.stages.record.id,
            output: self.place,
            owner: self.stages.record.labels.owner,
            cost: 1000,
            capacity: self.parts.stages.capacity(self.output.backend.id)
        )
        do {
            try await self.waitForSlot(request)
            let value = try await work()
            await self.giveBack(request)
            return value
        } catch {
            await self.giveBack(request)
            throw error
        }
    }

    private func waitForSlot(_ request: SlotRequest) async throws {
        while true {
            try Task.checkCancellation()
            let signals = self.parts.work.count
            guard case .waiting(let position) = try await self.parts.store.takeSlot(request, for: self.stages.work.lease) else { return }
            self.stages.context.progress(["output": .integer(Int64(self.place)), "queue_position": .integer(Int64(position))])
            await self.parts.work.wait(after: signals, atMost: .seconds(2), by: self.parts.time)
        }
    }

    /// A slot that could not be given back is taken back by the store when the lease ends.
    private func giveBack(_ request: SlotRequest) async {
        do {
            try await self.parts.store.returnSlot(backend: request.backend, output: request.output, for: self.stages.work.lease)
        } catch {
            self.parts.log.failure(error, "An engine's slot could not be given back; it ends with the lease.", self.stages.work.logFields)
        }
    }
}
