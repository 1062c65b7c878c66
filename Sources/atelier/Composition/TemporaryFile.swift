import AtelierArchive
import AtelierCore
import Glibc

/// A file below the system's folder for temporary files, readable for this user only.
struct TemporaryFile: Sendable {
    let path: String

    /// Writes a file.
    ///
    /// - Throws: ``Failure`` when there is no room for it.
    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/atelier-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw Failure(.noSpace, "No temporary file could be made: \(String(cString: strerror(errno))).", hint: "Look at /tmp.")
        }
        close(descriptor)
        self.path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        do {
            try PosixFileSystem().append(bytes, to: self.path)
        } catch {
            self.remove()
            throw error
        }
    }

    func remove() { unlink(self.path) }
}
