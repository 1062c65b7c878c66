import Glibc

/// The process that listens on a TCP port, as far as `/proc` shows it to us.
struct PortHolder: Sendable, Hashable {
    let pid: Int32
    let name: String

    /// Finds a holder; `nil` if nobody listens or the process is another user's.
    static func find(port: UInt16) -> PortHolder? {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map { String(decoding: Self.contents($0), as: UTF8.self) }
        let inodes = tables.flatMap { Self.inodes(listeningOn: port, table: $0) }
        let wanted = Set(inodes.map { "socket:[\($0)]" })
        guard !wanted.isEmpty else { return nil }
        for pid in Self.names(in: "/proc").compactMap(Int32.init).sorted() {
            let folder = "/proc/\(pid)/fd"
            guard Self.names(in: folder).contains(where: { wanted.contains(Self.link("\(folder)/\($0)")) }) else { continue }
            let name = String(decoding: Self.contents("/proc/\(pid)/comm").prefix { $0 != 0x0A }, as: UTF8.self)
            return PortHolder(pid: pid, name: name)
        }
        return nil
    }

    /// The inodes of listening sockets in a table like `/proc/net/tcp`: local address in the second column, state 0A, inode in the tenth.
    static func inodes(listeningOn port: UInt16, table: String) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "0A", let digits = columns[1].split(separator: ":").last,
                UInt16(digits, radix: 16) == port
            else { return nil }
            return String(columns[9])
        }
    }

    private static func contents(_ path: String) -> [UInt8] {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return [] }
        defer { close(fd) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(fd, &piece, piece.count)
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            names.append(name)
        }
        return names
    }

    private static func link(_ path: String) -> String {
        var target = [CChar](repeating: 0, count: 128)
        let count = readlink(path, &target, target.count)
        return count > 0 ? String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }
}
