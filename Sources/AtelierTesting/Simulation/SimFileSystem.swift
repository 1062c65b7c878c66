import AtelierCore
import Synchronization

/// Thrown by every operation once the simulated machine has lost power.
package struct PowerLoss: Error {
    /// Says that the power is gone.
    package init() {}
}

/// A disk in memory that keeps, drops or tears what was not synced when power is cut.
///
/// Names and contents are apart, as POSIX has them: syncing a file makes its contents durable but not its name; syncing a directory makes
/// its names durable but not what stands behind them; a rename is a new name in one directory and a lost one in another. Method after
/// SQLite's crash tests (sqlite.org/testing.html): the n-th mutating call fails or is the last.
package final class SimFileSystem: FileSystem {
    private let state: Mutex<SimDisk>
    private let plan: DiskFaults

    /// An empty disk.
    package init(seed: UInt64, faults: DiskFaults = DiskFaults()) {
        self.state = Mutex(SimDisk(seed: seed))
        self.plan = faults
    }

    private init(_ disk: SimDisk, _ faults: DiskFaults) {
        self.state = Mutex(disk)
        self.plan = faults
    }

    /// The disk that the machine finds when power is back.
    package func afterPowerLoss(seed: UInt64, faults: DiskFaults = DiskFaults()) -> SimFileSystem {
        SimFileSystem(self.state.withLock { $0.afterPowerLoss(seed: seed) }, faults)
    }

    /// Cuts the power: every later call fails.
    package func cutPower() { self.state.withLock { $0.isDead = true } }

    /// Whether the power is gone.
    package var isDead: Bool { self.state.withLock(\.isDead) }

    /// How many mutating calls there were.
    package var operations: Int { self.state.withLock { $0.operations } }

    /// Counts a mutating call, lets it fail by plan, or does it.
    private func mutate(_ path: String, sync skippable: DiskFaults.Skip? = nil, _ body: (inout SimDisk) throws -> Void) throws {
        try self.state.withLock { disk in
            guard !disk.isDead else { throw PowerLoss() }
            disk.operations += 1
            if let skippable, self.plan.skips.contains(skippable) { return }
            if disk.operations == self.plan.killAt {
                // The dying call itself may or may not have reached the device.
                if disk.random.next().isMultiple(of: 2) { try body(&disk) }
                disk.isDead = true
                throw PowerLoss()
            }
            if let failAt = self.plan.failAt, disk.operations == failAt || self.plan.failsForGood && disk.operations > failAt {
                throw Failure(.noSpace, "The disk is full: could not write '\(path)'.")
            }
            try body(&disk)
        }
    }

    package func makeDirectories(_ path: String) throws {
        guard !self.state.withLock({ $0.isDirectory(path) }) else { return try self.read { _ in } }
        try self.mutate(path) { try $0.makeDirectories(path) }
    }

    package func create(_ path: String) throws { try self.mutate(path) { try $0.create(path) } }

    package func append(_ bytes: some Collection<UInt8> & Sendable, to path: String) throws {
        try self.mutate(path) { try $0.append(Array(bytes), to: path) }
    }

    package func sync(file path: String) throws { try self.mutate(path, sync: .file) { try $0.sync(file: path) } }

    package func sync(directory path: String) throws {
        let isRunFolder = path.split(separator: "/").last.map { RunID(String($0)) != nil } ?? false
        try self.mutate(path, sync: isRunFolder ? .runFolder : .parents) { try $0.sync(directory: path) }
    }

    package func rename(_ source: String, to target: String) throws {
        try self.mutate(target) { disk in
            guard disk.node(target) == nil else { throw FileExists() }
            try disk.rename(source, to: target)
        }
    }

    package func replace(_ target: String, with source: String) throws {
        try self.mutate(target) { try $0.rename(source, to: target) }
    }

    package func remove(_ path: String) throws {
        try self.mutate(path) { $0.remove(path) }
    }

    package func read(_ path: String, range: Range<Int>?) throws -> [UInt8] {
        try self.read { disk in
            guard let bytes = disk.contents(path) else { throw Failure(.missing, "There is no file '\(path)'.") }
            return range.map { Array(bytes[$0.clamped(to: 0..<bytes.count)]) } ?? bytes
        }
    }

    package func size(_ path: String) throws -> Int? { try self.read { $0.contents(path)?.count } }

    package func list(_ path: String) throws -> [String] { try self.read { $0.names(path) } }

    package func freeBytes(_ path: String) throws -> Int { try self.read { _ in 1 << 40 } }

    private func read<Value: Sendable>(_ body: (SimDisk) throws -> Value) throws -> Value {
        try self.state.withLock { disk in
            guard !disk.isDead else { throw PowerLoss() }
            return try body(disk)
        }
    }
}

/// What goes wrong on a simulated disk.
package struct DiskFaults: Sendable {
    /// Power is cut at this mutating call, counted from 1.
    package var killAt: Int?
    /// There is no space at this mutating call.
    package var failAt: Int?
    /// Whether there is none after it, either.
    package var failsForGood = false
    /// Syncs that are taken out on purpose, to see that somebody notices.
    package var skips: Set<Skip> = []

    /// The syncs that an archive makes.
    package enum Skip: Sendable, Hashable, CaseIterable {
        /// Of a file's contents.
        case file
        /// Of the names in a run's folder.
        case runFolder
        /// Of the names on the way to a run's folder.
        case parents
    }

    /// Nothing goes wrong.
    package init(killAt: Int? = nil) { self.killAt = killAt }
}
