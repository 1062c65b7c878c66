import AtelierCore

/// A run with all that hangs on it.
struct MemoryRow {
    var record: RunRecord
    var events: [RunEvent] = []
    /// Numbers that are reserved and neither recorded nor void, in order.
    var reserved: [(sequence: Int, draft: EntityDraft)] = []
    private var nextSequence = 1
    private var words: [String] = []

    init(_ record: RunRecord) { self.record = record }

    mutating func add(_ events: [(kind: RunEvent.Kind, data: JSON)], at now: Timestamp) {
        for (kind, data) in events {
            self.events.append(RunEvent(number: self.events.count + 1, kind: kind, data: data, timestamp: now))
        }
    }

    mutating func reserve(_ draft: EntityDraft) -> Int {
        defer { self.nextSequence += 1 }
        self.reserved.append((self.nextSequence, draft))
        return self.nextSequence
    }

    mutating func addWords(of text: String) { self.words += SearchWords.split(text).map(SearchWords.fold) }

    /// Whether the run holds every word.
    func holds(_ query: SearchWords) -> Bool {
        !query.words.isEmpty
            && query.words.allSatisfy { wanted in
                let folded = SearchWords.fold(wanted.text)
                return self.words.contains { wanted.isPrefix ? $0.hasPrefix(folded) : $0 == folded }
            }
    }
}

extension RunQuery {
    /// Whether a run passes every filter but the text.
    func matches(_ run: RunRecord) -> Bool {
        func passes<Value: Equatable>(_ wanted: Value?, _ value: Value?) -> Bool { wanted == nil || wanted == value }
        return passes(self.owner, run.labels.owner)
            && passes(self.config, run.plan.schema)
            && passes(self.userID, run.labels.userID)
            && passes(self.sessionID, run.labels.sessionID)
            && self.status.map { $0 == run.machine.state || $0 == run.machine.state.outside } ?? true
            && self.medium.map { medium in run.entities.contains { $0.draft.key.type == medium.entityType } } ?? true
            && self.from.map { $0 <= run.id.time } ?? true
            && self.to.map { run.id.time <= $0 } ?? true
    }
}
