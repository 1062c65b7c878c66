package import AtelierCore

/// The undo journal of one repair: `audit/<time>/journal.jsonl` below the data directory, one line a step, durable before the step is taken.
package struct RepairJournal: Sendable {
    private let folders: any FolderMender
    /// The repair's own folder, below the data directory.
    package let folder: String

    /// A step of a repair.
    package enum Step: Sendable, Hashable {
        /// A file or a folder goes to another place.
        case move(from: String, to: String)
        /// A file is made where none is.
        case write(path: String, sha256: Digest)
        /// The rows of a run are made.
        case rows
    }

    /// The journal of a folder, which is made with the first step.
    package init(folder: String, folders: any FolderMender) {
        self.folder = folder
        self.folders = folders
    }

    private var path: String { "\(self.folder)/journal.jsonl" }

    /// Where a file goes that is moved aside.
    func place(for file: String) -> String { "\(self.folder)/files/\(file)" }

    /// Adds a step; returning means durable.
    func write(_ step: Step, run: RunID?) async throws {
        let line: JSON =
            switch step {
            case .move(let from, let to): .compact(["step": "move", "from": .string(from), "to": .string(to), "run_id": .text(run?.text)])
            case .write(let path, let sha256):
                .compact(["step": "write", "path": .string(path), "sha256": .string(sha256.hex), "run_id": .text(run?.text)])
            case .rows: .compact(["step": "rows", "run_id": .text(run?.text)])
            }
        try await self.folders.append(line.canonical + [UInt8(ascii: "\n")], to: self.path)
    }

    /// Takes every step back, the last one first; checks all of them before the first.
    ///
    /// A step that stands in the journal and was never taken is passed over.
    ///
    /// - Parameter store: Where rows were made.
    /// - Returns: How many steps were taken back.
    /// - Throws: ``Failure`` with `not_found` for a folder without a journal, `conflict` when something has changed since; nothing is then
    ///   changed.
    package func undo(_ store: any RecoverableStore) async throws -> Int {
        let steps = try await self.steps().reversed()
        var written: Set<String> = []
        for (step, _) in steps { try await self.check(step, &written) }
        var count = 0
        for (step, run) in steps where try await self.takeBack(step, run, store) { count += 1 }
        try await self.folders.move(self.path, to: "\(self.folder)/journal.undone.jsonl")
        return count
    }

    private func steps() async throws -> [(Step, RunID?)] {
        guard let bytes = try await self.folders.read(self.path) else {
            throw Failure(
                .notFound,
                "There is no journal '\(self.path)'.",
                hint: "Name the folder that the repair has named; each can be undone once."
            )
        }
        // A last line without its end was never followed by its step.
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[..<$0] } ?? []
        return try whole.split(separator: UInt8(ascii: "\n")).map { line in
            let document = try JSON(parsing: line)
            guard let step = Self.step(document) else {
                throw Failure(.corrupt, "The journal '\(self.path)' holds a line that is no step.")
            }
            return (step, document["run_id"]?.string.flatMap(RunID.init))
        }
    }

    private static func step(_ line: JSON) -> Step? {
        switch line["step"]?.string {
        case "move": if let from = line["from"]?.string, let to = line["to"]?.string { .move(from: from, to: to) } else { nil }
        case "write":
            if let path = line["path"]?.string, let sha256 = line["sha256"]?.string.flatMap(Digest.init(hex:)) {
                .write(path: path, sha256: sha256)
            } else {
                nil
            }
        case "rows": .rows
        default: nil
        }
    }

    /// Whether a step can be taken back as things are now.
    private func check(_ step: Step, _ written: inout Set<String>) async throws {
        switch step {
        case .write(let path, let sha256):
            guard let bytes = try await self.folders.read(path) else { return }
            guard Digest(of: bytes) == sha256 else { throw Self.changed(path) }
            written.insert(path)
        case .move(let from, let to):
            let isThere = try await self.exists(from)
            if try await self.exists(to), isThere, !written.contains(from) { throw Self.changed(from) }
        case .rows: return
        }
    }

    private static func changed(_ path: String) -> Failure {
        Failure(.conflict, "'\(path)' has changed since the repair; nothing was taken back.", hint: "Move it away first, then undo.")
    }

    private func takeBack(_ step: Step, _ run: RunID?, _ store: any RecoverableStore) async throws -> Bool {
        switch step {
        case .write(let path, _):
            guard try await self.folders.read(path) != nil else { return false }
            try await self.folders.remove(path)
        case .move(let from, let to):
            guard try await self.exists(to) else { return false }
            try await self.folders.move(to, to: from)
        case .rows:
            guard let run, try await store.keptRow(run) != nil else { return false }
            try await store.forget(run)
        }
        return true
    }

    private func exists(_ path: String) async throws -> Bool {
        guard let slash = path.lastIndex(of: "/") else { return false }
        let name = path[path.index(after: slash)...]
        return try await self.folders.list(String(path[..<slash]))?.contains { $0.name == name } ?? false
    }
}
