package import AtelierCore

/// What must hold between a run's rows and its folder; a value in, findings out.
///
/// A run that has ended must agree in everything. A live one is being written: what is recorded must be there, as bytes come before rows,
/// and `metadata.json`, where there is one, tells of an earlier moment of the same chain.
package struct AuditRules: Sendable {
    let record: RunRecord
    let folder: FoundFolder?
    private let path: String
    private static let metadataName = "metadata.json"

    private var isLive: Bool { !self.record.machine.state.isFinal }

    /// Compares a run with its folder.
    ///
    /// - Parameters:
    ///   - record: The rows.
    ///   - folder: What lies on the disk; nil when there is no folder.
    /// - Returns: The disagreements, in a stable order.
    package static func findings(_ record: RunRecord, _ folder: FoundFolder?) -> [AuditFinding] {
        let rules = AuditRules(record: record, folder: folder, path: "archive/\(record.id.folder)")
        guard let folder else { return rules.withoutFolder() }
        let rows = rules.checkRows()
        var found = rows + rules.checkFiles(folder)
        // A repair from rows needs rows that hold and files that are theirs; rows that do not hold are no measure for anything.
        found += rules.checkMetadata(folder, isSound: found.isEmpty, isMeasured: rows.isEmpty)
        if !rules.isLive { found += rules.checkExtras(folder) }
        return found
    }

    private func finding(_ kind: AuditFinding.Kind, _ name: String?, _ sentence: String, _ action: AuditFinding.Action) -> AuditFinding {
        AuditFinding(kind, run: self.record.id, file: name.map { "\(self.path)/\($0)" }, sentence, action)
    }

    private func withoutFolder() -> [AuditFinding] {
        guard !self.isLive || !self.record.entities.isEmpty else { return [] }
        let finding = AuditFinding(
            .missing,
            run: self.record.id,
            file: self.path,
            "The run's folder is not there.",
            .none("nothing can bring it back but a backup")
        )
        return self.checkRows() + [finding]
    }

    /// The links of the rows recompute, in the order of the numbers.
    private func checkRows() -> [AuditFinding] {
        var head: Digest?
        var last = 0
        for entity in self.record.entities {
            let link = Chain.link(after: head, commit: Chain.commit(entity.draft, sequence: entity.sequence))
            guard link == entity.link, entity.sequence > last else {
                let sentence = "The chain of the rows breaks at entity \(entity.sequence)."
                return [self.finding(.brokenChain, nil, sentence, .none("the folder tells what was; 'atelier rebuild' reads it"))]
            }
            head = link
            last = entity.sequence
        }
        return []
    }

    /// Every recorded file is there and is what was recorded.
    private func checkFiles(_ folder: FoundFolder) -> [AuditFinding] {
        self.record.entities.compactMap { entity in
            let name = entity.filename
            let lost = AuditFinding.Action.none("nothing can bring its bytes back but a backup")
            guard let file = folder.files[name] else { return self.finding(.missing, name, "The file is not there.", lost) }
            guard let sha256 = file.sha256 else { return self.finding(.changed, name, "It cannot be read as a file.", lost) }
            if sha256 == entity.draft.sha256 { return nil }
            if file.bytes == 0 { return self.finding(.half, name, "The file is empty; \(entity.draft.bytes) bytes were recorded.", lost) }
            let sentence =
                file.bytes == entity.draft.bytes
                ? "Its bytes do not match their hash." : "It has \(file.bytes) bytes; \(entity.draft.bytes) were recorded."
            return self.finding(.changed, name, sentence, lost)
        }
    }

    private func checkMetadata(_ folder: FoundFolder, isSound: Bool, isMeasured: Bool) -> [AuditFinding] {
        let action: AuditFinding.Action =
            isSound ? .rewriteMetadata : .none("rows and files do not agree, so that nothing says what is right")
        guard let bytes = folder.metadata else {
            return self.isLive ? [] : [self.finding(.missing, Self.metadataName, "The file is not there.", action)]
        }
        guard let document = Self.parse(bytes), document.object != nil else {
            let sentence = bytes.isEmpty ? "The file is empty." : "It is no whole JSON document."
            return [self.finding(.half, Self.metadataName, sentence, action)]
        }
        guard isMeasured else { return [] }
        return self.isLive ? self.checkLive(document, action) : self.checkFinal(document, action)
    }

    private static func parse(_ bytes: [UInt8]) -> JSON? {
        try? JSON(reading: bytes)  // tidy: what does not parse is the finding
    }

    /// An earlier moment of the same chain.
    private func checkLive(_ document: JSON, _ action: AuditFinding.Action) -> [AuditFinding] {
        guard document["run_id"]?.string == self.record.id.text else {
            return [self.finding(.changed, Self.metadataName, "It tells of another run.", action)]
        }
        let told = document["entities"]?.array ?? []
        let kept = self.record.entities.prefix(told.count).map(\.document)
        guard told == kept else {
            return [self.finding(.brokenChain, Self.metadataName, "Its entities are not those of the rows.", action)]
        }
        return []
    }

    /// Exactly what follows from the rows.
    private func checkFinal(_ document: JSON, _ action: AuditFinding.Action) -> [AuditFinding] {
        guard let expected = try? RunDocument.make(self.record) else {  // tidy: rows that were read as JSON can be written as JSON
            return [self.finding(.changed, Self.metadataName, "The rows hold what no document can.", .none("look at the rows"))]
        }
        guard document != expected else { return [] }
        var found: [AuditFinding] = []
        if document["status"] != expected["status"] {
            let told = document["status"]?.string ?? "nothing"
            let sentence = "It says '\(told.prefix(20))'; the rows say '\(self.record.machine.state.rawValue)'."
            found.append(self.finding(.status, Self.metadataName, sentence, action))
        }
        if document["entities"] != expected["entities"] {
            found.append(self.finding(.brokenChain, Self.metadataName, "Its entities are not those of the rows.", action))
        }
        let known = ["status", "entities"]
        let names = Set(document.object.map { Array($0.keys) } ?? []).union(expected.object.map { Array($0.keys) } ?? [])
        let others = names.filter { !known.contains($0) && document[$0] != expected[$0] }.sorted()
        if !others.isEmpty {
            let list = others.prefix(5).map { String($0.prefix(40)) }.joined(separator: ", ")
            found.append(self.finding(.changed, Self.metadataName, "It differs from the rows in: \(list).", action))
        }
        return found
    }

    /// Nothing else lies in the folder of a run that has ended.
    private func checkExtras(_ folder: FoundFolder) -> [AuditFinding] {
        let known = Set(self.record.entities.map(\.filename))
        return folder.files.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map { name, file in
            file.bytes == 0 && file.sha256 != nil
                ? self.finding(.half, name, "An empty file that nobody recorded.", .moveAside)
                : self.finding(.extra, name, "Nobody recorded it.", .moveAside)
        }
    }
}
