import AtelierCore

/// The state of a simulated disk: what is seen now, what is durable, and what lies between.
struct SimDisk: Sendable {
    private struct NameChange: Sendable {
        var directory: Int
        var name: String
        /// Nil takes the name away.
        var node: Int?
    }

    private static let root = 0
    private var seen: [Int: [String: Int]] = [root: [:]]
    private var durable: [Int: [String: Int]] = [root: [:]]
    private var changes: [NameChange] = []
    private var seenBytes: [Int: [UInt8]] = [:]
    private var durableBytes: [Int: [UInt8]] = [:]
    private var nextNode = 1
    var random: SplitMix64
    var operations = 0
    var isDead = false

    init(seed: UInt64) { self.random = SplitMix64(seed: seed) }

    // MARK: Looking

    func node(_ path: String) -> Int? {
        path.split(separator: "/").reduce(Optional(Self.root)) { node, name in node.flatMap { self.seen[$0]?[String(name)] } }
    }

    func isDirectory(_ path: String) -> Bool { self.node(path).map { self.seen[$0] != nil } ?? false }

    func contents(_ path: String) -> [UInt8]? { self.node(path).flatMap { self.seenBytes[$0] } }

    func names(_ path: String) -> [String] { (self.node(path).flatMap { self.seen[$0]?.keys } ?? [:].keys).sorted() }

    // MARK: Changing

    mutating func makeDirectories(_ path: String) throws {
        var node = Self.root
        for name in path.split(separator: "/").map(String.init) {
            if let next = self.seen[node]?[name] {
                node = next
            } else {
                let new = self.makeNode()
                self.seen[new] = [:]
                self.durable[new] = [:]
                self.change(node, name, new)
                node = new
            }
        }
    }

    mutating func create(_ path: String) throws {
        let (directory, name) = try self.split(path)
        let node = self.makeNode()
        self.seenBytes[node] = []
        self.durableBytes[node] = []
        self.change(directory, name, node)
    }

    mutating func append(_ bytes: [UInt8], to path: String) throws {
        guard let node = self.node(path) else { throw Failure(.missing, "There is no file '\(path)'.") }
        self.seenBytes[node, default: []] += bytes
    }

    mutating func sync(file path: String) throws {
        guard let node = self.node(path) else { throw Failure(.missing, "There is no file '\(path)'.") }
        self.durableBytes[node] = self.seenBytes[node]
    }

    mutating func sync(directory path: String) throws {
        guard let node = self.node(path) else { throw Failure(.missing, "There is no directory '\(path)'.") }
        for change in self.changes where change.directory == node { self.durable[node]?[change.name] = change.node }
        self.changes.removeAll { $0.directory == node }
    }

    mutating func rename(_ source: String, to target: String) throws {
        guard let node = self.node(source) else { throw Failure(.missing, "There is no file '\(source)'.") }
        let (from, oldName) = try self.split(source)
        let (to, newName) = try self.split(target)
        self.change(to, newName, node)
        self.change(from, oldName, nil)
    }

    mutating func remove(_ path: String) {
        guard self.node(path) != nil, let (directory, name) = try? self.split(path) else { return }  // tidy: nothing to remove
        self.change(directory, name, nil)
    }

    // MARK: Losing power

    /// Each change of a name that was not synced is kept or lost; contents that were not synced are kept, lost or torn.
    func afterPowerLoss(seed: UInt64) -> SimDisk {
        var disk = SimDisk(seed: seed)
        var random = SplitMix64(seed: seed ^ 0xD15C)
        disk.durable = self.durable
        for change in self.changes where random.next().isMultiple(of: 2) { disk.durable[change.directory]?[change.name] = change.node }
        for (node, bytes) in self.seenBytes.sorted(by: { $0.key < $1.key }) {
            let kept = self.durableBytes[node] ?? []
            switch random.below(3) {
            case 0: disk.durableBytes[node] = bytes
            case 1: disk.durableBytes[node] = kept
            default: disk.durableBytes[node] = kept + bytes.dropFirst(kept.count).prefix(random.below(bytes.count - kept.count + 1))
            }
        }
        disk.seen = disk.durable
        disk.seenBytes = disk.durableBytes
        disk.nextNode = self.nextNode
        return disk
    }

    // MARK: Inside

    private mutating func makeNode() -> Int {
        defer { self.nextNode += 1 }
        return self.nextNode
    }

    private mutating func change(_ directory: Int, _ name: String, _ node: Int?) {
        self.seen[directory]?[name] = node
        self.changes.append(NameChange(directory: directory, name: name, node: node))
    }

    private func split(_ path: String) throws -> (directory: Int, name: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last, let directory = self.node(parts.dropLast().joined(separator: "/")) else {
            throw Failure(.missing, "There is no directory for '\(path)'.")
        }
        return (directory, String(name))
    }
}
