import AtelierCore
import CMedia
import Glibc

/// Reads a file to its end as the medium that it should be; runs inside a worker.
struct Decoder {
    let memory: UInt64
    let pixels: Int

    /// What the file is.
    ///
    /// - Throws: ``Failure`` with `output_invalid` or `too_large`.
    func facts(of path: String, as medium: Medium) throws -> MediaFacts {
        switch medium {
        case .code, .text: return try TextCheck.facts(of: path, as: medium)
        case .image, .audio, .music, .video: break
        }
        let head = try FileBytes.read(path, limit: 64)
        guard !head.isEmpty else { throw Failure(.outputInvalid, "The file is empty.") }
        guard let type = MediaType.sniffed(from: head) else {
            throw Failure(.outputInvalid, "The file is no \(medium.rawValue): its first bytes are of no known kind.")
        }
        guard type.mimeType.hasPrefix(Self.family(of: medium)) else {
            throw Failure(.outputInvalid, "The file is \(type.mimeType), which is no \(medium.rawValue).")
        }
        return medium == .image ? try self.picture(path, type) : try FFmpeg(memory: self.memory, pixels: self.pixels).facts(path, type)
    }

    private static func family(of medium: Medium) -> String {
        switch medium {
        case .image: "image/"
        case .audio, .music: "audio/"
        case .video: "video/"
        case .code, .text: "text/"
        }
    }

    private func picture(_ path: String, _ type: MediaType) throws -> MediaFacts {
        try Self.startOnce.get()
        var (width, height): (Int32, Int32) = (0, 0)
        var why = [CChar](repeating: 0, count: 512)
        let mayMove = type.fileExtension == "gif" || type.fileExtension == "webp"
        switch cm_decode(path, mayMove ? 1 : 0, Int64(self.pixels), &width, &height, &why, why.count) {
        case 0:
            return MediaFacts(type: type, width: Int(width), height: Int(height))
        case 2:
            throw Failure(.tooLarge, "The picture has more than \(self.pixels) pixels (\(width) × \(height)).")
        default:
            let said = String(decoding: why.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Failure(
                .outputInvalid,
                "The \(type.fileExtension.uppercased()) file is damaged or cut off and does not decode.",
                cause: WorkerCause(text: said)
            )
        }
    }

    private static let startOnce = Result<Void, Failure> { () throws(Failure) in
        guard cm_vips_start() == 0 else { throw Failure(.internalError, "libvips could not be started.") }
    }
}

/// Reads files without Foundation.
enum FileBytes {
    /// Reads at most `limit` bytes.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(.outputInvalid, "The file cannot be opened.", cause: WorkerCause(text: "open: errno \(errno)"))
        }
        defer { close(descriptor) }
        return try Self.read(descriptor, limit: limit)
    }

    /// Reads a descriptor to its end, or to `limit` bytes.
    static func read(_ descriptor: Int32, limit: Int) throws -> [UInt8] {
        var (result, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while result.count < limit {
            let count = Glibc.read(descriptor, &part, min(part.count, limit - result.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(.outputInvalid, "The file cannot be read.", cause: WorkerCause(text: "read: errno \(errno)"))
            }
            if count == 0 { break }
            result += part.prefix(count)
        }
        return result
    }
}
