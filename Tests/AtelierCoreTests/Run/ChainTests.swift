import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct ChainTests {
    private static func hash(_ bytes: [UInt8]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return String(decoding: output.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
    }

    /// The contract's formula, by another program's hash and a text written by hand.
    @Test func `commit and link can be computed by hand`() throws {
        let draft = Sample.draft(text: "moon")
        let content = try Self.hash(Array("moon".utf8))
        let fields =
            #"{"bytes":4,"filename":"01_input.txt","metadata":{"model":"cutup","seed":7},"mime_type":"text/plain; charset=utf-8","#
            + #""sequence":1,"timestamp":"2026-09-21T14:13:20.000Z","type":"input"}"#
        let salt = [UInt8](repeating: 0x0F, count: 16)
        let commit = try Self.hash(salt + (try #require(Hex.bytes(content))) + Array(fields.utf8))
        #expect(draft.sha256.hex == content)
        #expect(Chain.commit(draft, sequence: 1).hex == commit)
        let first = Entity(draft, sequence: 1, after: nil)
        #expect(try first.link.hex == Self.hash(try #require(Hex.bytes(commit))))
        let second = Entity(draft, sequence: 12, after: first.link)
        #expect(try second.link.hex == Self.hash(first.link.bytes + Chain.commit(draft, sequence: 12).bytes))
    }

    @Test func `every field is bound`() {
        let draft = Sample.draft()
        let changes: [(inout EntityDraft) -> Void] = [
            { $0.key.type = .translation }, { $0.media = .json }, { $0.bytes += 1 }, { $0.sha256 = Digest(of: "x".utf8) },
            { $0.salt = String(repeating: "0e", count: 16) }, { $0.timestamp.milliseconds += 1 }, { $0.metadata["seed"] = 8 },
        ]
        var commits: Set = [Chain.commit(draft, sequence: 1), Chain.commit(draft, sequence: 2)]
        for change in changes {
            var other = draft
            change(&other)
            commits.insert(Chain.commit(other, sequence: 1))
        }
        #expect(commits.count == changes.count + 2)
    }

    @Test(arguments: [(1, "01"), (9, "09"), (10, "10"), (99, "99"), (100, "100"), (12345, "12345")])
    func `a file's name has two digits or more`(_ sequence: Int, _ digits: String) {
        #expect(Sample.draft().filename(sequence: sequence) == "\(digits)_input.txt")
        #expect(Sample.draft(.outputImage, stage: StageKey(4, output: 0)).filename(sequence: sequence) == "\(digits)_output_image.png")
    }

    @Test(arguments: [
        "", "abc", "00", String(repeating: "A", count: 64), String(repeating: "g", count: 64), String(repeating: "0", count: 66),
    ])
    func `only sixty-four lower-case digits are a digest`(_ text: String) {
        #expect(Digest(hex: text) == nil)
    }

    @Test func `hexadecimal text and bytes name each other`() throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.bytes(Hex.text(bytes)) == bytes)
        #expect(Hex.text([0, 15, 16, 255]) == "000f10ff")
        #expect(Hex.bytes("0") == nil)
        #expect(Hex.bytes("0G") == nil)
        #expect(Hex.bytes("") == [])
        let digest = Digest(of: "abc".utf8)
        #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try JSON.decode(Digest.self, from: try JSON.encode(digest)) == digest)
        #expect(Digest(kept: digest.bytes) == digest)
        #expect(Digest(kept: Array(digest.bytes.dropLast())) == nil)
    }

    @Test func `a hash in pieces is the hash of the whole`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: 777) { hasher.update(bytes[start..<min(start + 777, bytes.count)]) }
        #expect(hasher.finish() == Digest(of: bytes))
        #expect(Digest(of: AnySequence(bytes)) == Digest(of: bytes))
    }
}
