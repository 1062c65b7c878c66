import AtelierCore

/// `metadata.json`, which follows the rows: at once while the run is under way, and surely at its end.
extension Recorder {
    /// Says that the rows have got ahead of `metadata.json`.
    func outdateMetadata() { self.outdated.signal() }

    /// Replaces `metadata.json` after each ``outdateMetadata()``, beside the work, until the task is cancelled.
    ///
    /// What is overtaken while the one before is being written is never written. One that fails is logged: the next one, or
    /// the last, takes its place.
    func keepMetadata() async {
        var seen = 0
        while !Task.isCancelled {
            do {
                if self.outdated.count == seen { await self.outdated.wait(after: seen, atMost: .seconds(3600), by: self.parts.time) }
                guard self.outdated.count > seen else { continue }
                seen = self.outdated.count
                try await self.writeMetadata()
            } catch is CancellationError {
                return
            } catch is LeaseLost {
                return
            } catch {
                self.parts.log.failure(error, "metadata.json could not be replaced.", ["run_id": .string(self.lease.run.text)])
            }
        }
    }

    /// Writes `metadata.json` from the rows as they are now.
    ///
    /// - Parameter isFinal: Whether it is the last one, which is tried until it is there.
    /// - Throws: ``LeaseLost`` when the run belongs to another attempt by now.
    package func writeMetadata(isFinal: Bool = false) async throws {
        try await self.metadataGate.run {
            let record = try await self.persistently { try await self.parts.store.run(self.lease.run) }
            guard let record, record.machine.attempt == self.lease.attempt, record.machine.hold != nil else { throw LeaseLost() }
            let bytes = try JSON.encode(RunDocument.make(record, isFinal: isFinal), pretty: true)
            if isFinal {
                try await self.persistently { try await self.parts.archive.replaceMetadata(bytes, of: self.lease.run) }
            } else {
                try await self.parts.archive.replaceMetadata(bytes, of: self.lease.run)
            }
        }
    }
}
