import AtelierArchive
import AtelierBackends
import AtelierCore
import AtelierEngine
import AtelierMedia
import AtelierSchemas
import AtelierStages
import AtelierStoreSQLite
import Glibc

/// The only place that knows every target: settings in, working parts out.
struct Composition: Sendable {
    let data: DataDirectory
    let resolved: SettingsResolver
    let planner: RunPlanner
    let media: MediaWorkers

    var settings: Settings { self.resolved.settings }

    /// Reads settings and schemas; touches nothing.
    ///
    /// - Throws: ``Failure`` with `refused_start`, or an `unknown_…` code for a wrong `--safety` and the like.
    init(_ arguments: Arguments, flags: [(option: String, path: String)] = []) throws {
        let environment = Self.environment
        self.data = try DataDirectory(arguments.value("data"), environment: environment)
        // First of all: what is said about a file inside would hide that the folder is none.
        try self.data.checkUsable()
        let file = try Self.settingsFile(arguments.value("settings"), self.data)
        let given = flags.compactMap { flag in
            arguments.value(flag.option).map { (path: flag.path, value: $0, flag: "--\(flag.option)") }
        }
        self.resolved = try SettingsResolver(flags: given, environment: environment, file: file)
        let folders = try arguments.all("schemas").map(Files.schemas)
        let shipped = SchemaFolder(name: "shipped", files: Files.embedded("schemas/").map { SchemaFile(path: $0.path, bytes: $0.bytes) })
        self.planner = RunPlanner(Catalogue(folders + [shipped]), PlanningRules(self.resolved.settings, backends: [.builtin]))
        self.media = MediaWorkers(executable: "/proc/self/exe", limits: self.resolved.settings.limits)
        try self.checkPlaces()
    }

    private static func settingsFile(_ given: String?, _ data: DataDirectory) throws -> (path: String, bytes: [UInt8])? {
        if let given {
            do {
                return (given, try Files.read(given))
            } catch let failure as Failure where failure.code == .missing {
                throw Failure(.refusedStart, "There is no settings file '\(given)'.", hint: "Check --settings.")
            }
        }
        do {
            return (data.settings, try Files.read(data.settings))
        } catch let failure as Failure where failure.code == .missing {
            return nil
        }
    }

    /// Stores and archives that this version does not have are refused, never replaced in silence.
    private func checkPlaces() throws {
        for (name, url) in [("store.url", self.settings.storeURL), ("archive.url", self.settings.archiveURL)] {
            guard let url else { continue }
            throw Failure(
                .refusedStart,
                "\(name) is set to '\(url.prefix { $0 != ":" }):…', which this version cannot use.",
                hint: "Leave \(name) out: rows and bytes are then kept in the data directory."
            )
        }
    }

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// The archive of the data directory.
    var archive: any Archive {
        LocalArchive(
            root: self.data.archive,
            disk: PosixFileSystem(),
            pool: BlockingPool(label: "atelier.archive"),
            limits: self.settings.limits
        )
    }

    /// Opens the store beside whoever holds the data directory.
    func openForReading() throws -> SQLiteRunStore { try SQLiteRunStore(reading: self.data.database) }

    /// Opens store and archive; whoever calls it holds the data directory.
    ///
    /// - Throws: ``Failure`` with `corrupt`, `no_space`, `store_unavailable`.
    func open(log: any Log) async throws -> OpenAtelier {
        let limits = self.settings.limits
        let store = try SQLiteRunStore(path: self.data.database)
        try self.data.sync()
        let lists = try WordLists(files: Files.embedded("safety/"))
        let builtin = BuiltInBackend(procedures: self.media)
        let stages = StageSet(
            input: ListInputStage(lists: lists),
            interception: PipelineInterception(backends: [.builtin: builtin]),
            outputCheck: ListOutputCheck(lists: lists),
            generation: EngineGeneration(backends: [.builtin: builtin]),
            capacity: { _ in limits.builtinSlots }
        )
        let environment = EngineParts.Environment(time: SystemTime(), chance: SystemChance(), log: log)
        let parts = EngineParts(
            store: store,
            archive: self.archive,
            stages: stages,
            probe: self.media,
            environment: environment,
            limits: limits
        )
        let runs = Runs(parts, planner: self.planner, identifiers: IdentifierSource(time: parts.time, chance: parts.chance))
        return OpenAtelier(runs: runs, worker: Worker(parts, name: "worker-\(getpid())"), close: { try await store.close() })
    }
}

/// An Atelier with its store and archive open.
struct OpenAtelier: Sendable {
    let runs: Runs
    let worker: Worker
    let close: @Sendable () async throws -> Void

    /// Takes over what the holder before left: its leases are void, its temporary files go.
    func recover() async throws {
        try await self.runs.parts.store.voidLeases()
        try await self.runs.parts.archive.sweep()
    }
}
