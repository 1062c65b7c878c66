import AtelierCore
import AtelierEngine

/// Whether the server lives, and whether it can work.
struct HealthRoutes: Sendable {
    let site: Site

    init(_ site: Site) { self.site = site }

    var routes: [Route] {
        [
            Route("GET", "/healthz", "Whether the process lives.") { _ in .json(["status": "ok"]) },
            Route("GET", "/readyz", "Whether runs can be accepted.") { _ in try await self.ready() },
        ]
    }

    private func ready() async throws -> HTTPResponse {
        guard self.site.isReady() else {
            throw Failure(.storeUnavailable, "The server is stopping.", hint: "Try again in a moment.")
        }
        let parts = self.site.runs.parts
        let counts = try await parts.store.counts()
        let free = try await parts.archive.freeBytes()
        guard free >= parts.limits.diskReserveBytes else {
            throw Failure(.noSpace, "The disk of the archive is full.", hint: "Free some space.")
        }
        return .json([
            "status": "ready", "queued": .integer(Int64(counts.queued)), "running": .integer(Int64(counts.running)),
            "waiting": .integer(Int64(counts.waiting)),
        ])
    }
}

extension HTTPResponse {
    /// A JSON answer that is not to be kept by anybody.
    static func json(_ value: JSON, status: Int = 200, headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + headers,
            body: .bytes(value.canonical)
        )
    }
}
