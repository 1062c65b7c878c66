import AtelierCore
import AtelierEngine
import AtelierSchemas

/// `atelier run`: one run to its end, through the server that holds the data directory, else in this process.
enum RunCommand: Command {
    static let name = "run"
    static let usage = "atelier run \"<idea>\" [--schema ID] [--output ID] [--safety LEVEL] [--seed N] [--json]"
    static let summary = "Makes something from an idea and waits for it."
    static let options = [
        Option(name: "schema", value: "ID", help: "the rule (default dada); 'atelier schemas' lists them"),
        Option(name: "output", value: "ID", help: "an output config; may be repeated; without it as the rule says"),
        Option(name: "safety", value: "LEVEL", help: "kids, youth, adult or research"),
        Option(name: "seed", value: "N", help: "chooses among siblings, 0 to 4294967295"),
    ]

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(1, Self.usage)
        let composition = try Composition(arguments)
        var request = RunRequest(
            schema: arguments.value("schema") ?? "dada",
            inputText: arguments.words[0],
            labels: RunLabels(owner: "local")
        )
        if arguments.has("output") { request.outputConfigs = arguments.all("output") }
        request.safetyLevel = arguments.value("safety")
        request.seed = try arguments.number("seed", as: UInt32.self)
        // Checked before anything is touched, so that a wrong name leaves nothing behind.
        _ = try composition.planner.plan(request)
        let record: JSON
        if let server = await ServerClient.connected(to: composition.data) {
            record = try await Self.runRemotely(request, server, terminal)
        } else {
            record = try await Self.runHere(request, composition, terminal)
        }
        terminal.endProgress()
        let report = try RunReport.make(record, in: composition.data)
        try terminal.result(report) { RunReport.lines(report) }
        return RunReport.exit(report)
    }

    private static func runRemotely(_ request: RunRequest, _ server: ServerClient, _ terminal: Terminal) async throws -> JSON {
        let body = JSON.compact([
            "schema": .string(request.schema), "input_text": .string(request.inputText),
            "output_config": request.outputConfigs.map { .array($0.map(JSON.string)) },
            "safety_level": .text(request.safetyLevel), "seed": .whole(request.seed),
        ])
        let id = try await server.json("POST", "/api/runs", body)["run_id"]?.string ?? ""
        try await server.events("/api/runs/\(id)/events") { kind, data in
            terminal.progress(ProgressText.sentence(kind, data))
            return RunEvent.Kind(rawValue: kind)?.isLast != true
        }
        return try await server.json("GET", "/api/runs/\(id)")
    }

    private static func runHere(_ request: RunRequest, _ composition: Composition, _ terminal: Terminal) async throws -> JSON {
        let hold = try await Self.hold(composition.data, terminal)
        defer { hold.release() }
        let atelier = try await composition.open(log: JSONLog(least: .error))
        try await atelier.recover()
        let id = try await atelier.runs.submit(request)
        let record = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await atelier.worker.run(only: id) }
            let record = try await atelier.runs.follow(id, atMost: .seconds(86_400)) { event in
                terminal.progress(ProgressText.sentence(event.kind.rawValue, event.data))
            }
            try await group.waitForAll()
            return record
        }
        let waiting = try await atelier.runs.parts.store.counts().queued
        try await atelier.close()
        if waiting > 0 { terminal.line("\(waiting) other run\(waiting == 1 ? " waits" : "s wait") for 'atelier serve'.") }
        return try RunDocument.make(record)
    }

    /// Holds the data directory; waits while another `atelier run` is at work on it.
    private static func hold(_ data: DataDirectory, _ terminal: Terminal) async throws -> DataDirectory.Hold {
        let time = SystemTime()
        while true {
            if let hold = try data.holdIfFree(as: "run") { return hold }
            let holder = data.holder()
            guard holder.map({ $0.role == "run" }) ?? true else { throw data.isHeld(by: holder) }
            terminal.progress("waiting for another 'atelier run' on this data directory")
            try await time.sleep(for: .milliseconds(200))
        }
    }
}

/// Events as sentences.
enum ProgressText {
    static func sentence(_ kind: String, _ data: JSON) -> String {
        switch kind {
        case "stage.started": "stage \(data["stage"]?.integer ?? 0) of 4 …"
        case "stage.finished": "stage \(data["stage"]?.integer ?? 0) \(data["state"]?.string ?? "")"
        case "entity.saved": "saved \(data["filename"]?.string ?? "")"
        case "progress", "snapshot": "…"
        default: kind.replacing("run.", with: "run ")
        }
    }
}
