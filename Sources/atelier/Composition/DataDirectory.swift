import AtelierArchive
import AtelierCore
import CPosix
import Glibc

/// The folder that holds everything, and the lock that says who works on it.
///
/// The lock is on an open file description that no child inherits: it ends with the process, however that ends.
struct DataDirectory: Sendable {
    let path: String

    var database: String { "\(self.path)/atelier.db" }
    var archive: String { "\(self.path)/archive" }
    var socket: String { "\(self.path)/atelier.sock" }
    var settings: String { "\(self.path)/atelier.json" }
    private var lockFile: String { "\(self.path)/atelier.lock" }

    /// The folder that was asked for, else the user's own; made absolute.
    init(_ given: String?, environment: [String: String]) throws {
        let path: String
        if let given {
            path = given
        } else if let shared = environment["XDG_DATA_HOME"], shared.hasPrefix("/") {
            path = shared + "/atelier"
        } else if let home = environment["HOME"], !home.isEmpty {
            path = home + "/.local/share/atelier"
        } else {
            throw Failure(.refusedStart, "There is no home directory to keep data in.", hint: "Say where with --data DIR.")
        }
        self.path = Self.absolute(path)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }

    /// Whether there is something in it already.
    var exists: Bool { posix_file_size(self.database) >= 0 }

    /// Checks that the path could be a data directory, without making it.
    ///
    /// - Throws: ``Failure`` with `refused_start` when something else is in the way.
    func checkUsable() throws {
        var status = stat()
        guard stat(self.path, &status) == 0 else {
            guard errno == ENOENT else { throw self.unusable(errno) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw self.unusable(ENOTDIR) }
    }

    /// Who holds a data directory.
    struct Holder: Sendable, Codable {
        var pid: Int32
        var boot: String
        var host: String
        /// What it does: `serve` or `run`.
        var role: String
        /// Where its server listens.
        var address: String?

        var sentence: String {
            let place = self.address.map { ", listening on \($0)" } ?? ""
            return "process \(self.pid) on \(self.host) ('atelier \(self.role)'\(place))"
        }
    }

    /// A held lock; it lasts until the process ends or ``release()``.
    struct Hold: Sendable {
        fileprivate let descriptor: Int32

        /// Lets others in.
        func release() { close(self.descriptor) }
    }

    /// Takes the lock, making the folder where there is none.
    ///
    /// - Throws: ``Failure`` with `refused_start` that names the holder, or what is wrong with the folder.
    func hold(as role: String, address: String? = nil) throws -> Hold {
        if let hold = try self.holdIfFree(as: role, address: address) { return hold }
        throw self.isHeld(by: self.holder())
    }

    /// Takes the lock as ``hold(as:address:)`` does; nil when somebody else has it.
    func holdIfFree(as role: String, address: String? = nil) throws -> Hold? {
        try self.make()
        let descriptor = posix_open(self.lockFile, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw self.unusable(-descriptor) }
        guard posix_lock_exclusive(descriptor) == 0 else {
            close(descriptor)
            return nil
        }
        let holder = Holder(pid: getpid(), boot: Self.bootID, host: Self.hostName, role: role, address: address)
        let bytes = try JSON.encode(holder)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            let code = errno
            close(descriptor)
            throw self.unusable(code)
        }
        return Hold(descriptor: descriptor)
    }

    /// Takes the lock without saying so, to see whether it is free; nil when somebody has it.
    func probe() throws -> Hold? {
        let descriptor = posix_open(self.lockFile, O_RDWR, 0)
        guard descriptor >= 0 else { throw self.unusable(-descriptor) }
        guard posix_lock_exclusive(descriptor) == 0 else {
            close(descriptor)
            return nil
        }
        return Hold(descriptor: descriptor)
    }

    /// Whether somebody has the lock now; asking takes nothing, so that a server may start at the same moment.
    var isHeld: Bool {
        let descriptor = posix_open(self.lockFile, O_RDONLY, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return posix_is_locked(descriptor) != 0
    }

    /// The refusal that names who has the lock.
    func isHeld(by holder: Holder?) -> Failure {
        Failure(
            .refusedStart,
            "The data directory '\(self.path)' is held by \(holder?.sentence ?? "another process").",
            hint: "Stop that one first, or choose another directory with --data."
        )
    }

    /// Who has the lock, by its own word; nil when it does not say.
    ///
    /// Between taking the lock and writing the name a moment passes, in which the file is empty or tells of a process that is gone. A
    /// process in another container is never seen; after a second it is taken at its word.
    func holder() -> Holder? {
        for _ in 0..<100 {
            if let written = self.written(), kill(written.pid, 0) == 0 || errno == EPERM { return written }
            usleep(10_000)
        }
        return self.written()
    }

    private func written() -> Holder? {
        guard let bytes = try? Files.read(self.lockFile) else { return nil }  // tidy: only used to name the holder in a sentence
        return try? JSON.decode(Holder.self, from: bytes)  // tidy: only used to name the holder in a sentence
    }

    private func make() throws {
        var parent = "/"
        var built = ""
        for part in self.path.split(separator: "/") {
            built += "/" + part
            if mkdir(built, 0o700) == 0 {
                // A folder that a power cut takes away takes everything in it along.
                try PosixFileSystem().sync(directory: parent)
            } else if errno != EEXIST {
                throw self.unusable(errno)
            }
            parent = built
        }
        try self.checkUsable()
    }

    /// Makes the names of the files in it durable.
    func sync() throws { try PosixFileSystem().sync(directory: self.path) }

    private func unusable(_ code: Int32) -> Failure {
        if code == ENOSPC || code == EDQUOT {
            return Failure(.noSpace, "The disk of the data directory '\(self.path)' is full.", hint: "Free some space.")
        }
        let hint =
            code == ENOTDIR ? "A file is where a folder should be; choose another one with --data." : "Choose another one with --data."
        return Failure(
            .refusedStart,
            "'\(self.path)' cannot be the data directory: \(String(cString: strerror(code))).",
            hint: hint
        )
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, 255)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static var bootID: String {
        let bytes = (try? Files.read("/proc/sys/kernel/random/boot_id")) ?? []  // tidy: only a mark for people
        return String(decoding: bytes, as: UTF8.self).trimmed
    }
}
