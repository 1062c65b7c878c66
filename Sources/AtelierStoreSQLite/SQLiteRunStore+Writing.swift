package import AtelierCore

extension SQLiteRunStore {
    package func reserve(_ drafts: [EntityDraft], for lease: Lease) async throws -> [Int] {
        let texts = try drafts.map { try Stored.json($0) }
        return try await self.change(lease) { kept, connection in
            try kept.record.machine.checkWritable(attempt: lease.attempt)
            for (offset, text) in texts.enumerated() {
                try connection.run(
                    "INSERT INTO reservations (run, sequence, attempt, draft) VALUES (?, ?, ?, ?)",
                    [.integer(kept.number), .int(kept.nextSequence + offset), .int(lease.attempt), text]
                )
            }
            let next = kept.nextSequence + texts.count
            try connection.run("UPDATE runs SET next_sequence = ? WHERE number = ?", [.int(next), .integer(kept.number)])
            return Array(kept.nextSequence..<next)
        }
    }

    package func write(_ change: RunChange, for lease: Lease, at now: Timestamp) async throws {
        try await self.change(lease) { kept, connection in
            var record = kept.record
            let events = try record.apply(change, attempt: lease.attempt, at: now)
            try kept.record.checkNumbers(of: change) { number in
                try connection.first(
                    "SELECT 1 FROM reservations WHERE run = ? AND sequence = ?",
                    [.integer(kept.number), .int(number)]
                ) { _ in true } ?? false
            }
            for number in change.entities.map(\.sequence) + change.voided {
                try connection.run("DELETE FROM reservations WHERE run = ? AND sequence = ?", [.integer(kept.number), .int(number)])
            }
            try kept.save(record, events: events, at: now, in: connection)
            guard let text = change.searchText else { return }
            try connection.run(
                "UPDATE search SET text = text || char(10) || ? WHERE rowid = ?",
                [.text(text), .integer(kept.number)]
            )
        }
    }

    package func cancel(_ id: RunID, problem: Problem?, at now: Timestamp) async throws {
        try await self.step(id, at: now) { try $0.cancel(problem: problem, at: now) }
    }

    package func `continue`(_ id: RunID, edit: String?, at now: Timestamp) async throws {
        try await self.step(id, at: now) { try $0.continue(edit: edit, at: now) }
    }

    private func step(
        _ id: RunID,
        at now: Timestamp,
        _ body: @escaping @Sendable (inout RunRecord) throws -> [(kind: RunEvent.Kind, data: JSON)]
    ) async throws {
        try await self.writer.write { connection in
            guard let kept = try KeptRun.find(id, in: connection) else { throw Failure.noRun(id) }
            var record = kept.record
            let events = try body(&record)
            guard record != kept.record else { return }
            try kept.save(record, events: events, at: now, in: connection)
        }
    }
}
