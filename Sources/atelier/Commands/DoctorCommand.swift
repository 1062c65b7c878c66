import AtelierCore
import AtelierHTTP
import AtelierMedia
import AtelierSchemas
import AtelierStoreSQLite

/// `atelier doctor`: what is wrong with an installation, and what to do about it.
///
/// It changes nothing.
enum DoctorCommand: Command {
    static let name = "doctor"
    static let usage = "atelier doctor [--json]"
    static let summary = "Says what is wrong with this installation and what to do."
    static let options: [Option] = ServeCommand.options

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        var findings: [Finding]
        do {
            let composition = try Composition(arguments, flags: ServeCommand.flags)
            findings = [.good("settings", "The settings are sound.")]
            findings += await Doctor(composition).examine()
        } catch {
            // Without settings nothing else can be looked at.
            findings = [.bad("settings", error)]
        }
        try terminal.result(.array(findings.map(\.document))) { findings.map(\.line) }
        return findings.contains { $0.state == .bad } ? 1 : 0
    }
}

/// One thing that was looked at.
struct Finding: Sendable {
    enum State: String, Sendable {
        case good
        /// Works, but not as one might think.
        case odd
        case bad
    }

    var check: String
    var state: State
    var sentence: String
    var hint: String?

    static func good(_ check: String, _ sentence: String) -> Finding { Finding(check: check, state: .good, sentence: sentence) }

    static func odd(_ check: String, _ sentence: String, hint: String? = nil) -> Finding {
        Finding(check: check, state: .odd, sentence: sentence, hint: hint)
    }

    static func bad(_ check: String, _ error: any Error) -> Finding {
        let failure = Failure(wrapping: error)
        return Finding(check: check, state: .bad, sentence: failure.message, hint: failure.hint)
    }

    var line: String {
        let mark = [State.good: "ok  ", .odd: "look", .bad: "BAD "][self.state] ?? ""
        return "\(mark)  \(self.check): \(self.sentence)" + (self.hint.map { "\n      \($0)" } ?? "")
    }

    var document: JSON {
        .compact([
            "check": .string(self.check), "state": .string(self.state.rawValue), "sentence": .string(self.sentence),
            "hint": .text(self.hint),
        ])
    }
}

/// Looks at one installation.
struct Doctor: Sendable {
    private let composition: Composition
    private var data: DataDirectory { self.composition.data }

    init(_ composition: Composition) { self.composition = composition }

    func examine() async -> [Finding] {
        let server = await ServerClient.connected(to: self.data)
        return self.overridden() + self.schemas() + self.backends()
            + [self.directory(), self.holder(isServed: server != nil), self.port(isServed: server != nil)]
            + [await self.disk(), await self.database(), await self.media()]
    }

    /// Values that hide others are what nobody remembers.
    private func overridden() -> [Finding] {
        self.composition.resolved.effective.compactMap { setting in
            let hidden = setting.overrode.filter { $0.source != .default && $0.value != setting.value }
            guard let first = hidden.first else { return nil }
            return .odd(
                "settings",
                "'\(setting.path)' comes from \(setting.source) and hides the value of \(first.source).",
                hint: "'atelier config' shows both."
            )
        }
    }

    private func schemas() -> [Finding] {
        let entries = self.composition.planner.entries()
        let broken = entries.filter { entry in entry.reason?.contains(".json: ") == true }
        let ready = entries.count { $0.reason == nil }
        let flaws = broken.map { Finding.odd("schemas", $0.reason ?? "", hint: "Mend the file, or take it away.") }
        return [.good("schemas", "\(ready) rules and outputs can run; 'atelier schemas' lists the others with why.")] + flaws
    }

    private func backends() -> [Finding] {
        self.composition.settings.backends.filter { $0.kind != .builtin }.map { backend in
            .odd(
                "backends",
                "The engine '\(backend.id)' is of kind \(backend.kind.rawValue), which this version cannot call.",
                hint: "Rules and outputs that need it say so."
            )
        }
    }

    private func directory() -> Finding {
        do {
            try self.data.checkUsable()
            return .good("data", "The data directory is '\(self.data.path)'\(self.data.exists ? "" : ", which is still empty").")
        } catch {
            return .bad("data", error)
        }
    }

    private func holder(isServed: Bool) -> Finding {
        guard self.data.exists else { return .good("holder", "Nobody holds the data directory.") }
        do {
            guard let hold = try self.data.probe() else {
                let holder = self.data.holder()
                let who = holder?.sentence ?? "another process"
                if isServed || holder?.role != ServeCommand.name { return .good("holder", "The data directory is held by \(who).") }
                return .odd("holder", "The data directory is held by \(who), which does not answer.", hint: "Look at that process.")
            }
            hold.release()
            return .good("holder", "Nobody holds the data directory.")
        } catch {
            return .bad("holder", error)
        }
    }

    private func port(isServed: Bool) -> Finding {
        let server = self.composition.settings.server
        do {
            let listener = try Listener.tcp(host: server.host, port: UInt16(server.port))
            return .good("port", "\(listener.name) is free.")
        } catch {
            guard isServed else { return .bad("port", error) }
            return .good("port", "\(server.host):\(server.port) is taken, and a server of this data directory runs.")
        }
    }

    private func disk() async -> Finding {
        guard self.data.exists else { return .good("disk", "There is no archive yet.") }
        do {
            let free = try await self.composition.archive.freeBytes()
            let reserve = self.composition.settings.limits.diskReserveBytes
            guard free >= reserve else {
                throw Failure(.noSpace, "Only \(free) bytes are free; below \(reserve) no run is accepted.", hint: "Free some space.")
            }
            return .good("disk", "\(free / 1_048_576) MB are free.")
        } catch {
            return .bad("disk", error)
        }
    }

    private func database() async -> Finding {
        guard self.data.exists else { return .good("database", "There is no database yet.") }
        do {
            let store = try self.composition.openForReading()
            let counts = try await store.counts()
            try await store.close()
            return .good("database", "It can be read; \(counts.queued) runs are queued, \(counts.waiting) wait for somebody.")
        } catch {
            return .bad("database", error)
        }
    }

    /// Draws a small picture and a tune, for real: fonts, libraries and ffmpeg are then known to be there.
    private func media() async -> Finding {
        do {
            let picture = ProcedureOrder(procedure: "cutpaper", text: "a fish", schema: "dada", seed: 1, width: 64, height: 64)
            _ = try await self.composition.media.perform(picture)
            let tune = try await self.composition.media.perform(ProcedureOrder(procedure: "tune", text: "a fish", schema: "dada", seed: 1))
            try await self.probe(tune)
            return .good("media", "A picture was drawn with its fonts, and a tune was composed and decoded.")
        } catch {
            return .bad("media", error)
        }
    }

    private func probe(_ bytes: [UInt8]) async throws {
        let file = try TemporaryFile(bytes)
        defer { file.remove() }
        _ = try await self.composition.media.probe(file.path, as: .music)
    }
}
