import AtelierCore
import CHTTP
import Glibc

/// A listening socket.
///
/// Listens from the moment it is made; closed when the last owner lets go of it.
package final class Listener: Sendable {
    /// Where to connect to: "127.0.0.1:17801", "[::1]:17801", or the path of a Unix socket.
    package let name: String
    /// The port, the real one when 0 was asked for; 0 for a Unix socket.
    package let port: UInt16
    let fd: Int32
    /// The socket file to remove when we stop, if it is still the one that we made.
    private let file: SocketFile?

    /// How many connections may wait to be accepted: a burst of a whole school.
    private static let backlog: Int32 = 1024

    private init(fd: Int32, name: String, port: UInt16, file: SocketFile?) {
        self.fd = fd
        self.name = name
        self.port = port
        self.file = file
    }

    deinit { close(self.fd) }

    /// Listens on TCP.
    ///
    /// - Parameters:
    ///   - host: An address or a name; of a name's addresses the first that works. "::" is every address, IPv4 included.
    ///   - port: 0 takes a free one.
    /// - Returns: The socket, listening.
    /// - Throws: ``Failure`` with `refused_start`; when the port is taken it names the holder, if `/proc` tells.
    package static func tcp(host: String, port: UInt16) throws -> Listener {
        let fd = chttp_listen_tcp(host, port, Self.backlog)
        guard fd >= 0 else { throw Self.refused(host: host, port: port, code: -fd) }
        let port = chttp_port(fd)
        return Listener(fd: fd, name: Self.spelled(host, port), port: port, file: nil)
    }

    /// Listens on a Unix socket of mode 0600; a socket file on which nobody answers is replaced.
    ///
    /// - Parameter path: Where; at most 107 bytes.
    /// - Returns: The socket, listening.
    /// - Throws: ``Failure`` with `refused_start` when somebody answers, when the path is something else than a socket, or is too long.
    package static func unix(path: String) throws -> Listener {
        var fd = chttp_listen_unix(path, Self.backlog)
        if fd == -EADDRINUSE {
            try Self.removeStale(path)
            fd = chttp_listen_unix(path, Self.backlog)
        }
        guard fd >= 0 else {
            let hint = fd == -ENAMETOOLONG ? "A socket's path has at most 107 bytes; choose a shorter data directory." : nil
            throw Failure(.refusedStart, "Cannot listen on the socket '\(path)'.", hint: hint, cause: Errno(-fd))
        }
        return Listener(fd: fd, name: path, port: 0, file: SocketFile(path))
    }

    /// New connections are refused from now on.
    func stop() {
        self.file?.remove()
        shutdown(self.fd, Int32(SHUT_RDWR))
    }

    private static func removeStale(_ path: String) throws {
        guard SocketFile(path) != nil else {
            throw Failure(.refusedStart, "'\(path)' is in the way: it is not a socket.", hint: "Move it away.")
        }
        let answers = chttp_unix_answers(path)
        guard answers == 0 else {
            let cause = answers < 0 ? Errno(-answers) : nil
            throw Failure(.refusedStart, "Another server answers on the socket '\(path)'.", hint: "Stop it first.", cause: cause)
        }
        unlink(path)
    }

    private static func refused(host: String, port: UInt16, code: Int32) -> Failure {
        let place = Self.spelled(host, port)
        switch code {
        case EADDRINUSE:
            let holder = PortHolder.find(port: port)
            let by = holder.map { " by process \($0.pid) (\($0.name))" } ?? ""
            let hint = "Stop it, or choose another port with --port."
            return Failure(.refusedStart, "Cannot listen on \(place): the port is held\(by).", hint: hint, cause: Errno(code))
        case EADDRNOTAVAIL:
            let hint = "Give an address of this machine with --host."
            return Failure(.refusedStart, "Cannot listen on \(place): this machine has no such address.", hint: hint, cause: Errno(code))
        case EACCES:
            let hint = "Ports below 1024 are the system's."
            return Failure(.refusedStart, "Cannot listen on \(place): it is not allowed.", hint: hint, cause: Errno(code))
        default:
            return Failure(.refusedStart, "Cannot listen on \(place): \(Errno(code)).", cause: Errno(code))
        }
    }

    private static func spelled(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// A socket in the file system, known by its inode and not by its name alone.
private struct SocketFile: Sendable {
    let path: String
    let device: dev_t
    let inode: ino_t

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        self.device = status.st_dev
        self.inode = status.st_ino
    }

    func remove() {
        guard let now = SocketFile(self.path), now.device == self.device, now.inode == self.inode else { return }
        unlink(self.path)
    }
}
