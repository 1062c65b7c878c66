import Dispatch
import Foundation
import Synchronization

/// A process that a test started.
///
/// It is killed when nobody holds it any more, and by the kernel when the test process dies, however that dies. Its output goes into
/// files, so that it never waits for a reader.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum End: Sendable, Hashable {
        case code(Int32)
        case signal(Int32)
    }

    package let pid: Int32
    private let files: String
    private let end = Mutex<End?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - words: The program's path and its arguments.
    ///   - environment: All of its variables.
    ///   - folder: Its working directory.
    ///   - files: The path that its `.out` and `.err` begin with.
    /// - Returns: The running process.
    /// - Throws: ``HarnessProblem`` when it cannot be started.
    package static func start(_ words: [String], environment: [String: String], folder: String, files: String) async throws -> ChildProcess
    {
        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        // Each of these sets one thing and becomes the next: the id stays.
        let command = ["/usr/bin/env", "-C", folder, "/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] + words
        let (pid, code) = await Launcher.shared.run { Self.spawn(command, variables, files) }
        guard code == 0 else { throw HarnessProblem("\(words[0]) could not be started: \(String(cString: strerror(code)))") }
        return ChildProcess(pid: pid, files: files)
    }

    private init(pid: pid_t, files: String) {
        self.pid = pid
        self.files = files
    }

    deinit {
        self.send(SIGKILL)
        var status: Int32 = 0
        if self.end.withLock({ $0 == nil }) { waitpid(self.pid, &status, 0) }
    }

    /// What it wrote on standard output so far.
    package var output: String { Self.text(self.files + ".out") }
    /// What it wrote on standard error so far.
    package var errors: String { Self.text(self.files + ".err") }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) {
        // Under the lock: the id of a process that was waited for may be somebody else's by now.
        self.end.withLock { end in if end == nil { Glibc.kill(self.pid, signal) } }
    }

    /// How it ended; nil while it runs.
    package func ended() -> End? {
        self.end.withLock { end in
            var status: Int32 = 0
            if end == nil, waitpid(self.pid, &status, WNOHANG) == self.pid {
                end = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
            }
            return end
        }
    }

    /// Waits for its end.
    ///
    /// - Throws: ``HarnessProblem`` when it does not end.
    package func untilEnded() async throws -> End { try await eventually("the end of process \(self.pid)", within: 120) { self.ended() } }

    private static func spawn(_ words: [String], _ variables: [String], _ files: String) -> (pid_t, Int32) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files + ".err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        let arguments = words.map { strdup($0) } + [nil]
        let environment = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        let code = posix_spawn(&pid, words[0], &actions, &attributes, arguments, environment)
        return (pid, code)
    }
}

/// One thread that lives as long as the test process and starts every child.
///
/// The kernel sends a child's death signal when the *thread* that started it ends; a thread of a pool may end at any time.
private final class Launcher: Sendable {
    static let shared: Launcher = {
        let launcher = Launcher()
        Thread.detachNewThread { launcher.loop() }
        return launcher
    }()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let ready = DispatchSemaphore(value: 0)

    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            self.jobs.withLock { $0.append { continuation.resume(returning: body()) } }
            self.ready.signal()
        }
    }

    private func loop() {
        while true {
            self.ready.wait()
            let job = self.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            job?()
        }
    }
}
