package import AtelierCore
package import AtelierEngine

/// One route: method, path with `{names}`, and what answers.
struct Route: Sendable {
    var method: String
    var path: String
    /// What it is for, in a sentence.
    var summary: String
    /// Whether its errors carry the fields that older clients look for.
    var isCompatible: Bool
    var answer: @Sendable (RouteCall) async throws -> HTTPResponse

    init(
        _ method: String,
        _ path: String,
        _ summary: String,
        isCompatible: Bool = false,
        _ answer: @escaping @Sendable (RouteCall) async throws -> HTTPResponse
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.isCompatible = isCompatible
        self.answer = answer
    }

    /// The values of the path's names; nil when the path is another one.
    func match(_ path: [Substring]) -> [String: String]? {
        let pattern = self.path.split(separator: "/")
        guard pattern.count == path.count else { return nil }
        var values: [String: String] = [:]
        for (name, part) in zip(pattern, path) {
            if name.hasPrefix("{") {
                values[String(name.dropFirst().dropLast())] = String(part)
            } else if name != part {
                return nil
            }
        }
        return values
    }
}

/// A request that a route answers, with who sent it.
struct RouteCall: Sendable {
    var request: HTTPRequest
    var values: [String: String]
    var caller: Caller

    /// A run's id out of the path.
    ///
    /// - Throws: ``Failure`` with `not_found`: what is no id names no run.
    func runID(_ name: String = "run_id") throws -> RunID {
        let text = self.values[name] ?? ""
        guard let id = RunID(text) else { throw Failure(.notFound, "There is no run '\(text.prefix(64))'.") }
        return id
    }

    /// The body as a JSON object, whatever content type it was sent under.
    ///
    /// - Throws: ``Failure`` with `invalid_request`.
    func object() throws -> [String: JSON] {
        guard let members = try JSON(parsing: self.request.body).object else {
            throw Failure(.invalidRequest, "The body must be a JSON object.")
        }
        return members
    }
}

/// Finds the route of a request, checks the caller, and turns failures into problems: the one place where errors meet HTTP.
package struct Router: HTTPHandler {
    private let routes: [Route]
    private let access: Access
    private let limits: Limits
    private let log: any Log

    /// Every route over an Atelier.
    package init(_ site: Site) {
        self.routes = HealthRoutes(site).routes + RunRoutes(site).routes + PipelineRoutes(site).routes + MediaRoutes(site).routes
        self.access = Access(site.server)
        self.limits = site.runs.parts.limits
        self.log = site.runs.parts.log
    }

    package func bodyLimit(method: String, path: String) -> Int { self.limits.bodyBytes }

    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true)
        let found = self.routes.compactMap { route in route.match(path).map { (route: route, values: $0) } }
        do {
            guard !found.isEmpty else { throw Failure(.notFound, "There is nothing at '\(request.path.prefix(200))'.") }
            let method = request.method == "HEAD" ? "GET" : request.method
            guard let (route, values) = found.first(where: { $0.route.method == method }) else {
                return Self.notAllowed(found.map(\.route.method), request)
            }
            let caller = try self.access.check(request)
            return try await self.answer(route, RouteCall(request: request, values: values, caller: caller))
        } catch {
            return self.problem(error, request, isCompatible: found.first?.route.isCompatible ?? false)
        }
    }

    private func answer(_ route: Route, _ call: RouteCall) async throws -> HTTPResponse {
        do {
            return try await route.answer(call)
        } catch {
            return self.problem(error, call.request, isCompatible: route.isCompatible, runID: call.values["run_id"])
        }
    }

    private func problem(_ error: any Error, _ request: HTTPRequest, isCompatible: Bool, runID: String? = nil) -> HTTPResponse {
        let failure = error is CancellationError ? Self.stopping : Failure(wrapping: error)
        if failure.policy.status >= 500 { self.log.failure(failure, "A request failed.", ["method": .string(request.method)]) }
        let status = isCompatible ? CompatibleErrors.status(of: failure) : nil
        let response = HTTPResponse.problem(failure, status: status, instance: request.path, runID: runID.flatMap { RunID($0)?.text })
        return isCompatible ? CompatibleErrors.extend(response, failure) : response
    }

    /// A handler is cancelled when its client is gone or when the server's time to stop is over; only the second is read by anybody.
    private static var stopping: Failure {
        Failure(.storeUnavailable, "The server is stopping; what was accepted goes on at its next start.", hint: "Try again in a moment.")
    }

    private static func notAllowed(_ methods: [String], _ request: HTTPRequest) -> HTTPResponse {
        let allowed = Set(methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }).sorted().joined(separator: ", ")
        let failure = Failure(.invalidRequest, "\(request.method.prefix(20)) is not possible here.", hint: "Possible: \(allowed).")
        var response = HTTPResponse.problem(failure, status: 405, instance: request.path)
        response.headers.append(("Allow", allowed))
        return response
    }
}

/// What the routes stand on.
package struct Site: Sendable {
    package var runs: Runs
    package var server: ServerSettings
    package var isReady: @Sendable () -> Bool

    /// Collects it.
    package init(runs: Runs, server: ServerSettings, isReady: @escaping @Sendable () -> Bool) {
        self.runs = runs
        self.server = server
        self.isReady = isReady
    }
}
