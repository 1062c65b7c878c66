import AtelierCore

/// Writes one temporary file and seals it: synced, measured, hashed.
struct StagingWriter<Disk: FileSystem>: Sendable {
    let path: String
    let disk: Disk
    /// Most bytes that are taken.
    let limit: Int

    private static var chunkBytes: Int { 1_048_576 }
    /// As much as any signature needs.
    private static var headBytes: Int { 256 }

    /// Bytes that are in memory: hashed where they are.
    func write(_ bytes: [UInt8]) throws -> StagedFile {
        try self.check(bytes.count)
        try self.disk.create(self.path)
        try self.disk.append(bytes, to: self.path)
        try self.disk.sync(file: self.path)
        return StagedFile(path: self.path, bytes: bytes.count, sha256: Digest(of: bytes), head: Array(bytes.prefix(Self.headBytes)))
    }

    /// A file from elsewhere.
    func copy(_ source: String) throws -> StagedFile {
        guard let size = try self.disk.size(source) else { throw Failure(.missing, "There is no file '\(source)' to store.") }
        try self.check(size)
        try self.disk.create(self.path)
        for start in stride(from: 0, to: size, by: Self.chunkBytes) {
            try self.disk.append(try self.disk.read(source, range: start..<start + Self.chunkBytes), to: self.path)
        }
        return try self.seal()
    }

    /// One more piece of a stream; returns the length so far.
    func append(_ chunk: [UInt8], at length: Int) throws -> Int {
        try self.check(length + chunk.count)
        try self.disk.append(chunk, to: self.path)
        return length + chunk.count
    }

    /// Syncs what was written in pieces, and hashes what a reader will get.
    func seal() throws -> StagedFile {
        try self.disk.sync(file: self.path)
        let size = try self.disk.size(self.path) ?? 0
        var hasher = SHA256Hasher()
        var head: [UInt8] = []
        for start in stride(from: 0, to: size, by: Self.chunkBytes) {
            let chunk = try self.disk.read(self.path, range: start..<start + Self.chunkBytes)
            if head.isEmpty { head = Array(chunk.prefix(Self.headBytes)) }
            hasher.update(chunk)
        }
        return StagedFile(path: self.path, bytes: size, sha256: hasher.finish(), head: head)
    }

    private func check(_ bytes: Int) throws {
        guard bytes <= self.limit else {
            throw Failure(.tooLarge, "The file is larger than \(self.limit) bytes.", hint: "Raise limits.output_bytes if it is meant.")
        }
    }
}
