import AtelierCore
import AtelierEngine

/// Serves a file of the archive: strong `ETag`, `If-None-Match`, `Range`, for ever cacheable.
struct FileAnswer: Sendable {
    private let archive: any Archive

    init(_ archive: any Archive) { self.archive = archive }

    /// The answer for an entity's bytes.
    ///
    /// - Throws: ``Failure`` with `missing` when the file is gone, `corrupt` when it has another length than was recorded.
    func make(_ entity: Entity, of run: RunID, for request: HTTPRequest) async throws -> HTTPResponse {
        guard let file = try await self.archive.locate(entity.filename, of: run) else {
            throw Failure(.missing, "The file '\(entity.filename)' of the run is gone from the archive.", hint: "Run 'atelier audit'.")
        }
        guard file.bytes == entity.draft.bytes else {
            throw Failure(.corrupt, "The file '\(entity.filename)' of the run is not what was recorded.", hint: "Run 'atelier audit'.")
        }
        let tag = EntityTag(entity.draft.sha256.hex)
        var headers = [
            ("ETag", tag.field), ("Cache-Control", "private, max-age=31536000, immutable"), ("Accept-Ranges", "bytes"),
            // Whatever a browser could run must not run with our origin's rights.
            ("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ]
        if tag.matches(ifNoneMatch: request.headers.values("If-None-Match")) { return HTTPResponse(status: 304, headers: headers) }
        headers.append(("Content-Type", entity.draft.media.mimeType))
        let size = UInt64(file.bytes)
        let range = tag.allowsRange(ifRange: request.headers["If-Range"]) ? ByteRange.parse(request.headers["Range"], size: size) : .whole
        if let field = range.contentRange(size: size) { headers.append(("Content-Range", field)) }
        switch range {
        case .whole: return HTTPResponse(headers: headers, body: .file(path: file.path, offset: 0, count: size))
        case .part(let offset, let count):
            return HTTPResponse(status: 206, headers: headers, body: .file(path: file.path, offset: offset, count: count))
        case .unsatisfiable: return HTTPResponse(status: 416, headers: headers)
        }
    }
}
