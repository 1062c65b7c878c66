import AtelierCore
import Synchronization

/// An archive that says "published" before it is: the order of bytes and rows, taken out on purpose.
final class LateArchive: Archive {
    private let archive: any Archive
    private let late = Mutex<[(files: [(file: StagedFile, name: String)], run: RunID)]>([])

    init(_ archive: any Archive) { self.archive = archive }

    private func catchUp() async throws {
        let late = self.late.withLock { late in
            defer { late = [] }
            return late
        }
        for (files, run) in late { try await self.archive.publish(files, of: run) }
    }

    func publish(_ files: [(file: StagedFile, name: String)], of run: RunID) async throws {
        self.late.withLock { $0.append((files, run)) }
    }

    func stage(_ content: Content, for run: RunID) async throws -> StagedFile {
        try await self.catchUp()
        return try await self.archive.stage(content, for: run)
    }

    func withdraw(_ names: [String], of run: RunID) async throws { try await self.archive.withdraw(names, of: run) }
    func discard(_ file: StagedFile) async throws { try await self.archive.discard(file) }

    func replaceMetadata(_ bytes: [UInt8], of run: RunID) async throws {
        try await self.catchUp()
        try await self.archive.replaceMetadata(bytes, of: run)
    }

    func read(_ name: String, of run: RunID) async throws -> [UInt8] {
        try await self.catchUp()
        return try await self.archive.read(name, of: run)
    }

    func locate(_ name: String, of run: RunID) async throws -> ArchivedFile? { try await self.archive.locate(name, of: run) }
    func sweep() async throws { try await self.archive.sweep() }
    func freeBytes() async throws -> Int { try await self.archive.freeBytes() }
    func folder(of run: RunID) -> String { self.archive.folder(of: run) }
}
