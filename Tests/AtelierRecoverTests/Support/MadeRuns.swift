import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import Foundation

/// Whole runs, made without an engine and without waiting for the disk.
enum MadeRuns {
    /// A run that has succeeded, and its files by name.
    static func run(_ number: Int, pictureBytes: Int = 300) throws -> (RestoredRun, [String: [UInt8]]) {
        let id = Sample.id(number * 1000)
        let text = "idea number \(number)"
        let interception = "number idea \(number) \(text)"
        var record = RunRecord(id: id, labels: RunLabels(owner: "anna"), plan: Sample.plan(text), timestamp: id.time)
        var random = SplitMix64(seed: UInt64(number))
        let picture = (0..<pictureBytes / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        var files: [String: [UInt8]] = [:]
        func add(_ type: EntityType, _ stage: StageKey, _ media: MediaType, _ bytes: [UInt8], _ more: [String: JSON] = [:]) {
            var metadata = more
            metadata["stage"] = .integer(Int64(stage.stage))
            if stage.output >= 0 { metadata["output"] = .integer(Int64(stage.output)) }
            metadata["iteration"] = 0
            metadata["attempt"] = 1
            let draft = EntityDraft(
                key: EntityKey(type, stage: stage),
                media: media,
                bytes: bytes.count,
                sha256: Digest(of: bytes),
                salt: Hex.text((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }),
                timestamp: id.time,
                metadata: .object(metadata)
            )
            let entity = Entity(draft, sequence: record.entities.count + 1, after: record.head)
            record.entities.append(entity)
            files[entity.filename] = bytes
        }
        add(.configUsed, StageKey(1), .json, try JSON.encode(record.plan, pretty: true))
        add(.input, StageKey(1), .text, Array(text.utf8))
        add(.translation, StageKey(1), .text, Array(text.utf8), ["translated": false])
        add(.safety, StageKey(1), .json, Array("{}".utf8), ["safe": true])
        add(.interception, StageKey(2), .text, Array(interception.utf8), ["model": "cutup"])
        add(.safetyPreOutput, StageKey(3, output: 0), .json, Array("{}".utf8), ["safe": true])
        add(.outputImage, StageKey(4, output: 0), MediaType("image/png", "png"), picture, ["width": 8, "height": 4])
        let over = StageMachine(state: .finished, attempt: 1)
        record.stages = [StageKey(1), StageKey(2), StageKey(3, output: 0), StageKey(4, output: 0)].map {
            StageRecord(key: $0, machine: over)
        }
        record.machine = RunMachine(state: .succeeded, outcome: .succeeded, attempt: 1, hold: nil)
        files["metadata.json"] = try JSON.encode(RunDocument.make(record), pretty: true)
        return (RestoredRun(record: record, searchTexts: [text, interception], nextSequence: 8), files)
    }

    /// Puts runs into a data directory.
    static func fill(_ home: DataHome, _ count: Int, pictureBytes: Int = 300) async throws {
        for start in stride(from: 0, to: count, by: 250) {
            var runs: [RestoredRun] = []
            for number in start..<min(start + 250, count) {
                let (run, files) = try Self.run(number, pictureBytes: pictureBytes)
                let folder = home.runFolder(run.record.id)
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)")) }
                runs.append(run)
            }
            try await home.store.restore(runs)
        }
    }
}
