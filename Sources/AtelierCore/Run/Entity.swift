/// What an entity is for; a run holds at most one entity for each key.
package struct EntityKey: Sendable, Hashable, Codable {
    /// The stage that made it.
    package var stage: StageKey
    /// Counts the entities of one type within the stage: iterations of an interception, pictures of a batch.
    package var iteration: Int
    /// What it is.
    package var type: EntityType

    /// Names an entity before it has a number.
    package init(_ type: EntityType, stage: StageKey, iteration: Int = 0) {
        self.type = type
        self.stage = stage
        self.iteration = iteration
    }
}

/// An entity that has its number and its hash, before it is recorded.
///
/// It is kept with the reserved number, so that a whole file found under it after a crash can be adopted exactly as it
/// was meant.
package struct EntityDraft: Sendable, Hashable, Codable {
    /// What it is for.
    package var key: EntityKey
    /// Kind by its bytes.
    package var media: MediaType
    /// Length in bytes.
    package var bytes: Int
    /// Hash of the bytes.
    package var sha256: Digest
    /// Thirty-two hexadecimal digits of chance; it keeps a deleted text from being guessed from its commitment.
    package var salt: String
    /// When it was made.
    package var timestamp: Timestamp
    /// Model, engine, seed, prompt and the like.
    package var metadata: JSON

    /// Collects a draft.
    package init(key: EntityKey, media: MediaType, bytes: Int, sha256: Digest, salt: String, timestamp: Timestamp, metadata: JSON) {
        self.key = key
        self.media = media
        self.bytes = bytes
        self.sha256 = sha256
        self.salt = salt
        self.timestamp = timestamp
        self.metadata = metadata
    }

    /// The file's name under a number: two digits or more, type, extension by the bytes.
    package func filename(sequence: Int) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 2 - digits.count)) + "\(digits)_\(self.key.type.rawValue).\(self.media.fileExtension)"
    }
}

/// A recorded entity: a file of the run's folder that is written once and hashed into the run's chain.
package struct Entity: Sendable, Hashable {
    /// Its number; orders the entities of a run, gaps are legal.
    package var sequence: Int
    /// What it is for, its hash, salt and metadata.
    package var draft: EntityDraft
    /// The chain's link at this entity, hexadecimal.
    package var link: Digest

    /// The file's name in the run's folder.
    package var filename: String { self.draft.filename(sequence: self.sequence) }

    /// Chains a draft to what was recorded before it.
    ///
    /// - Parameters:
    ///   - draft: What is recorded.
    ///   - sequence: Its reserved number.
    ///   - head: The run's last link; nil for the first entity.
    package init(_ draft: EntityDraft, sequence: Int, after head: Digest?) {
        self.sequence = sequence
        self.draft = draft
        self.link = Chain.link(after: head, commit: Chain.commit(draft, sequence: sequence))
    }

    /// An entity as a store kept it.
    package init(draft: EntityDraft, sequence: Int, link: Digest) {
        self.sequence = sequence
        self.draft = draft
        self.link = link
    }
}

/// The hash chain over a run's entities (docs/contract.md, section 2).
package enum Chain {
    /// `SHA-256(salt ‖ sha256 ‖ canonical JSON of the entity's other fields)`.
    package static func commit(_ draft: EntityDraft, sequence: Int) -> Digest {
        let fields: JSON = [
            "sequence": .integer(Int64(sequence)),
            "type": .string(draft.key.type.rawValue),
            "filename": .string(draft.filename(sequence: sequence)),
            "timestamp": .string(draft.timestamp.description),
            "mime_type": .string(draft.media.mimeType),
            "bytes": .integer(Int64(draft.bytes)),
            "metadata": draft.metadata,
        ]
        var hasher = SHA256Hasher()
        hasher.update(Hex.bytes(draft.salt) ?? [])
        hasher.update(draft.sha256.bytes)
        hasher.update(fields.canonical)
        return hasher.finish()
    }

    /// `SHA-256(previous link ‖ commit)`; the first entity has no previous link.
    package static func link(after head: Digest?, commit: Digest) -> Digest {
        Digest(of: (head?.bytes ?? []) + commit.bytes)
    }
}
