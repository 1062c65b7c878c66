import AtelierCore
import AtelierStoreSQLite

/// Times lists in a large database: `lists DATABASE COUNT` prints a name, p50 and p99 in milliseconds a line.
func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
}

let store = try SQLiteRunStore(reading: CommandLine.arguments[1])
let rounds = Int(CommandLine.arguments[2]) ?? 100
let page = 50
let clock = ContinuousClock()

/// Times one kind of query; `query` gets the number of the round and where the page before ended.
@MainActor func measure(_ name: String, from first: RunID? = nil, _ query: (Int, RunID?) -> RunQuery) async throws {
    var took: [Double] = []
    var found = 0
    var cursor = first
    for round in 0..<rounds {
        let query = query(round, cursor)
        let start = clock.now
        let answer = try await store.list(query)
        took.append(milliseconds(start.duration(to: clock.now)))
        found += answer.runs.count
        cursor = answer.next ?? cursor
    }
    took.sort()
    print(name, took[rounds / 2], took[rounds * 99 / 100], found / rounds)
}

let syllables = ["ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "wu", "ze"]

/// A word of the made-up language of `rows`; the higher the number, the rarer the word.
func word(_ number: Int) -> String { syllables[number & 15] + syllables[number >> 4 & 15] + syllables[number >> 8 & 15] }

/// Somewhere in the middle, a page further each time.
var middle = RunQuery(limit: 1)
middle.to = Timestamp(milliseconds: 1_700_000_000_000 + 500_000 * 60_000)

try await measure("first") { _, _ in RunQuery(limit: page) }
try await measure("deep", from: try await store.list(middle).runs.first?.id) { _, cursor in
    var query = RunQuery(limit: page)
    query.before = cursor
    return query
}
try await measure("filter") { round, _ in
    var query = RunQuery(limit: page)
    switch round % 4 {
    case 0: query.sessionID = "s\(round * 37 % 5000)"
    case 1: query.status = .blocked
    case 2: query.config = "user_defined"
    default: query.medium = .music
    }
    return query
}
try await measure("word") { round, _ in
    var query = RunQuery(limit: page)
    query.text = word(round * 41 % 4096)
    return query
}
try await measure("common-word") { round, _ in
    var query = RunQuery(limit: page)
    query.text = word(round % 8)
    return query
}
try await measure("three") { round, _ in
    var query = RunQuery(limit: page)
    query.userID = "u\(round * 7 % 500)"
    query.status = .succeeded
    query.medium = .image
    return query
}
try await store.close()
