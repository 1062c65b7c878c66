import AtelierCore
import Glibc

/// Debian's `tar`, writing one file; what goes into it is said one path at a time (docs/decisions/0009-backup-is-tar.md).
struct TarProcess {
    private let pid: pid_t
    private let list: Int32

    /// Starts `tar`.
    ///
    /// - Parameters:
    ///   - file: The archive that it writes.
    ///   - first: A folder all of whose contents go in first.
    ///   - folder: What the listed paths are below of.
    /// - Throws: ``Failure`` when there is no `tar`.
    init(writing file: String, first: String, listedBelow folder: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Self.failure(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        let words = [
            "tar", "--create", "--format=posix", "--file", file, "-C", first, "atelier.db", "-C", folder, "--no-recursion", "--null",
            "--verbatim-files-from", "--files-from=-",
        ]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, "tar", &actions, nil, &arguments, environ)
        guard code == 0 else {
            close(ends[1])
            throw Self.failure(code)
        }
        self.pid = pid
        self.list = ends[1]
    }

    /// Names files; blocks while `tar` is busy with earlier ones.
    func add(_ paths: [String]) throws {
        var rest: ArraySlice<UInt8> = []
        for path in paths { rest += Array(path.utf8) + [0] }
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(self.list, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(errno) }
            rest = rest.dropFirst(written)
        }
    }

    /// Ends the list and waits for `tar`.
    ///
    /// - Returns: Its exit code; 2 when it could not read something, which it has said on standard error.
    func finish() -> Int32 {
        close(self.list)
        var status: Int32 = 0
        while waitpid(self.pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 255
    }

    private static func failure(_ code: Int32) -> Failure {
        Failure(.internalError, "'tar' could not be run: \(String(cString: strerror(code))).", hint: "Install it: apt install tar.")
    }
}
