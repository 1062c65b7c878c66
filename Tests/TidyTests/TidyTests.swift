import Foundation
import Testing

/// Rules of the house that a compiler or formatter cannot see.
@Suite struct TidyTests {
    struct Ban: Sendable {
        var text: String
        var instead: String
        /// Where the word is at home.
        var allowedIn: [String] = []
    }

    static let bans: [Ban] = [
        Ban(text: "Date()", instead: "the injected time", allowedIn: ["Sources/atelier/Composition/"]),
        Ban(text: "Task.sleep", instead: "TimeSource.sleep", allowedIn: ["Sources/AtelierTesting/"]),
        Ban(text: "UUID()", instead: "IdentifierSource"),
        Ban(text: "Int.random", instead: "Chance, or a seeded generator"),
        Ban(text: "Task {", instead: "a child task of a group"),
        Ban(text: "Task.detached", instead: "a child task of a group", allowedIn: ["Sources/AtelierTesting/Simulation/"]),
        Ban(text: "try?", instead: "do/catch that says why the error may be dropped"),
        Ban(text: "try!", instead: "a Failure"),
        Ban(text: "fatalError(", instead: "a Failure, or a precondition with a sentence"),
        Ban(text: "@unchecked Sendable", instead: "an actor, a Mutex or a value"),
        Ban(text: "nonisolated(unsafe)", instead: "a Mutex"),
        Ban(text: "print(\"", instead: "Terminal or the log"),
        Ban(text: "TODO", instead: "the thing itself, or a line in the issue's note"),
        Ban(text: "FIXME", instead: "a fix"),
    ]

    /// The arrows: what each target of ours may import of ours.
    ///
    /// Edges know the core and nothing of each other.
    static let arrows: [String: Set<String>] = [
        "AtelierCore": [],
        "AtelierEngine": ["AtelierCore"],
        "AtelierSchemas": ["AtelierCore"],
        "AtelierStages": ["AtelierCore"],
        "AtelierBackends": ["AtelierCore"],
        "AtelierArchive": ["AtelierCore"],
        "AtelierMedia": ["AtelierCore"],
        "AtelierStoreMemory": ["AtelierCore"],
        "AtelierStoreSQLite": ["AtelierCore"],
        "AtelierHTTP": ["AtelierCore", "AtelierEngine"],
    ]

    @Test(arguments: bans) func `no source holds a banned word`(_ ban: Ban) throws {
        for (path, lines) in try Repository.swiftFiles(in: "Sources") where !ban.allowedIn.contains(where: path.hasPrefix) {
            for (number, line) in lines.enumerated() where Self.holds(ban.text, line) && !line.contains("// tidy:") {
                let isComment = line.drop { $0 == " " }.hasPrefix("//")
                if !isComment { Issue.record("\(path):\(number + 1): '\(ban.text)' – use \(ban.instead)") }
            }
        }
    }

    /// A word counts where no letter stands before it: `addTask {` is no `Task {`.
    static func holds(_ word: String, _ line: Substring) -> Bool {
        line.ranges(of: word).contains { $0.lowerBound == line.startIndex || !line[line.index(before: $0.lowerBound)].isLetter }
    }

    @Test func `arrows point inwards`() throws {
        for (path, lines) in try Repository.swiftFiles(in: "Sources") {
            let target = path.split(separator: "/")[1]
            guard let allowed = Self.arrows[String(target)] else { continue }
            for (number, line) in lines.enumerated() where line.contains("import Atelier") {
                let imported = String(line.split(separator: " ").last ?? "")
                if !allowed.contains(imported) { Issue.record("\(path):\(number + 1): \(target) may not import \(imported)") }
            }
        }
    }

    @Test func `files and functions are short`() throws {
        for (path, lines) in try Repository.swiftFiles(in: "Sources") {
            #expect(lines.count <= 401, "\(path) has \(lines.count) lines")
            for function in Self.functions(in: lines) where function.length > 70 {
                Issue.record("\(path):\(function.line): \(function.length) lines in one function")
            }
        }
        for (path, lines) in try Repository.swiftFiles(in: "Tests") { #expect(lines.count <= 601, "\(path) has \(lines.count) lines") }
    }

    @Test func `every package declaration says what it promises`() throws {
        let kinds = ["struct ", "enum ", "actor ", "class ", "protocol ", "func "]
        for (path, lines) in try Repository.swiftFiles(in: "Sources") {
            for (number, line) in lines.enumerated() where line.hasPrefix("package ") && kinds.contains(where: line.contains) {
                var above = number - 1
                while above >= 0, lines[above].hasPrefix("@") { above -= 1 }
                if above < 0 || !lines[above].hasPrefix("///") { Issue.record("\(path):\(number + 1): no doc comment") }
            }
        }
    }

    /// A support file may pause between two looks at a condition, with a bound; a handler under test may be told to never end.
    @Test func `no test sleeps or is switched off`() throws {
        for (path, lines) in try Repository.swiftFiles(in: "Tests") where !path.hasPrefix("Tests/TidyTests/") {
            for (number, line) in lines.enumerated() where !line.contains("// tidy:") {
                for word in ["Task.sleep", " sleep(", ".disabled(", "#expect(true)"] where line.contains(word) {
                    Issue.record("\(path):\(number + 1): '\(word)' in a test")
                }
            }
        }
    }

    @Test func `every shipped file travels inside the binary`() throws {
        let embedded = try Repository.text("Sources/CAssets/cassets.c")
        for folder in ["schemas", "safety"] {
            for path in try Repository.files(in: folder) {
                #expect(embedded.contains("\"../../\(path)\""), "\(path) is not embedded: run scripts/embed.sh")
            }
        }
    }

    @Test func `the manifest's test targets are the folders of Tests`() throws {
        let manifest = try Repository.text("Package.swift")
        for folder in try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "Tests").path).sorted() {
            #expect(manifest.contains("\"\(folder)\""), "Tests/\(folder) is not in Package.swift: its tests never run")
        }
    }

    static func functions(in lines: [Substring]) -> [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        var start: (line: Int, indent: Int)?
        for (number, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let words = line.dropFirst(indent)
            let opens = words.contains("func ") || words.hasPrefix("init(") || words.contains(" init(")
            if start == nil, opens, words.hasSuffix("{") { start = (number, indent) }
            if let open = start, words.hasPrefix("}"), indent == open.indent {
                found.append((open.line + 1, number - open.line + 1))
                start = nil
            }
        }
        return found
    }
}

/// The files of this repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String { try String(contentsOf: self.root.appending(path: path), encoding: .utf8) }

    static func files(in folder: String) throws -> [String] {
        let found = FileManager.default.enumerator(at: self.root.appending(path: folder), includingPropertiesForKeys: [.isRegularFileKey])
        return try (found?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
            .map { String($0.path.dropFirst(self.root.path.count + 1)) }
            .sorted()
    }

    static func swiftFiles(in folder: String) throws -> [(path: String, lines: [Substring])] {
        try self.files(in: folder).filter { $0.hasSuffix(".swift") }.map { path in
            (path, try self.text(path).split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
