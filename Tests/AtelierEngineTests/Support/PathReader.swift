import Foundation

/// Reads a file that a probe is shown.
enum PathReader {
    static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
