import AtelierCore

/// Goes through the folders of all runs, newest first, a day at a time; remembers what is no run's folder.
struct FolderWalk {
    private let folders: any FolderInspector
    /// Folders of years, months and days that are still to be listed; the newest is last.
    private var open: [String]
    /// What lies where only folders of runs may lie.
    private(set) var strays: [AuditFinding] = []

    private static let root = "archive/runs"

    init(_ folders: any FolderInspector) {
        self.folders = folders
        self.open = [Self.root]
    }

    /// The runs of the next day that has any, newest first; nil at the end.
    mutating func nextDay() async throws -> [RunID]? {
        while let path = self.open.popLast() {
            let depth = path.split(separator: "/").count - 2
            let names = try await self.folders.list(path) ?? []
            if depth == 3 {
                let runs = names.compactMap { self.run($0, in: path) }
                if !runs.isEmpty { return runs.reversed() }
            } else {
                for entry in names { self.take(entry, in: path, digits: depth == 0 ? 4 : 2) }
            }
        }
        return nil
    }

    private mutating func take(_ entry: FoundName, in path: String, digits: Int) {
        let isDate = entry.name.utf8.count == digits && entry.name.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard entry.isFolder, isDate else { return self.addStray("\(path)/\(entry.name)") }
        self.open.append("\(path)/\(entry.name)")
    }

    private mutating func run(_ entry: FoundName, in path: String) -> RunID? {
        guard entry.isFolder, let id = RunID(entry.name), "archive/\(id.folder)" == "\(path)/\(entry.name)" else {
            self.addStray("\(path)/\(entry.name)")
            return nil
        }
        return id
    }

    private mutating func addStray(_ path: String) {
        self.strays.append(AuditFinding(.extra, run: nil, file: path, "Only folders of runs belong here, under their day.", .moveAside))
    }
}
