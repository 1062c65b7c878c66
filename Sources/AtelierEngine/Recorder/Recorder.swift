package import AtelierCore

/// The only writer of a run's folder, for as long as its lease is good.
///
/// One at a time, so that the order of the numbers is the order of the chain. Bytes before rows: stage, reserve with the hash, publish,
/// record together with the stage's state and the events.
package struct Recorder: Sendable {
    let lease: Lease
    private let parts: Parts
    private let gate = SerialGate()

    /// What a recorder works with.
    package struct Parts: Sendable {
        package var store: any RunStore
        package var archive: any Archive
        package var time: any TimeSource
        package var chance: any Chance

        /// Collects the ports.
        package init(store: any RunStore, archive: any Archive, time: any TimeSource, chance: any Chance) {
            self.store = store
            self.archive = archive
            self.time = time
            self.chance = chance
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
    package init(_ lease: Lease, _ parts: Parts) {
        self.lease = lease
        self.parts = parts
    }

    /// Saves items and writes the change that they belong to, in one transaction with their events.
    ///
    /// - Throws: ``LeaseLost``; ``Failure`` of archive or store. What was staged is then dropped, a reserved number stays unused.
    package func save(_ items: [Item], with change: RunChange = RunChange()) async throws {
        try await self.gate.run {
            var files: [StagedFile] = []
            var drafts: [EntityDraft] = []
            do {
                for item in items {
                    let (file, media) = try await self.stage(item.content)
                    files.append(file)
                    drafts.append(self.draft(item, file, media))
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
        let numbers = drafts.isEmpty ? [] : try await self.parts.store.reserve(drafts, for: self.lease)
        let named = zip(zip(numbers, drafts), files).map { (file: $1, name: $0.1.filename(sequence: $0.0)) }
        if !named.isEmpty { try await self.parts.archive.publish(named, of: self.lease.run) }
        var change = change
        change.entities += zip(numbers, drafts).map { (sequence: $0, draft: $1) }
        try await self.parts.store.write(change, for: self.lease, at: self.parts.time.now)
    }

    /// Stages an output of an engine so that it can be looked at before it is saved.
    package func stage(_ content: Content) async throws -> StagedFile {
        try await self.parts.archive.stage(content, for: self.lease.run)
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
    package func adopt(_ reserved: [(sequence: Int, draft: EntityDraft)]) async throws {
        guard !reserved.isEmpty else { return }
        var change = RunChange()
        for (sequence, draft) in reserved {
            if try await self.isWhole(sequence, draft) {
                change.entities.append((sequence, draft))
            } else {
                change.voided.append(sequence)
            }
        }
        try await self.parts.store.write(change, for: self.lease, at: self.parts.time.now)
    }

    private func isWhole(_ sequence: Int, _ draft: EntityDraft) async throws -> Bool {
        do {
            let bytes = try await self.parts.archive.read(draft.filename(sequence: sequence), of: self.lease.run)
            return Digest(of: bytes) == draft.sha256
        } catch let failure as Failure where failure.code == .missing {
            return false
        }
    }

    /// Writes `metadata.json` from the rows as they are now.
    ///
    /// - Throws: ``LeaseLost`` when the run belongs to another attempt by now.
    package func writeMetadata(isFinal: Bool = false) async throws {
        try await self.gate.run {
            guard let record = try await self.parts.store.run(self.lease.run), record.machine.attempt == self.lease.attempt,
                record.machine.hold != nil
            else { throw LeaseLost() }
            let document = try RunDocument.make(record, isFinal: isFinal)
            try await self.parts.archive.replaceMetadata(try JSON.encode(document, pretty: true), of: self.lease.run)
        }
    }
}
