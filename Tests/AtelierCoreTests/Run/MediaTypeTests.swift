import AtelierCore
import Testing

@Suite struct MediaTypeTests {
    private static func head(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap(\.self) + [UInt8](repeating: 0, count: 40) }
    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    static let heads: [([UInt8], String?)] = [
        (Self.head([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), "image/png png"),
        (Self.head([0xFF, 0xD8, 0xFF, 0xE0]), "image/jpeg jpg"),
        (Self.head(Self.text("GIF89a")), "image/gif gif"), (Self.head(Self.text("GIF87a")), "image/gif gif"),
        (Self.head(Self.text("RIFF"), [1, 2, 3, 4], Self.text("WAVE")), "audio/wav wav"),
        (Self.head(Self.text("RIFF"), [1, 2, 3, 4], Self.text("WEBP")), "image/webp webp"),
        (Self.head(Self.text("RIFF"), [1, 2, 3, 4], Self.text("AVI ")), nil), (Self.head(Self.text("fLaC")), "audio/flac flac"),
        (Self.head(Self.text("ID3")), "audio/mpeg mp3"), (Self.head([0xFF, 0xFB]), "audio/mpeg mp3"),
        (Self.head([0, 0, 0, 24], Self.text("ftypisom")), "video/mp4 mp4"),
        (Self.head([0, 0, 0, 24], Self.text("ftypM4A ")), "audio/mp4 m4a"),
        (Self.head([0, 0, 0, 24], Self.text("ftypavif")), "image/avif avif"), (Self.head([0, 0, 0, 24], Self.text("ftypheic")), nil),
        (Self.head(Self.text("OggS")), "audio/ogg ogg"),
        (Self.head(Self.text("OggS"), [UInt8](repeating: 0, count: 24), Self.text("OpusHead")), "audio/opus ogg"),
        (Self.head([0x1A, 0x45, 0xDF, 0xA3]), "video/webm webm"), (Self.head(Self.text("<!doctype html>")), nil),
        (Self.head(Self.text("<svg xmlns")), nil), (Self.head(Self.text("{\"error\":1}")), nil), (Self.head(Self.text("GIF88a")), nil),
        (Self.head(Self.text("%PDF-1.7")), nil), ([], nil), ([0x89], nil), ([0xFF, 0xD8], nil), (Self.text("RIFF"), nil),
        (Self.text("RIFF1234WAV"), nil),
    ]

    @Test(arguments: heads) func `a kind is told from the first bytes`(_ head: [UInt8], _ kind: String?) {
        #expect(MediaType.sniffed(from: head).map { "\($0.mimeType) \($0.fileExtension)" } == kind)
    }

    @Test func `no bytes bring it down`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<5000 { _ = MediaType.sniffed(from: (0..<random.below(70)).map { _ in UInt8(truncatingIfNeeded: random.next()) }) }
        for (head, _) in Self.heads { for length in 0...head.count { _ = MediaType.sniffed(from: head.prefix(length)) } }
    }

    @Test(arguments: Medium.allCases) func `a medium and its entity type name each other`(_ medium: Medium) {
        #expect(medium.entityType.rawValue == "output_\(medium.rawValue)")
        #expect(medium.entityType.medium == medium)
    }

    @Test func `what is no output has no medium`() {
        #expect(
            EntityType.allCases.filter { $0.medium == nil }.map(\.rawValue) == [
                "config_used", "input", "input_image", "translation", "safety", "interception", "safety_pre_output", "error",
            ]
        )
    }
}
