import AtelierArchive
import AtelierCore
import Foundation
import Synchronization

/// The real disk, whose syncs of directories are counted, and of which chosen calls fail once.
final class FaultyDisk: FileSystem {
    private let disk = PosixFileSystem()
    private let state = Mutex<(synced: [String], failing: Set<String>)>(([], []))

    var synced: [String] { self.state.withLock { $0.synced } }

    /// Lets the next call of this name on a path that ends so fail: `sync runs`.
    func fail(_ call: String) { self.state.withLock { _ = $0.failing.insert(call) } }

    private func check(_ verb: String, _ path: String) throws {
        let fails = self.state.withLock { state in
            guard
                let found = state.failing.first(where: { call in
                    let parts = call.split(separator: " ")
                    return parts[0] == verb && path.hasSuffix(parts[1])
                })
            else { return false }
            state.failing.remove(found)
            return true
        }
        if fails { throw Failure(.storeUnavailable, "The disk is away.") }
    }

    func makeDirectories(_ path: String) throws { try self.disk.makeDirectories(path) }
    func create(_ path: String) throws { try self.disk.create(path) }
    func append(_ bytes: some Collection<UInt8> & Sendable, to path: String) throws {
        try self.disk.append(bytes, to: path)
        try self.check("append", "any")
    }
    func sync(file path: String) throws { try self.disk.sync(file: path) }
    func sync(directory path: String) throws {
        try self.check("sync", path)
        try self.disk.sync(directory: path)
        self.state.withLock { $0.synced.append(path) }
    }
    func rename(_ source: String, to target: String) throws { try self.disk.rename(source, to: target) }
    func replace(_ target: String, with source: String) throws {
        try self.check("replace", target)
        try self.disk.replace(target, with: source)
    }
    func remove(_ path: String) throws { try self.disk.remove(path) }
    func read(_ path: String, range: Range<Int>?) throws -> [UInt8] { try self.disk.read(path, range: range) }
    func size(_ path: String) throws -> Int? { try self.disk.size(path) }
    func list(_ path: String) throws -> [String] { try self.disk.list(path) }
    func freeBytes(_ path: String) throws -> Int { try self.disk.freeBytes(path) }
}

/// An archive in a folder of its own, which goes when the test ends.
struct TestArchive: ~Copyable {
    let root: String
    let disk = FaultyDisk()
    let archive: LocalArchive<FaultyDisk>

    init(outputBytes: Int = 1_000_000) throws {
        self.root = FileManager.default.temporaryDirectory.path + "/atelier-archive-" + ProcessInfo.processInfo.globallyUniqueString
        try FileManager.default.createDirectory(atPath: self.root, withIntermediateDirectories: true)
        var limits = Limits()
        limits.outputBytes = outputBytes
        self.archive = LocalArchive(root: self.root, disk: self.disk, pool: BlockingPool(label: "test"), limits: limits)
    }

    deinit {
        // The system sweeps its temporary folder; what is left behind harms nobody.
        try? FileManager.default.removeItem(atPath: self.root)
    }

    /// Every file below a folder of the archive.
    func files(_ folder: String = "") -> [String] {
        let found = FileManager.default.enumerator(atPath: "\(self.root)/\(folder)")
        return (found?.allObjects as? [String] ?? []).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(self.root)/\(folder)/\(name)", isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }
}
