package import AtelierCore
import CPosix
import Glibc

/// Looks at the folders below a root; opens files for reading only, and never through a link.
package struct LocalInspector: FolderInspector {
    private let root: String
    let pool: BlockingPool

    /// Larger than any `metadata.json`; what is beyond is not read, and so is no JSON.
    private static let metadataBytesMost = 67_108_864
    /// One read for nearly every file of a run; more for large ones.
    private static let chunkBytes = 1_048_576

    /// Looks below a folder.
    package init(root: String, pool: BlockingPool) {
        self.root = root
        self.pool = pool
    }

    package func list(_ path: String) async throws -> [FoundName]? {
        try await self.pool.run { try Self.entries(self.absolute(path))?.sorted { $0.name < $1.name } }
    }

    package func inspect(_ paths: [String]) async throws -> [FoundFolder?] {
        try await self.pool.run {
            var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
            return try paths.map { try Self.folder(self.absolute($0), &buffer) }
        }
    }

    package func read(_ path: String) async throws -> [UInt8]? {
        try await self.pool.run {
            var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
            return try Self.contents(self.absolute(path), &buffer)
        }
    }

    func absolute(_ path: String) -> String { path.isEmpty ? self.root : "\(self.root)/\(path)" }

    static func entries(_ path: String) throws -> [FoundName]? {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Failure.disk(errno, "list", path)
        }
        defer { closedir(directory) }
        var found: [FoundName] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name != ".", name != ".." else { continue }
            var isFolder = Int(entry.pointee.d_type) == Int(DT_DIR)
            if Int(entry.pointee.d_type) == Int(DT_UNKNOWN) {
                var status = stat()
                isFolder = lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
            found.append(FoundName(name: name, isFolder: isFolder))
        }
        return found
    }

    private static func folder(_ path: String, _ buffer: inout [UInt8]) throws -> FoundFolder? {
        guard let entries = try Self.entries(path) else { return nil }
        var found = FoundFolder(files: [:], metadata: nil)
        found.files.reserveCapacity(entries.count)
        for entry in entries {
            let file = "\(path)/\(entry.name)"
            if entry.name == "metadata.json", !entry.isFolder {
                found.metadata = try Self.contents(file, &buffer)
            } else {
                // A file that was there a moment ago and is gone now is one that was never there.
                found.files[entry.name] = try Self.file(file, isFolder: entry.isFolder, &buffer)
            }
        }
        return found
    }

    /// Length and hash; nil when there is no such file.
    private static func file(_ path: String, isFolder: Bool, _ buffer: inout [UInt8]) throws -> FoundFile? {
        guard !isFolder else { return FoundFile(bytes: 0, sha256: nil) }
        var hasher = SHA256Hasher()
        do {
            guard let bytes = try Self.eachChunk(of: path, &buffer, { hasher.update($0) }) else { return nil }
            return FoundFile(bytes: bytes, sha256: hasher.finish())
        } catch let failure as Failure where (failure.cause as? SystemError)?.isOfTheFile == true {
            // A bad sector, a link, a file without permission: one finding, not the end of the audit.
            return FoundFile(bytes: 0, sha256: nil)
        }
    }

    private static func contents(_ path: String, _ buffer: inout [UInt8]) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        do {
            let length = try Self.eachChunk(of: path, &buffer) { chunk in
                if bytes.count + chunk.count <= Self.metadataBytesMost { bytes += chunk }
            }
            return length.map { _ in bytes }
        } catch let failure as Failure where (failure.cause as? SystemError)?.isOfTheFile == true {
            return []
        }
    }

    /// Reads a file in pieces as large as the buffer.
    ///
    /// - Returns: Its length; nil when there is none.
    private static func eachChunk(of path: String, _ buffer: inout [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) throws -> Int? {
        let descriptor = posix_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0)
        guard descriptor >= 0 else {
            if -descriptor == ENOENT { return nil }
            throw Failure.disk(-descriptor, "read", path)
        }
        defer { close(descriptor) }
        var length = 0
        while true {
            let got = Glibc.read(descriptor, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Failure.disk(errno, "read", path) }
            guard got > 0 else { return length }
            buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(got))) }
            length += got
            // A short read is the end of a file; asking once more would cost a system call for each of a million files.
            if got < buffer.count { return length }
        }
    }
}

extension SystemError {
    /// Whether this one file cannot be read, and others can.
    fileprivate var isOfTheFile: Bool { [EIO, ELOOP, EACCES, EPERM, EISDIR, ENXIO, EINVAL].contains(self.code) }
}
