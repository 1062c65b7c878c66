import Foundation

/// A folder of one test's own; it is removed when nobody holds it any more.
package final class TemporaryFolder: Sendable {
    /// Short, because a Unix socket's path may have 107 bytes only.
    package let path: String

    /// Makes an empty folder.
    package init() throws {
        var template = Array("/tmp/atelier-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessProblem("No temporary folder: \(String(cString: strerror(errno)))") }
        self.path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        // A test that took rights away gives nobody a reason to leave its folder behind.
        try? FileManager.default.removeItem(atPath: self.path)  // tidy: there is nobody left to tell
    }

    /// Every path below the folder, sorted; what a refused call must leave as it was.
    package func tree() throws -> [String] { try Self.tree(self.path) }

    /// Every path below a folder, sorted.
    package static func tree(_ path: String) throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: path).sorted() }
}

/// What went wrong in the harness itself, or took too long.
package struct HarnessProblem: Error, CustomStringConvertible {
    package var description: String

    /// Says it.
    package init(_ description: String) { self.description = description }
}

/// Looks again and again until there is an answer.
///
/// - Parameters:
///   - what: What is waited for, for the sentence when it never comes.
///   - seconds: The bound; generous, because machines are slow at times. Nothing is ever concluded from how long it took.
///   - look: Gives nil as long as it is not there.
/// - Returns: The first answer.
/// - Throws: ``HarnessProblem`` when the bound is reached.
package func eventually<Found>(
    _ what: String,
    within seconds: Int = 60,
    _ look: () async throws -> Found?
) async throws -> Found {
    for _ in 0..<seconds * 100 {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw HarnessProblem("It never came: \(what)")
}
