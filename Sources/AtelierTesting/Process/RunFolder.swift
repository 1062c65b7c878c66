package import AtelierCore
import Foundation

/// A run's folder on disk, read as anybody could read it, with nothing of the server's own code but SHA-256 and canonical JSON.
package struct RunFolder: Sendable {
    package let id: RunID
    package let path: String
    /// What is read must not be removed because the test needs its home no more.
    private let home: TemporaryFolder

    init(_ id: RunID, in archive: String, of home: TemporaryFolder) {
        self.id = id
        self.path = "\(archive)/\(id.folder)"
        self.home = home
    }

    /// `metadata.json` as it is on disk.
    package func metadata() throws -> JSON { try JSON(parsing: self.file("metadata.json")) }

    /// A file's bytes.
    package func file(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(self.path)/\(name)")))
    }

    /// The bytes of the first entity of a type.
    package func entity(_ type: String) throws -> [UInt8] {
        let entities = try self.metadata()["entities"]?.array ?? []
        guard let name = entities.first(where: { $0["type"]?.string == type })?["filename"]?.string else {
            throw HarnessProblem("The run \(self.id) has no entity of type \(type)")
        }
        return try self.file(name)
    }

    /// The name, length, hash, time and inode of everything in the folder; reading a run must leave all of it as it was.
    package func print() throws -> [String] {
        try TemporaryFolder.tree(self.path).map { name in
            var status = stat()
            guard stat("\(self.path)/\(name)", &status) == 0 else { throw HarnessProblem("\(name) is gone") }
            let hash = Digest(of: try self.file(name)).hex
            return "\(name) \(status.st_size) \(hash) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ino)"
        }
    }

    /// Everything in the folder that is not as the contract says (docs/contract.md, section 2): files, hashes, numbers, chain.
    package func flaws() throws -> [String] {
        let metadata = try self.metadata()
        var flaws: [String] = []
        if metadata["format"]?.string != "atelier.run/1" { flaws.append("format") }
        if metadata["run_id"]?.string != self.id.text { flaws.append("run_id") }
        let entities = metadata["entities"]?.array ?? []
        let numbers = entities.compactMap { $0["sequence"]?.integer }
        if Set(numbers).count != entities.count { flaws.append("a number twice: \(numbers)") }
        if numbers != numbers.sorted() { flaws.append("numbers out of order: \(numbers)") }
        let names = entities.compactMap { $0["filename"]?.string }
        let found = try TemporaryFolder.tree(self.path).filter { $0 != "metadata.json" }
        if found != names.sorted() { flaws.append("files \(found), entities \(names)") }
        let keys = entities.map { entity in
            let places = ["stage", "output", "iteration"].map { entity["metadata"]?[$0]?.integer.map(String.init) ?? "" }
            return "\(entity["type"]?.string ?? "") \(places)"
        }
        if Set(keys).count != keys.count { flaws.append("an entity twice: \(keys)") }
        for entity in entities { flaws += try self.flaws(of: entity) }
        return flaws + Self.brokenLinks(entities)
    }

    private func flaws(of entity: JSON) throws -> [String] {
        let name = entity["filename"]?.string ?? ""
        let bytes = try self.file(name)
        var flaws: [String] = []
        if bytes.isEmpty { flaws.append("\(name) is empty") }
        if entity["bytes"]?.integer != Int64(bytes.count) { flaws.append("\(name): length") }
        if entity["sha256"]?.string != Digest(of: bytes).hex { flaws.append("\(name): sha256") }
        let number = entity["sequence"]?.integer ?? 0
        let start = (number < 10 ? "0" : "") + "\(number)_\(entity["type"]?.string ?? "")."
        if !name.hasPrefix(start) { flaws.append("\(name): name") }
        return flaws
    }

    /// `commit = SHA-256(salt ‖ sha256 ‖ canonical JSON of the other fields)`, `link = SHA-256(previous link ‖ commit)`.
    private static func brokenLinks(_ entities: [JSON]) -> [String] {
        var previous: [UInt8] = []
        return entities.compactMap { entity in
            let others = JSON.object((entity.object ?? [:]).filter { !["salt", "sha256", "link"].contains($0.key) })
            let salted = [entity["salt"], entity["sha256"]].flatMap { Hex.bytes($0?.string ?? "") ?? [] }
            let commit = Digest(of: salted + others.canonical)
            let link = Digest(of: previous + commit.bytes)
            previous = link.bytes
            return entity["link"]?.string == link.hex ? nil : "\(entity["filename"]?.string ?? ""): link"
        }
    }
}
