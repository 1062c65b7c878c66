/// A file's kind as its first bytes tell it: MIME type and file extension.
///
/// Names and `Content-Type` of engines are hearsay; the bytes are what will be served. Signatures after the WHATWG MIME Sniffing
/// standard, extended by FLAC, Matroska and MP4 brands.
package struct MediaType: Sendable, Hashable, Codable {
    /// For example `image/png`.
    package var mimeType: String
    /// For example `png`; without a dot.
    package var fileExtension: String

    /// Pairs a MIME type with its extension.
    package init(_ mimeType: String, _ fileExtension: String) {
        self.mimeType = mimeType
        self.fileExtension = fileExtension
    }

    /// Plain text in UTF-8.
    package static let text = MediaType("text/plain; charset=utf-8", "txt")
    /// A JSON document.
    package static let json = MediaType("application/json", "json")
    /// Program text; never served as something that a browser runs.
    package static let javascript = MediaType("text/javascript; charset=utf-8", "js")

    /// Tells a media file from its first bytes.
    ///
    /// - Parameter head: At least the first 64 bytes, or the whole file if it is shorter.
    /// - Returns: The kind, or nil when the bytes are of no kind that Atelier stores as picture, sound or film.
    package static func sniffed(from head: some Collection<UInt8>) -> MediaType? {
        let head = Array(head.prefix(64))
        for (offset, signature, type) in Self.signatures where head.dropFirst(offset).starts(with: signature) { return type }
        let container = head.count >= 12 ? String(decoding: head[8..<12], as: UTF8.self) : ""
        if head.starts(with: "RIFF".utf8) {
            switch container {
            case "WAVE": return MediaType("audio/wav", "wav")
            case "WEBP": return MediaType("image/webp", "webp")
            default: return nil
            }
        }
        if head.dropFirst(4).starts(with: "ftyp".utf8) {
            // Pictures of the HEIF family share the box with films; they are no kind that is stored.
            if ["hei", "hev", "mif1", "msf1"].contains(where: container.hasPrefix) { return nil }
            if container.hasPrefix("M4A") { return MediaType("audio/mp4", "m4a") }
            return container.hasPrefix("avif") ? MediaType("image/avif", "avif") : MediaType("video/mp4", "mp4")
        }
        if head.starts(with: "OggS".utf8) {
            return MediaType(head.dropFirst(28).starts(with: "OpusHead".utf8) ? "audio/opus" : "audio/ogg", "ogg")
        }
        return nil
    }

    private static let signatures: [(Int, [UInt8], MediaType)] = [
        (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], MediaType("image/png", "png")),
        (0, [0xFF, 0xD8, 0xFF], MediaType("image/jpeg", "jpg")),
        (0, Array("GIF87a".utf8), MediaType("image/gif", "gif")),
        (0, Array("GIF89a".utf8), MediaType("image/gif", "gif")),
        (0, Array("fLaC".utf8), MediaType("audio/flac", "flac")),
        (0, Array("ID3".utf8), MediaType("audio/mpeg", "mp3")),
        (0, [0xFF, 0xFB], MediaType("audio/mpeg", "mp3")),
        (0, [0xFF, 0xF3], MediaType("audio/mpeg", "mp3")),
        (0, [0x1A, 0x45, 0xDF, 0xA3], MediaType("video/webm", "webm")),
    ]
}
