package import AtelierCore
import Synchronization

/// The only writer of a run's folder, for as long as its lease is good.
///
/// One at a time, so that the order of the numbers is the order of the chain. Bytes before rows: stage, reserve with the hash, publish,
/// record together with the stage's state and the events.
package final class Recorder: Sendable {
    let lease: Lease
    let parts: Parts
    private let gate = SerialGate()
    /// The reserved numbers that are neither recorded nor void: files may lie under them without a row.
    private let open: Mutex<[Int: EntityDraft]>
    /// Replacing `metadata.json` has a line of its own: it must not hold up what is to be saved.
    let metadataGate = SerialGate()
    /// Signalled when the rows have got ahead of `metadata.json`.
    let outdated = Wakeup()

    /// What a recorder works with.
    package struct Parts: Sendable {
        package var store: any RunStore
        package var archive: any Archive
        package var time: any TimeSource
        package var chance: any Chance
        package var log: any Log

        /// Collects the ports.
        package init(store: any RunStore, archive: any Archive, time: any TimeSource, chance: any Chance, log: any Log) {
            self.store = store
            self.archive = archive
            self.time = time
            self.chance = chance
            self.log = log
        }
    }

    /// Something to save.
    package struct Item: Sendable {
        var key: EntityKey
        var content: StagedContent
        var metadata: [String: JSON]

        /// Something that still has to be stored, and its kind, which for texts is known.
        init(_ key: EntityKey, _ content: Content, as media: MediaType, _ metadata: [String: JSON] = [:]) {
            self.key = key
            self.content = .new(content, media)
            self.metadata = metadata
        }

        /// A file that is staged and has been looked at.
        init(_ key: EntityKey, staged file: StagedFile, as media: MediaType, _ metadata: [String: JSON]) {
            self.key = key
            self.content = .staged(file, media)
            self.metadata = metadata
        }
    }

    enum StagedContent: Sendable {
        case new(Content, MediaType)
        case staged(StagedFile, MediaType)
    }

    /// Records under a lease.
    package init(_ leased: LeasedRun, _ parts: Parts) {
        self.lease = leased.lease
        self.parts = parts
        self.open = Mutex(Dictionary(leased.reserved.map { ($0.sequence, $0.draft) }) { $1 })
    }

    /// Saves items and writes the change that they belong to, in one transaction with their events.
    ///
    /// - Throws: ``LeaseLost``; ``Failure`` of archive or store. What was staged is then dropped, a reserved number stays unused.
    package func save(_ items: [Item], with change: RunChange = RunChange()) async throws {
        try await self.gate.run {
            var files: [StagedFile] = []
            var drafts: [EntityDraft] = []
            do {
                let staged = await self.stage(items)
                files = staged.compactMap { try? $0.get().0 }  // tidy: the errors are thrown next
                drafts = try zip(items, staged).map { item, staged in
                    let (file, media) = try staged.get()
                    return self.draft(item, file, media)
                }
                try await self.record(files, drafts, change)
            } catch {
                // A file that is published already is no longer under its temporary name; dropping it then does nothing.
                for file in files { try? await self.parts.archive.discard(file) }  // tidy: the first error is the one to report
                throw error
            }
        }
    }

    private func record(_ files: [StagedFile], _ drafts: [EntityDraft], _ change: RunChange) async throws {
        let numbers = try await self.reserve(drafts)
        let named = zip(zip(numbers, drafts), files).map { (file: $1, name: $0.1.filename(sequence: $0.0)) }
        // If this fails half-way the numbers stay open, and closing the run takes away what was published.
        if !named.isEmpty { try await self.parts.archive.publish(named, of: self.lease.run) }
        var change = change
        change.entities += zip(numbers, drafts).map { (sequence: $0, draft: $1) }
        try await self.write(change)
    }

    private func reserve(_ drafts: [EntityDraft]) async throws -> [Int] {
        guard !drafts.isEmpty else { return [] }
        let numbers = try await self.persistently { try await self.parts.store.reserve(drafts, for: self.lease) }
        self.open.withLock { open in
            for (number, draft) in zip(numbers, drafts) { open[number] = draft }
        }
        return numbers
    }

    private func write(_ change: RunChange) async throws {
        try await self.persistently { try await self.parts.store.write(change, for: self.lease, at: self.parts.time.now) }
        self.open.withLock { open in
            for number in change.entities.map(\.sequence) + change.voided { open[number] = nil }
        }
    }

    /// Tries again while the store is away or its disk is full: what is in the archive must get its row, and there is
    /// nothing else that this worker could record.
    ///
    /// It ends when the lease is void or the task is cancelled.
    func persistently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await work()
            } catch let failure as Failure where failure.policy.retry || failure.code == .noSpace {
                self.parts.log.failure(failure, "Recording is tried again.", ["run_id": .string(self.lease.run.text)])
                try await self.parts.time.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Stages an output of an engine so that it can be looked at before it is saved.
    package func stage(_ content: Content) async throws -> StagedFile {
        try await self.parts.archive.stage(content, for: self.lease.run)
    }

    /// Stages side by side, as each waits for the disk; the results are in the order of the items.
    private func stage(_ items: [Item]) async -> [Result<(StagedFile, MediaType), any Error>] {
        await withTaskGroup(of: (Int, Result<(StagedFile, MediaType), any Error>).self) { group in
            for (place, item) in items.enumerated() {
                group.addTask {
                    do { return (place, .success(try await self.stage(item.content))) } catch { return (place, .failure(error)) }
                }
            }
            let staged = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            return staged.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func stage(_ content: StagedContent) async throws -> (StagedFile, MediaType) {
        switch content {
        case .new(let content, let media): (try await self.stage(content), media)
        case .staged(let file, let media): (file, media)
        }
    }

    private func draft(_ item: Item, _ file: StagedFile, _ media: MediaType) -> EntityDraft {
        var metadata = item.metadata
        metadata["stage"] = .integer(Int64(item.key.stage.stage))
        if item.key.stage.output >= 0 { metadata["output"] = .integer(Int64(item.key.stage.output)) }
        metadata["iteration"] = .integer(Int64(item.key.iteration))
        metadata["attempt"] = .integer(Int64(self.lease.attempt))
        return EntityDraft(
            key: item.key,
            media: media,
            bytes: file.bytes,
            sha256: file.sha256,
            salt: Hex.text(self.parts.chance.bytes(16)),
            timestamp: self.parts.time.now,
            metadata: .object(metadata)
        )
    }

    /// Settles the numbers that an earlier attempt reserved: a whole file is adopted as it was meant, anything else is void.
    package func adopt() async throws {
        let reserved = self.openNumbers
        guard !reserved.isEmpty else { return }
        var change = RunChange()
        for (sequence, draft) in reserved {
            if try await self.isWhole(sequence, draft) {
                change.entities.append((sequence, draft))
            } else {
                change.voided.append(sequence)
            }
        }
        try await self.write(change)
    }

    private func isWhole(_ sequence: Int, _ draft: EntityDraft) async throws -> Bool {
        do {
            let bytes = try await self.parts.archive.read(draft.filename(sequence: sequence), of: self.lease.run)
            return Digest(of: bytes) == draft.sha256
        } catch let failure as Failure where failure.code == .missing {
            return false
        }
    }

    /// Takes away what was published and can no longer be recorded, because the outcome is decided: nobody was told of it.
    ///
    /// Only a file that is whole and the one that was meant is taken away; what somebody else put there stays and is the audit's.
    package func close() async throws {
        try await self.gate.run {
            for (sequence, draft) in self.openNumbers {
                try await self.persistently {
                    guard try await self.isWhole(sequence, draft) else { return }
                    try await self.parts.archive.withdraw([draft.filename(sequence: sequence)], of: self.lease.run)
                }
            }
        }
    }

    private var openNumbers: [(sequence: Int, draft: EntityDraft)] {
        self.open.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
