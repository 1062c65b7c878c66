package import AtelierCore
import Foundation
import Synchronization

/// A machine of one test's own: a clean environment, a home, and a data directory that nobody has made yet.
package final class TestHome: Sendable {
    private let folder: TemporaryFolder
    private let started = Atomic(0)

    /// Working directory of every process, and the folder that the data directory is made in.
    package var work: String { self.folder.path + "/work" }
    /// The data directory, where `$XDG_DATA_HOME` says it is.
    package var data: String { self.work + "/atelier" }

    /// Makes an empty home.
    package init() throws {
        self.folder = try TemporaryFolder()
        for name in ["work", "home", "log"] {
            try FileManager.default.createDirectory(atPath: "\(self.folder.path)/\(name)", withIntermediateDirectories: false)
        }
    }

    /// The built program: beside the test bundle, else where `swift build` puts it.
    package static let program: String = {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let beside = own.appendingPathComponent("atelier").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        return root.appendingPathComponent(".build/debug/atelier").path
    }()

    /// Nothing of the tester's own settings gets in.
    private var environment: [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "HOME": self.folder.path + "/home", "XDG_DATA_HOME": self.work, "SWIFT_BACKTRACE": "enable=no",
        ]
    }

    /// Starts any program in this home.
    ///
    /// - Parameters:
    ///   - words: The program's path and its arguments.
    ///   - environment: Variables beside the clean ones.
    /// - Returns: The running process.
    /// - Throws: ``HarnessProblem`` when it cannot be started.
    package func start(_ words: [String], environment: [String: String] = [:]) async throws -> ChildProcess {
        let number = self.started.add(1, ordering: .relaxed).newValue
        return try await ChildProcess.start(
            words,
            environment: self.environment.merging(environment) { $1 },
            folder: self.work,
            files: "\(self.folder.path)/log/\(number)"
        )
    }

    /// Runs `atelier` with these words to its end.
    package func atelier(_ words: String..., environment: [String: String] = [:]) async throws -> CommandRun {
        try await self.run([Self.program] + words, environment: environment)
    }

    /// Runs any program to its end.
    package func run(_ words: [String], environment: [String: String] = [:]) async throws -> CommandRun {
        let process = try await self.start(words, environment: environment)
        let end = try await process.untilEnded()
        return CommandRun(end: end, output: process.output, errors: process.errors)
    }

    /// Starts `atelier serve` on a free port and waits until it can work.
    ///
    /// - Parameters:
    ///   - options: Further options; a `--port` among them replaces the free one.
    ///   - environment: Variables beside the clean ones.
    ///   - launcher: Words before the program, for namespaces.
    /// - Returns: The server.
    /// - Throws: ``HarnessProblem`` with what the server said when it ended at once.
    package func serve(
        _ options: String...,
        environment: [String: String] = [:],
        launcher: [String] = []
    ) async throws -> ServerProcess {
        let port = options.contains("--port") ? [] : ["--port", "0"]
        let process = try await self.start(launcher + [Self.program, "serve"] + port + options, environment: environment)
        return try await ServerProcess.ready(process, in: self)
    }

    /// Every path of the work folder, sorted; what a refused call must leave as it was.
    package func tree() throws -> [String] { try TemporaryFolder.tree(self.work) }

    /// Writes a file below the work folder, and the folders on its way.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let path = "\(self.work)/\(name)"
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Where a run lies.
    package func folder(of id: RunID) -> RunFolder { RunFolder(id, in: "\(self.data)/archive", of: self.folder) }
}

/// What a finished command said.
package struct CommandRun: Sendable {
    package var end: ChildProcess.End
    package var output: String
    package var errors: String

    /// Standard output as one JSON value, and nothing else.
    package func json() throws -> JSON { try JSON(parsing: self.output.utf8) }
}
