import AtelierCore
import AtelierMedia
import Foundation
import Testing

@Suite struct DecoderTests {
    @Test func `a whole PNG tells its size`() async throws {
        let bench = try Bench()
        let facts = try await bench.workers.probe(try bench.file("a.png", try await bench.draw("a cup")), as: .image)
        #expect(facts == MediaFacts(type: MediaType("image/png", "png"), width: 256, height: 256))
    }

    @Test(arguments: [1, 8, 20, 33, 60, 500, 5_000, 20_000]) func `a truncated PNG is refused`(_ length: Int) async throws {
        let bench = try Bench()
        let whole = try await bench.draw("a cup")
        #expect(length < whole.count)
        let path = try bench.file("cut.png", whole.prefix(length))
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
    }

    @Test func `a PNG without its last bytes is refused`() async throws {
        let bench = try Bench()
        let whole = try await bench.draw("a cup")
        let path = try bench.file("cut.png", whole.dropLast(30))
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
    }

    @Test func `a PNG with a wrong checksum is refused`() async throws {
        let bench = try Bench()
        var bytes = try await bench.draw("a cup")
        bytes[bytes.count - 13] ^= 1  // the last byte of the last IDAT's checksum, before IEND's 12 bytes
        let path = try bench.file("crc.png", bytes)
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
    }

    @Test(arguments: ["", "I am a picture, honestly", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "%PDF-1.4\n"])
    func `what is no picture is refused as one`(_ text: String) async throws {
        let bench = try Bench()
        let path = try bench.file("a.png", text.utf8)
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
    }

    @Test func `a picture of 30000 by 30000 is refused before it is decoded`() async throws {
        let bench = try Bench()
        let path = try bench.file("bomb.png", PNG.header(30_000, 30_000))
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .tooLarge)
    }

    @Test(arguments: ["jpg", "gif", "webp"]) func `other pictures are decoded, and refused when cut off`(_ kind: String) async throws {
        let bench = try Bench()
        let source = try bench.file("a.png", try await bench.draw("a cup"))
        let path = try bench.made("a.\(kind)", ["-i", source])
        let facts = try await bench.workers.probe(path, as: .image)
        #expect(facts.type.fileExtension == kind)
        #expect(facts.width == 256 && facts.height == 256)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = try bench.file("cut.\(kind)", whole.prefix(whole.count * 2 / 3))
        #expect(await code { try await bench.workers.probe(cut, as: .image) } == .outputInvalid)
    }

    @Test(arguments: ["wav", "mp3", "flac", "ogg"]) func `sound is decoded to its end`(_ kind: String) async throws {
        let bench = try Bench()
        let path = try bench.made("a.\(kind)", ["-f", "lavfi", "-i", "sine=frequency=330:duration=2", "-ar", "44100"])
        let facts = try await bench.workers.probe(path, as: .music)
        #expect(abs((facts.durationSeconds ?? 0) - 2) < 0.2)
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
        #expect(await code { try await bench.workers.probe(path, as: .video) } == .outputInvalid)
    }

    @Test(arguments: ["mp4", "webm"]) func `a film is decoded to its end, and refused when cut off`(_ kind: String) async throws {
        let bench = try Bench()
        let path = try bench.made("a.\(kind)", ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", "-pix_fmt", "yuv420p"])
        let facts = try await bench.workers.probe(path, as: .video)
        #expect(facts.width == 64 && facts.height == 48)
        #expect((facts.durationSeconds ?? 0) > 0.9)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = try bench.file("cut.\(kind)", whole.prefix(whole.count / 2))
        #expect(await code { try await bench.workers.probe(cut, as: .video) } == .outputInvalid)
    }

    @Test func `text is valid, not empty and without NUL`() async throws {
        let bench = try Bench()
        let good = try bench.file("a.txt", "Dada, 猫".utf8)
        #expect(try await bench.workers.probe(good, as: .text) == MediaFacts(type: .text))
        #expect(try await bench.workers.probe(good, as: .code) == MediaFacts(type: .javascript))
        for (index, bytes) in [[], [65, 0, 66], [0xC3, 0x28]].enumerated() as EnumeratedSequence<[[UInt8]]> {
            let path = try bench.file("bad-\(index).txt", bytes)
            #expect(await code { try await bench.workers.probe(path, as: .text) } == .outputInvalid)
        }
    }

    @Test func `a missing file is refused, not trapped`() async throws {
        let bench = try Bench()
        #expect(await code { try await bench.workers.probe(bench.path("nothing"), as: .image) } == .outputInvalid)
    }

    @Test func `a name with brackets carries no options`() async throws {
        let bench = try Bench()
        let path = try bench.file("a[fail_on=none].png", try await bench.draw("a cup").dropLast(2_000))
        #expect(await code { try await bench.workers.probe(path, as: .image) } == .outputInvalid)
    }
}

/// Just enough of a PNG to lie about its size.
enum PNG {
    static func header(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        let size = [width, height].flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        return start + Self.chunk("IHDR", size + [8, 0, 0, 0, 0]) + Self.chunk("IDAT", [0x78, 0x9C, 0x63, 0, 0]) + Self.chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + body
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in content {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        let ends = [UInt32(body.count), ~sum].map { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        return ends[0] + content + ends[1]
    }
}
