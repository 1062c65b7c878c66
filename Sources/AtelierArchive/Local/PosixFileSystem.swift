import AtelierCore
import CPosix
import Glibc

/// The real disk.
package struct PosixFileSystem: FileSystem {
    /// The disk of this machine.
    package init() {}

    package func makeDirectories(_ path: String) throws {
        guard mkdir(path, 0o755) != 0 else { return }
        switch errno {
        case EEXIST:
            guard self.isDirectory(path) else { throw Failure.disk(ENOTDIR, "make a directory", path) }
        case ENOENT:
            let parent = Self.parent(of: path)
            guard parent != path else { throw Failure.disk(ENOENT, "make a directory", path) }
            try self.makeDirectories(parent)
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Failure.disk(errno, "make a directory", path) }
        case let code: throw Failure.disk(code, "make a directory", path)
        }
    }

    package func create(_ path: String) throws {
        try self.withFile(path, O_WRONLY | O_CREAT | O_TRUNC, "create") { _ in }
    }

    package func append(_ bytes: some Collection<UInt8> & Sendable, to path: String) throws {
        let contiguous = ContiguousArray(bytes)
        try self.withFile(path, O_WRONLY | O_APPEND, "write") { descriptor in
            try contiguous.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw Failure.disk(errno, "write", path) }
                    rest = rest.dropFirst(written)
                }
            }
        }
    }

    package func sync(file path: String) throws {
        try self.withFile(path, O_RDONLY, "sync") { descriptor in
            guard fsync(descriptor) == 0 else { throw Failure.disk(errno, "sync", path) }
        }
    }

    package func sync(directory path: String) throws {
        try self.withFile(path, O_RDONLY | O_DIRECTORY, "sync") { descriptor in
            guard fsync(descriptor) == 0 else { throw Failure.disk(errno, "sync", path) }
        }
    }

    package func rename(_ source: String, to target: String) throws {
        switch posix_rename_exclusive(source, target) {
        case 0: return
        case EEXIST: throw FileExists()
        case let code: throw Failure.disk(code, "rename", source)
        }
    }

    package func replace(_ target: String, with source: String) throws {
        guard Glibc.rename(source, target) == 0 else { throw Failure.disk(errno, "rename", source) }
    }

    package func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw Failure.disk(errno, "remove", path) }
    }

    package func read(_ path: String, range: Range<Int>?) throws -> [UInt8] {
        try self.withFile(path, O_RDONLY, "read") { descriptor in
            let size = Int(posix_file_size(path))
            guard size >= 0 else { throw Failure.disk(Int32(-size), "read", path) }
            let wanted = (range ?? 0..<size).clamped(to: 0..<size)
            return try [UInt8](unsafeUninitializedCapacity: wanted.count) { buffer, count in
                while count < wanted.count {
                    let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    let got = pread(descriptor, target.baseAddress, wanted.count - count, off_t(wanted.lowerBound + count))
                    if got < 0, errno == EINTR { continue }
                    guard got >= 0 else { throw Failure.disk(errno, "read", path) }
                    guard got > 0 else { break }
                    count += got
                }
            }
        }
    }

    package func size(_ path: String) throws -> Int? {
        let size = posix_file_size(path)
        if size == -Int64(ENOENT) || size == -Int64(ENOTDIR) { return nil }
        guard size >= 0 else { throw Failure.disk(Int32(-size), "look at", path) }
        return Int(size)
    }

    package func list(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw Failure.disk(errno, "list", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func freeBytes(_ path: String) throws -> Int {
        let free = posix_free_bytes(path)
        guard free >= 0 else { throw Failure.disk(Int32(-free), "measure", path) }
        return Int(free)
    }

    private func withFile<Value>(_ path: String, _ flags: Int32, _ verb: String, _ body: (Int32) throws -> Value) throws -> Value {
        let descriptor = posix_open(path, flags, 0o644)
        guard descriptor >= 0 else { throw Failure.disk(-descriptor, verb, path) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    private func isDirectory(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        closedir(directory)
        return true
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return path.hasPrefix("/") ? "/" : "." }
        return String(path[..<slash])
    }
}

/// An errno with its text.
package struct SystemError: Error, CustomStringConvertible {
    let code: Int32
    /// What the C library says.
    package var description: String { "\(String(cString: strerror(self.code))) (errno \(self.code))" }
}

extension Failure {
    /// What an errno of a file operation means for a run.
    static func disk(_ code: Int32, _ verb: String, _ path: String, fileID: String = #fileID, line: Int = #line) -> Failure {
        let cause = SystemError(code: code)
        switch code {
        case ENOSPC, EDQUOT:
            return Failure(
                .noSpace,
                "The disk is full: could not \(verb) '\(path)'.",
                hint: "Free some space; Atelier goes on by itself.",
                cause: cause,
                fileID: fileID,
                line: line
            )
        case ENOENT:
            return Failure(.missing, "There is no file '\(path)'.", cause: cause, fileID: fileID, line: line)
        default:
            return Failure(
                .storeUnavailable,
                "Could not \(verb) '\(path)': \(cause).",
                hint: "Look at the disk and at the folder's permissions.",
                cause: cause,
                fileID: fileID,
                line: line
            )
        }
    }
}
