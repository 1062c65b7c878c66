import AtelierCore
import AtelierMedia
import Foundation

/// Workers of their own and a folder of its own for one test.
final class Bench: Sendable {
    let folder: URL
    let workers: MediaWorkers
    /// Marks this bench's workers among all processes.
    let memory: Int

    init(workers count: Int = 1, seconds: Int = 120) throws {
        self.folder = FileManager.default.temporaryDirectory.appendingPathComponent("atelier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.memory = 1_610_612_736 + Int.random(in: 0..<100_000_000)
        var limits = Limits()
        (limits.builtinSlots, limits.mediaSeconds, limits.mediaMemoryBytes) = (count, seconds, self.memory)
        self.workers = MediaWorkers(executable: Self.executable, limits: limits)
    }

    deinit {
        do { try FileManager.default.removeItem(at: self.folder) } catch { fatalError("\(error)") }
    }

    /// The built program beside the test bundle.
    static let executable: String = {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let beside = own.appendingPathComponent("atelier").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.appendingPathComponent(".build/debug/atelier").path
    }()

    func path(_ name: String) -> String { self.folder.appendingPathComponent(name).path }

    /// Writes a file and gives its path.
    func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: self.folder.appendingPathComponent(name))
        return self.path(name)
    }

    /// Draws something small.
    func draw(_ text: String, seed: UInt32 = 1, side: Int = 256) async throws -> [UInt8] {
        try await self.workers.perform(
            ProcedureOrder(procedure: "cutpaper", text: text, schema: "dada", seed: seed, width: side, height: side)
        )
    }

    private static let launching = NSLock()

    /// Foundation's `run()` reads beyond a buffer now and then when several threads are in it.
    private static func launch(_ process: Process) throws {
        try self.launching.withLock { try process.run() }
    }

    /// Makes a media file with ffmpeg.
    func made(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
        process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments + [self.path(name)]
        try Self.launch(process)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(.internalError, "ffmpeg made no \(name)") }
        return self.path(name)
    }

    /// A file that holds its reader until someone writes: an order that never ends by itself.
    func trap() throws -> String {
        guard mkfifo(self.path("trap"), 0o600) == 0 else { throw Failure(.internalError, "no fifo") }
        return self.path("trap")
    }

    /// Returns when a reader has opened the trap; the descriptor keeps it there.
    func caught(_ trap: String) async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: open(trap, O_WRONLY | O_CLOEXEC)) }
        }
    }

    /// The processes of this bench's workers.
    func processes() throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
            guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
            return String(decoding: line, as: UTF8.self).contains("media-worker\0\(self.memory)")
        }
    }
}

/// The code of the failure that a body throws; nil when it throws none.
func code(_ body: () async throws -> some Any) async -> Failure.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? Failure)?.code
    }
}
