package import AtelierCore
import Synchronization

/// Runs as folders on a disk: `<root>/runs/YYYY/MM/DD/<run_id>/`.
///
/// A file is written under `<root>/tmp`, synced, renamed into its folder without replacing, and the folder is synced. What lies in
/// `tmp` was never acknowledged, and goes at the next start.
package final class LocalArchive<Disk: FileSystem>: Archive {
    private let root: String
    private let disk: Disk
    private let pool: BlockingPool
    private let limits: Limits
    private let temporary = Mutex(0)
    /// Folders whose names this process has synced, so that it need not do so again.
    private let durable = Mutex<Set<String>>([])

    /// Opens an archive; the folder is made when the first run needs it.
    package init(root: String, disk: Disk, pool: BlockingPool, limits: Limits) {
        self.root = root
        self.disk = disk
        self.pool = pool
        self.limits = limits
    }

    package func folder(of run: RunID) -> String { "\(self.root)/\(run.folder)" }

    package func stage(_ content: Content, for run: RunID) async throws -> StagedFile {
        let path = self.makeTemporaryPath(for: run)
        do {
            return try await self.write(content, to: path)
        } catch {
            // What was staged in part is of no use; if it cannot be removed now, the sweep at the next start does it.
            try? await self.pool.run { [disk] in try disk.remove(path) }  // tidy: the first error is the one to report
            throw error
        }
    }

    private func write(_ content: Content, to path: String) async throws -> StagedFile {
        let writer = StagingWriter(path: path, disk: self.disk, limit: self.limits.outputBytes)
        switch content {
        case .bytes(let bytes):
            return try await self.inTemporaryFolder { try writer.write(bytes) }
        case .file(let source):
            return try await self.inTemporaryFolder { try writer.copy(source) }
        case .stream(let stream):
            try await self.inTemporaryFolder { [disk] in try disk.create(path) }
            var length = 0
            for try await chunk in stream {
                length = try await self.pool.run { [length] in try writer.append(chunk, at: length) }
            }
            return try await self.pool.run { try writer.seal() }
        }
    }

    private func inTemporaryFolder<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await self.pool.run {
            try self.disk.makeDirectories("\(self.root)/tmp")
            return try work()
        }
    }

    package func publish(_ files: [(file: StagedFile, name: String)], of run: RunID) async throws {
        let folder = self.folder(of: run)
        try await self.pool.run {
            try self.makeFolder(folder)
            for (file, name) in files {
                do {
                    try self.disk.rename(file.path, to: "\(folder)/\(name)")
                } catch is FileExists {
                    throw Failure(.conflict, "The archive already holds '\(name)' of run \(run); nothing was replaced.")
                }
            }
            try self.disk.sync(directory: folder)
        }
    }

    package func withdraw(_ names: [String], of run: RunID) async throws {
        let folder = self.folder(of: run)
        try await self.pool.run {
            for name in names { try self.disk.remove("\(folder)/\(name)") }
        }
    }

    package func discard(_ file: StagedFile) async throws {
        try await self.pool.run { try self.disk.remove(file.path) }
    }

    package func replaceMetadata(_ bytes: [UInt8], of run: RunID) async throws {
        let folder = self.folder(of: run)
        let path = self.makeTemporaryPath(for: run)
        let writer = StagingWriter(path: path, disk: self.disk, limit: self.limits.outputBytes)
        do {
            try await self.inTemporaryFolder {
                try self.makeFolder(folder)
                let file = try writer.write(bytes)
                try self.disk.replace("\(folder)/metadata.json", with: file.path)
                try self.disk.sync(directory: folder)
            }
        } catch {
            // An ending is tried again while the disk is full; each try must not leave a file behind.
            try? await self.pool.run { [disk] in try disk.remove(path) }  // tidy: the first error is the one to report
            throw error
        }
    }

    package func read(_ name: String, of run: RunID) async throws -> [UInt8] {
        let path = "\(self.folder(of: run))/\(name)"
        return try await self.pool.run { try self.disk.read(path, range: nil) }
    }

    package func locate(_ name: String, of run: RunID) async throws -> ArchivedFile? {
        let path = "\(self.folder(of: run))/\(name)"
        return try await self.pool.run { try self.disk.size(path).map { ArchivedFile(path: path, bytes: $0) } }
    }

    package func sweep() async throws {
        let folder = "\(self.root)/tmp"
        try await self.pool.run {
            for name in try self.disk.list(folder) { try self.disk.remove("\(folder)/\(name)") }
        }
    }

    package func freeBytes() async throws -> Int {
        try await self.pool.run {
            try self.disk.makeDirectories(self.root)
            return try self.disk.freeBytes(self.root)
        }
    }

    private func makeTemporaryPath(for run: RunID) -> String {
        let number = self.temporary.withLock { number in
            number += 1
            return number
        }
        return "\(self.root)/tmp/\(run).\(number)"
    }

    /// Makes a run's folder and syncs every name on the way to it, the root's own included, so that the folder survives a power cut.
    private func makeFolder(_ folder: String) throws {
        guard !self.durable.withLock({ $0.contains(folder) }) else { return }
        try self.disk.makeDirectories(folder)
        var synced: [String] = []
        var path = folder
        while path.count >= self.root.count, !self.durable.withLock({ $0.contains(path) }), let slash = path.lastIndex(of: "/") {
            let parent = slash == path.startIndex ? "/" : String(path[..<slash])
            try self.disk.sync(directory: parent)
            synced.append(path)
            path = parent
        }
        // Only now, when all of them are: a folder is durable when every name on the way to it is.
        self.durable.withLock { durable in
            // Bounded: forgetting costs a few syncs, nothing else.
            if durable.count > 10_000 { durable.removeAll() }
            durable.formUnion(synced)
        }
    }
}
