package import AtelierCore

/// `metadata.json`, and every answer about a run: one shape, derived from the rows alone (docs/contract.md, section 2).
package enum RunDocument {
    /// The document.
    ///
    /// - Parameters:
    ///   - record: The rows.
    ///   - isFinal: Whether this is the last `metadata.json`, which tells the decided outcome that reads as `running` outside until it is
    ///     settled.
    /// - Returns: The document.
    /// - Throws: ``Failure`` with `internal` for a value that JSON cannot hold.
    package static func make(_ record: RunRecord, isFinal: Bool = false) throws -> JSON {
        let plan = record.plan
        let status = isFinal ? record.machine.outcome?.state ?? record.machine.state : record.machine.state.outside
        return .compact([
            "format": "atelier.run/1",
            "run_id": .string(record.id.text),
            "timestamp": .string(record.timestamp.description),
            "config_name": .string(plan.schema),
            "execution_mode": .string(plan.executionMode.rawValue),
            "safety_level": .string(plan.safety.effective.rawValue),
            "requested_safety_level": .string(plan.safety.requested.rawValue),
            "owner": .string(record.labels.owner),
            "user_id": .text(record.labels.userID),
            "session_id": .text(record.labels.sessionID),
            "device_id": .text(record.labels.deviceID),
            "parent": .text(plan.parent?.text),
            "status": .string(status.rawValue),
            "expected_outputs": .array(plan.expectedOutputs.map { .string($0.rawValue) }),
            "current_state": Self.currentState(of: record),
            "entities": .array(record.entities.map(\.document)),
            "outputs": .array(record.outputs.map(\.document)),
            "routing": .array(try plan.routing.map { try JSON($0) }),
            "attempt": .integer(Int64(record.machine.attempt)),
            "error": try record.problem.map { try JSON($0) } ?? .null,
        ])
    }

    /// Where a run stands, for status lines.
    package static func currentState(of record: RunRecord) -> JSON {
        let expected = record.plan.expectedOutputs.count
        let done = min(record.entities.filter { $0.draft.key.type != .error }.count, expected)
        let stage = record.stages.last { $0.machine.state == .running }?.key.stage ?? record.stages.last?.key.stage ?? 0
        return [
            "stage": .integer(Int64(stage)),
            "step": .string(Self.stepNames[stage] ?? "queued"),
            "progress": .string("\(done)/\(expected)"),
        ]
    }

    private static let stepNames = [1: "translation_and_safety", 2: "interception", 3: "safety_pre_output", 4: "generation"]
}

/// A stored output of a run, with its place in the plan.
package struct StoredOutput: Sendable {
    package var medium: Medium
    /// The `{index}` of media URLs: place in the plan × batch.
    package var index: Int
    package var plan: OutputPlan
    package var entity: Entity

    /// What `metadata.json` says of it.
    var document: JSON {
        let metadata = self.entity.draft.metadata
        return .compact([
            "type": .string(self.medium.rawValue),
            "filename": .string(self.entity.filename),
            "index": .integer(Int64(self.index)),
            "backend": .string(self.plan.backend.id),
            "config": .string(self.plan.config),
            "width": metadata["width"],
            "height": metadata["height"],
            "duration_seconds": metadata["duration_seconds"],
        ])
    }
}

extension RunRecord {
    /// The outputs that are stored, by index.
    package var outputs: [StoredOutput] {
        self.entities.compactMap { entity in
            let key = entity.draft.key
            guard let medium = key.type.medium, self.plan.outputs.indices.contains(key.stage.output) else { return nil }
            let plan = self.plan.outputs[key.stage.output]
            return StoredOutput(medium: medium, index: plan.index + key.iteration, plan: plan, entity: entity)
        }.sorted { $0.index < $1.index }
    }
}

extension Entity {
    /// What `metadata.json` says of it.
    package var document: JSON {
        [
            "sequence": .integer(Int64(self.sequence)),
            "type": .string(self.draft.key.type.rawValue),
            "filename": .string(self.filename),
            "timestamp": .string(self.draft.timestamp.description),
            "mime_type": .string(self.draft.media.mimeType),
            "bytes": .integer(Int64(self.draft.bytes)),
            "sha256": .string(self.draft.sha256.hex),
            "salt": .string(self.draft.salt),
            "link": .string(self.link.hex),
            "metadata": self.draft.metadata,
        ]
    }
}
