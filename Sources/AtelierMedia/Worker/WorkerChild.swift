import AtelierCore
import Glibc
import Synchronization

/// A running worker process and the socket to it.
///
/// One thread at a time talks to it; any thread may kill it.
final class WorkerChild: Sendable {
    let process: pid_t
    let pipe: Pipe
    /// Guards the process id: after the process is reaped, Linux may give the number to a stranger.
    private let isReaped = Mutex(false)

    /// Starts a worker.
    ///
    /// - Throws: ``Failure`` with `internal` when the system starts none.
    static func start(_ executable: String, _ arguments: [String]) throws -> WorkerChild {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(.internalError, "A media worker could not be started.", cause: WorkerCause(text: "socketpair: errno \(errno)"))
        }
        let (near, far) = (ends[0], ends[1])
        let (error, process) = SpawnThread.shared.run {
            Spawn.run(executable, arguments, input: far, output: far, environment: Spawn.plainEnvironment)
        }
        close(far)
        guard error == 0 else {
            close(near)
            throw Failure(.internalError, "A media worker could not be started.", cause: WorkerCause(text: "posix_spawn: errno \(error)"))
        }
        return WorkerChild(process: process, pipe: Pipe(descriptor: near))
    }

    private init(process: pid_t, pipe: Pipe) {
        self.process = process
        self.pipe = pipe
    }

    /// Kills the process at once, unless it is gone already.
    func kill() {
        self.isReaped.withLock { isReaped in
            if !isReaped { _ = Glibc.kill(self.process, SIGKILL) }
        }
    }

    /// Whether the process has ended by itself.
    var hasEnded: Bool {
        var info = siginfo_t()
        let asked = waitid(P_PID, id_t(self.process), &info, WEXITED | WNOWAIT | WNOHANG)
        return asked != 0 || info.si_signo == SIGCHLD
    }

    /// Kills the process, waits for its end and closes the socket.
    ///
    /// The last call on a child.
    func bury() {
        self.kill()
        var info = siginfo_t()
        while waitid(P_PID, id_t(self.process), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        self.isReaped.withLock { isReaped in
            var status: Int32 = 0
            waitpid(self.process, &status, 0)
            isReaped = true
        }
        close(self.pipe.descriptor)
    }
}

/// `posix_spawn` with this project's habits.
enum Spawn {
    /// No locale, no font or library settings of the user: the same order must give the same bytes anywhere.
    static var plainEnvironment: [String] {
        var environment = ["LC_ALL=C.UTF-8", "VIPS_CONCURRENCY=1", "HOME=/nonexistent"]
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        return environment
    }

    /// Starts a program in a process group of its own, with default signals.
    ///
    /// - Returns: 0 and the process, or an `errno`.
    static func run(
        _ executable: String,
        _ arguments: [String],
        input: Int32,
        output: Int32,
        errors: Int32? = nil,
        environment: [String]
    ) -> (error: Int32, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        if let errors { posix_spawn_file_actions_adddup2(&actions, errors, 2) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var process: pid_t = 0
        let error = Self.withCStrings([executable] + arguments) { arguments in
            Self.withCStrings(environment) { environment in
                posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
            }
        }
        return (error, process)
    }

    /// Lends strings as C's null-terminated array.
    static func withCStrings<Result>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
