import AtelierArchive
import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct LocalArchiveTests {
    private let run = Sample.id(1)

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `what is staged is measured and hashed, and nobody sees it`() async throws {
        let test = try TestArchive()
        let file = try await test.archive.stage(.text("moon"), for: self.run)
        #expect(file.bytes == 4)
        #expect(file.sha256 == Digest(of: "moon".utf8))
        #expect(file.head == self.bytes("moon"))
        #expect(test.files("runs") == [])
        #expect(test.files("tmp").count == 1)
        #expect(try await test.archive.locate("01_input.txt", of: self.run) == nil)
    }

    @Test func `a published file is read back, and its temporary name is gone`() async throws {
        let test = try TestArchive()
        let one = try await test.archive.stage(.text("moon"), for: self.run)
        let two = try await test.archive.stage(.bytes([1, 2, 3]), for: self.run)
        try await test.archive.publish([(one, "01_input.txt"), (two, "02_output_image.png")], of: self.run)
        #expect(try await test.archive.read("01_input.txt", of: self.run) == self.bytes("moon"))
        let found = try #require(try await test.archive.locate("02_output_image.png", of: self.run))
        #expect(found == ArchivedFile(path: "\(test.root)/\(self.run.folder)/02_output_image.png", bytes: 3))
        #expect(test.files("tmp") == [])
        #expect(test.archive.folder(of: self.run) == "\(test.root)/\(self.run.folder)")
    }

    @Test func `a taken name is a conflict, and nothing is replaced`() async throws {
        let test = try TestArchive()
        let one = try await test.archive.stage(.text("first"), for: self.run)
        try await test.archive.publish([(one, "01_input.txt")], of: self.run)
        let two = try await test.archive.stage(.text("second"), for: self.run)
        let failure = await #expect(throws: Failure.self) { try await test.archive.publish([(two, "01_input.txt")], of: self.run) }
        #expect(failure?.code == .conflict)
        #expect(try await test.archive.read("01_input.txt", of: self.run) == self.bytes("first"))
        #expect(test.files("tmp").count == 1)
    }

    @Test func `a discarded file is gone, and may be discarded again`() async throws {
        let test = try TestArchive()
        let file = try await test.archive.stage(.text("moon"), for: self.run)
        try await test.archive.discard(file)
        try await test.archive.discard(file)
        #expect(test.files() == [])
    }

    @Test func `the sweep takes what was never published, and nothing else`() async throws {
        let test = try TestArchive()
        try await test.archive.sweep()
        let kept = try await test.archive.stage(.text("moon"), for: self.run)
        try await test.archive.publish([(kept, "01_input.txt")], of: self.run)
        try await test.archive.replaceMetadata(self.bytes("{}"), of: self.run)
        for _ in 1...3 { _ = try await test.archive.stage(.text("lost"), for: self.run) }
        try await test.archive.sweep()
        #expect(test.files().map { $0.split(separator: "/").last ?? "" } == ["01_input.txt", "metadata.json"])
    }

    @Test func `metadata is replaced whole`() async throws {
        let test = try TestArchive()
        try await test.archive.replaceMetadata(self.bytes(String(repeating: "x", count: 1000)), of: self.run)
        try await test.archive.replaceMetadata(self.bytes("{}"), of: self.run)
        #expect(try await test.archive.read("metadata.json", of: self.run) == self.bytes("{}"))
        #expect(test.files("tmp") == [])
    }

    @Test func `a replacement that fails leaves the old one and nothing besides`() async throws {
        let test = try TestArchive()
        try await test.archive.replaceMetadata(self.bytes("old"), of: self.run)
        test.disk.fail("replace metadata.json")
        await #expect(throws: Failure.self) { try await test.archive.replaceMetadata(self.bytes("new"), of: self.run) }
        #expect(try await test.archive.read("metadata.json", of: self.run) == self.bytes("old"))
        #expect(test.files("tmp") == [])
    }

    @Test(arguments: [0, 1, 255, 256, 257, 1_048_576, 2_500_000])
    func `bytes, a file and a stream of the same give the same`(_ count: Int) async throws {
        let test = try TestArchive(outputBytes: 3_000_000)
        var random = SplitMix64(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let source = "\(test.root)/source"
        try Data(bytes).write(to: URL(filePath: source))
        let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
            for start in stride(from: 0, to: count, by: 700_001) { continuation.yield(Array(bytes[start..<min(start + 700_001, count)])) }
            continuation.finish()
        }
        for content in [Content.bytes(bytes), .file(source), .stream(stream)] {
            let file = try await test.archive.stage(content, for: self.run)
            #expect(file.bytes == count)
            #expect(file.sha256 == Digest(of: bytes))
            #expect(file.head == Array(bytes.prefix(256)))
            #expect(try Data(contentsOf: URL(filePath: file.path)) == Data(bytes))
        }
        #expect(FileManager.default.fileExists(atPath: source))
    }

    @Test func `more than the limit is refused, and nothing is left`() async throws {
        let test = try TestArchive(outputBytes: 10)
        let source = "\(test.root)/source"
        try Data(count: 11).write(to: URL(filePath: source))
        let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
            for _ in 0..<3 { continuation.yield([1, 2, 3, 4]) }
            continuation.finish()
        }
        for content in [Content.bytes([UInt8](repeating: 0, count: 11)), .file(source), .stream(stream)] {
            let failure = await #expect(throws: Failure.self) { try await test.archive.stage(content, for: self.run) }
            #expect(failure?.code == .tooLarge)
        }
        #expect(test.files("tmp") == [])
        #expect(try await test.archive.stage(.bytes([UInt8](repeating: 0, count: 10)), for: self.run).bytes == 10)
    }

    @Test func `a stream that breaks off leaves nothing`() async throws {
        struct Broken: Error {}
        let test = try TestArchive()
        let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield([1, 2, 3])
            continuation.finish(throwing: Broken())
        }
        await #expect(throws: Broken.self) { try await test.archive.stage(.stream(stream), for: self.run) }
        #expect(test.files("tmp") == [])
    }

    @Test func `what is not there is missing`() async throws {
        let test = try TestArchive()
        for run in [self.run, Sample.id(2)] {
            let failure = await #expect(throws: Failure.self) { try await test.archive.read("01_input.txt", of: run) }
            #expect(failure?.code == .missing)
        }
        let source = await #expect(throws: Failure.self) { try await test.archive.stage(.file("/nowhere/at/all"), for: self.run) }
        #expect(source?.code == .missing)
    }

    /// Goal: returning from a publish means that the folder itself survives a power cut.
    @Test func `a folder counts as durable only when every name on the way is`() async throws {
        let test = try TestArchive()
        let file = try await test.archive.stage(.text("moon"), for: self.run)
        test.disk.fail("sync runs")
        await #expect(throws: Failure.self) { try await test.archive.publish([(file, "01_input.txt")], of: self.run) }
        try await test.archive.publish([(file, "01_input.txt")], of: self.run)
        let days = self.run.folder.split(separator: "/").dropLast()
        let ways =
            days.indices.map { "\(test.root)/" + days[...$0].joined(separator: "/") } + [test.root, test.archive.folder(of: self.run)]
        for path in ways { #expect(test.disk.synced.contains(path), "\(path)") }
    }

    @Test func `free bytes are told before there is a folder`() async throws {
        let test = try TestArchive()
        #expect(try await test.archive.freeBytes() > 0)
    }

    @Test func `many files are staged at once, each under its own name`() async throws {
        let test = try TestArchive()
        let archive = test.archive
        let run = self.run
        let files = try await withThrowingTaskGroup(of: StagedFile.self) { group in
            for number in 0..<40 { group.addTask { try await archive.stage(.text(String(number)), for: run) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(files.map(\.path)).count == 40)
        #expect(Set(files.map(\.sha256)) == Set((0..<40).map { Digest(of: String($0).utf8) }))
    }
}
