import AtelierArchive
import AtelierCore
import AtelierSchemas
import CAssets
import CPosix
import Glibc

/// Files that the composition root reads: settings, schema folders, and those inside the binary.
enum Files {
    /// A small file, whole; also one of `/proc`, which has no length.
    ///
    /// - Throws: ``Failure`` with `missing`, or `refused_start` when it cannot be read.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = posix_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else {
            if -descriptor == ENOENT { throw Failure(.missing, "There is no file '\(path)'.") }
            throw Failure(.refusedStart, "The file '\(path)' cannot be read: \(String(cString: strerror(-descriptor))).")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                throw Failure(.refusedStart, "The file '\(path)' cannot be read: \(String(cString: strerror(errno))).")
            }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The files inside the binary whose path begins with `prefix`, without it.
    static func embedded(_ prefix: String) -> [(path: String, bytes: [UInt8])] {
        var count = 0
        let assets = UnsafeBufferPointer(start: atelier_assets(&count), count: count)
        return assets.compactMap { asset in
            let path = String(cString: asset.path)
            guard path.hasPrefix(prefix) else { return nil }
            return (String(path.dropFirst(prefix.count)), Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
        }
    }

    /// Every `.json` file of a schemas folder.
    ///
    /// - Throws: ``Failure`` with `refused_start` when there is no such folder.
    static func schemas(in folder: String) throws -> SchemaFolder {
        let disk = PosixFileSystem()
        var files: [SchemaFile] = []
        func walk(_ below: String, depth: Int) throws {
            for name in try disk.list(folder + below) where !name.hasPrefix(".") {
                let path = "\(below)/\(name)"
                if name.hasSuffix(".json") {
                    files.append(SchemaFile(path: String(path.dropFirst()), bytes: try Self.read(folder + path)))
                } else if depth < 4, let directory = opendir(folder + path) {
                    closedir(directory)
                    try walk(path, depth: depth + 1)
                }
            }
        }
        guard let directory = opendir(folder) else {
            throw Failure(.refusedStart, "There is no schemas folder '\(folder)'.", hint: "Check --schemas.")
        }
        closedir(directory)
        try walk("", depth: 0)
        return SchemaFolder(name: folder, files: files)
    }
}
