import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import Foundation

/// Ways to damage a data directory, each on a run of its own, and what an audit must say of it.
enum Damage: Int, CaseIterable {
    case lostFile, lostMetadata, lostFolder, extraFile, flippedByte, longerFile, emptiedFile, cutMetadata, temporaryFile, lostRow
    case changedLink, changedStatus, emptyExtra, strayFolder, changedRow, changedLabel

    var run: RunID { Sample.id((self.rawValue * 61 + 5) * 1000) }

    /// The kind, the file's name below the run's folder, and whether it can be mended.
    var expected: (kind: AuditFinding.Kind, file: String?, isMended: Bool) {
        switch self {
        case .lostFile: (.missing, "/07_output_image.png", false)
        case .lostMetadata: (.missing, "/metadata.json", true)
        case .lostFolder: (.missing, "", false)
        case .extraFile: (.extra, "/99_extra.txt", true)
        case .flippedByte: (.changed, "/07_output_image.png", false)
        case .longerFile: (.changed, "/02_input.txt", false)
        case .emptiedFile: (.half, "/05_interception.txt", false)
        case .cutMetadata: (.half, "/metadata.json", true)
        case .temporaryFile: (.half, nil, true)
        case .lostRow: (.orphan, "", true)
        case .changedLink: (.brokenChain, "/metadata.json", true)
        case .changedStatus: (.status, "/metadata.json", true)
        case .emptyExtra: (.half, "/08_error.json", true)
        case .strayFolder: (.extra, nil, true)
        case .changedRow: (.brokenChain, nil, false)
        case .changedLabel: (.changed, "/metadata.json", true)
        }
    }

    private var temporaryName: String { "archive/tmp/\(self.run).3" }
    private var strayName: String { "archive/\(self.run.folder)-copy" }

    /// What an audit says: run, kind, file.
    var told: String {
        let file: String? =
            switch self {
            case .temporaryFile: self.temporaryName
            case .strayFolder: self.strayName
            default: self.expected.file.map { "archive/\(self.run.folder)\($0)" }
            }
        return "\(self == .strayFolder ? "-" : self.run.text) \(self.expected.kind.rawValue) \(file ?? "-")"
    }

    func inflict(on home: DataHome) async throws {
        let folder = home.runFolder(self.run)
        let metadata = "\(folder)/metadata.json"
        switch self {
        case .lostFile: try FileManager.default.removeItem(atPath: "\(folder)/07_output_image.png")
        case .lostMetadata: try FileManager.default.removeItem(atPath: metadata)
        case .lostFolder: try FileManager.default.removeItem(atPath: folder)
        case .extraFile: try Self.write("more", "\(folder)/99_extra.txt")
        case .flippedByte: try Self.change("\(folder)/07_output_image.png") { $0[100] ^= 1 }
        case .longerFile: try Self.change("\(folder)/02_input.txt") { $0.append(10) }
        case .emptiedFile: try Self.write("", "\(folder)/05_interception.txt")
        case .cutMetadata: try Self.change(metadata) { $0.removeLast($0.count / 2) }
        case .temporaryFile: try Self.write("half", "\(home.path)/\(self.temporaryName)")
        case .lostRow: try await home.store.forget(self.run)
        case .changedLink: try Self.replace(metadata, "\"link\" : \"", "\"link\" : \"0000")
        case .changedStatus: try Self.replace(metadata, "\"status\" : \"succeeded\"", "\"status\" : \"failed\"")
        case .emptyExtra: try Self.write("", "\(folder)/08_error.json")
        case .strayFolder: try Self.write("copy", "\(home.path)/\(self.strayName)/a.txt")
        case .changedRow:
            try home.execute(
                """
                UPDATE entities SET salt = '00' || substr(salt, 3) WHERE sequence = 3
                    AND run = (SELECT number FROM runs WHERE run_id = '\(self.run)')
                """
            )
        case .changedLabel: try Self.replace(metadata, "\"owner\" : \"anna\"", "\"owner\" : \"otto\"")
        }
    }

    private static func write(_ text: String, _ path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private static func change(_ path: String, _ body: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        body(&bytes)
        try bytes.write(to: URL(filePath: path))
    }

    private static func replace(_ path: String, _ old: String, _ new: String) throws {
        try Self.change(path) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let place = text.range(of: old) else { return }
            // As long as before, so that only looking inside tells.
            let end = text.index(place.lowerBound, offsetBy: new.count, limitedBy: text.endIndex) ?? text.endIndex
            let upper = old.hasSuffix("\"") && new.hasSuffix("0000") ? end : place.upperBound
            bytes = Data(text.replacingCharacters(in: place.lowerBound..<upper, with: new).utf8)
        }
    }
}

extension AuditFinding {
    /// Run, kind and file.
    var told: String { "\(self.run?.text ?? "-") \(self.kind.rawValue) \(self.file ?? "-")" }
}
