import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct ChainTests {
    /// The contract's formula; the hashes were computed by Python's hashlib over texts written by hand.
    @Test func `commit and link can be computed by hand`() {
        let draft = Sample.draft(text: "moon")
        #expect(draft.sha256.hex == "9e78b43ea00edcac8299e0cc8df7f6f913078171335f733a21d5d911b6999132")
        let commit = Chain.commit(draft, sequence: 1)
        #expect(commit.hex == "b038ded4a77a8b4cba450def8f8b50116e8bfd1e4af992fdf88fb60d809707e9")
        let first = Entity(draft, sequence: 1, after: nil)
        #expect(first.link.hex == "ce66fed4ac30a8727e33ff04252b40ba47491e517a681eaf94fb3beb397f3f0a")
        let second = Entity(draft, sequence: 12, after: first.link)
        #expect(second.link.hex == "628fbf35ac166a3c0e04ca090072639d702ac95904ad17a85e67caf8d8d92dc6")
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
