import AtelierCore
import AtelierEngine
import AtelierStoreSQLite

/// `atelier runs`: what was made, newest first.
enum RunsCommand: Command {
    static let name = "runs"
    static let usage = "atelier runs [--status S] [--config ID] [--q WORDS] [--limit N] [--json]"
    static let summary = "Lists runs, newest first."
    static let options = [
        Option(
            name: "status",
            value: "S",
            help: "only runs that are queued, running, waiting, succeeded, partial, failed, blocked or cancelled"
        ),
        Option(name: "config", value: "ID", help: "only runs of this rule"),
        Option(name: "q", value: "WORDS", help: "only runs whose idea or interception holds these words"),
        Option(name: "limit", value: "N", help: "how many (default 20)"),
    ]

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        let composition = try Composition(arguments)
        let limit = try arguments.number("limit", as: UInt16.self).map(Int.init) ?? 20
        var query = RunQuery(limit: min(max(limit, 1), composition.settings.limits.pageRows))
        query.status = try arguments.value("status").map(Self.status)
        query.config = arguments.value("config")
        query.text = arguments.value("q")
        let page = try await Reading.withStore(composition) { try await $0.list(query) } ?? RunPage(runs: [], next: nil)
        let documents = try page.runs.map { try RunDocument.make($0) }
        try terminal.result(["runs": .array(documents), "next": .text(page.next?.text) ?? .null]) {
            page.runs.map { run in
                let idea = run.plan.inputText.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                return "\(run.id)  \(run.timestamp)  \(run.machine.state.outside.rawValue)  \(run.plan.schema)  \(idea.prefix(60))"
            }
        }
        return 0
    }

    private static func status(_ name: String) throws -> RunState {
        guard let state = RunState(rawValue: name), state != .finishing else {
            let known = RunState.allCases.filter { $0 != .finishing }.map(\.rawValue)
            throw Failure.unknown(.invalidRequest, thing: "status", name: name, known: known)
        }
        return state
    }
}

/// `atelier show`: one run, whole.
enum ShowCommand: Command {
    static let name = "show"
    static let usage = "atelier show RUN [--json]"
    static let summary = "Shows one run: every step, where it lies, and why it ended as it did."
    static let options: [Option] = []

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(1, Self.usage)
        guard let id = RunID(arguments.words[0]) else {
            throw Failure(.notFound, "'\(arguments.words[0].prefix(64))' is no run id.", hint: "'atelier runs' lists them.")
        }
        let composition = try Composition(arguments)
        let record = try await Reading.withStore(composition) { store in
            try await RunReader(store: store, archive: composition.archive).run(id, for: nil)
        }
        guard let record else { throw Failure(.notFound, "There is no run \(id).") }
        let report = try RunReport.make(try RunDocument.make(record), in: composition.data)
        try terminal.result(report) {
            RunReport.lines(report)
                + record.entities.map { "\($0.filename)  \($0.draft.bytes) bytes  sha256 \($0.draft.sha256.hex.prefix(16))…" }
        }
        return 0
    }
}

/// Looks into a data directory without changing anything in it.
enum Reading {
    /// Reads from the store beside whoever holds it; nil when there is no store yet.
    static func withStore<Value: Sendable>(
        _ composition: Composition,
        _ read: (any RunStore) async throws -> Value
    ) async throws -> Value? {
        guard composition.data.exists else {
            try composition.data.checkUsable()
            return nil
        }
        let store = try composition.openForReading()
        let value = try await read(store)
        try await store.close()
        return value
    }
}
