import AtelierCore

extension LocalInspector: FolderMender {
    package func move(_ path: String, to target: String) async throws {
        let (source, goal) = (self.absolute(path), self.absolute(target))
        try await self.pool.run {
            let disk = PosixFileSystem()
            try Self.makeFolder(above: goal, disk)
            do {
                try disk.rename(source, to: goal)
            } catch is FileExists {
                throw Failure(.conflict, "'\(target)' is there already; nothing was replaced.")
            }
            try disk.sync(directory: Self.parent(of: goal))
            try disk.sync(directory: Self.parent(of: source))
        }
    }

    package func append(_ bytes: [UInt8], to path: String) async throws {
        let goal = self.absolute(path)
        try await self.pool.run {
            let disk = PosixFileSystem()
            if try disk.size(goal) == nil {
                try Self.makeFolder(above: goal, disk)
                try disk.create(goal)
                try disk.sync(directory: Self.parent(of: goal))
            }
            try disk.append(bytes, to: goal)
            try disk.sync(file: goal)
        }
    }

    package func remove(_ path: String) async throws {
        let goal = self.absolute(path)
        try await self.pool.run {
            let disk = PosixFileSystem()
            try disk.remove(goal)
            try disk.sync(directory: Self.parent(of: goal))
        }
    }

    /// Makes the folder of a file and syncs the names on the way to it, from the nearest folder that was there.
    private static func makeFolder(above path: String, _ disk: PosixFileSystem) throws {
        var missing: [String] = []
        var folder = Self.parent(of: path)
        while folder != "/", try Self.entries(folder) == nil {
            missing.append(folder)
            folder = Self.parent(of: folder)
        }
        for folder in missing.reversed() {
            try disk.makeDirectories(folder)
            try disk.sync(directory: Self.parent(of: folder))
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
