import AtelierCore
import AtelierEngine

/// Runs: accept, read, follow, cancel.
struct RunRoutes: Sendable {
    let site: Site

    init(_ site: Site) { self.site = site }

    private var parts: EngineParts { self.site.runs.parts }

    var routes: [Route] {
        [
            Route("POST", "/api/runs", "Accepts a run; 202 means that it is durable.") { try await self.accept($0) },
            Route("GET", "/api/runs/{run_id}", "One run's record.") { call in
                let record = try await self.site.runs.run(try call.runID(), for: call.caller.sees)
                return .json(try await RunAnswer.make(record, self.parts.store))
            },
            Route("GET", "/api/runs/{run_id}/events", "What happens to a run, as server-sent events.") { try await self.events($0) },
            Route("POST", "/api/runs/{run_id}/cancel", "Cancels a run, its engine included.") { try await self.cancel($0) },
            Route("GET", "/api/runs/{run_id}/entities/{sequence}", "One entity's bytes.") { try await self.entity($0) },
        ]
    }

    private func accept(_ call: RouteCall) async throws -> HTTPResponse {
        let request = try RunBody(try call.object()).request(owner: call.caller.owner)
        let key = try self.idempotency(call)
        let id = try await self.site.runs.submit(request, idempotency: key)
        let record = try await self.site.runs.run(id, for: call.caller.sees)
        let answer: JSON = [
            "run_id": .string(id.text), "status": .string(record.machine.state.outside.rawValue), "links": RunAnswer.links(record),
        ]
        return .json(answer, status: 202, headers: [("Location", "/api/runs/\(id)")])
    }

    private func idempotency(_ call: RouteCall) throws -> (key: String, body: Digest)? {
        guard let key = call.request.headers["Idempotency-Key"] else { return nil }
        guard (1...200).contains(key.utf8.count) else {
            throw Failure(.invalidRequest, "The Idempotency-Key must have 1 to 200 bytes.")
        }
        return (key, Digest(of: call.request.body))
    }

    private func cancel(_ call: RouteCall) async throws -> HTTPResponse {
        let id = try call.runID()
        try await self.site.runs.cancel(id, for: call.caller.sees)
        let record = try await self.site.runs.run(id, for: call.caller.sees)
        return .json(try await RunAnswer.make(record, self.parts.store), status: 202)
    }

    private func entity(_ call: RouteCall) async throws -> HTTPResponse {
        let record = try await self.site.runs.run(try call.runID(), for: call.caller.sees)
        guard let sequence = Int(call.values["sequence"] ?? ""), let entity = record.entities.first(where: { $0.sequence == sequence })
        else {
            throw Failure(.notFound, "The run has no entity '\((call.values["sequence"] ?? "").prefix(20))'.")
        }
        return try await FileAnswer(self.parts.archive).make(entity, of: record.id, for: call.request)
    }

    /// A snapshot, then every durable event after `Last-Event-ID` in order, with news of progress in between.
    private func events(_ call: RouteCall) async throws -> HTTPResponse {
        let id = try call.runID()
        let last = Int(call.request.headers["Last-Event-ID"] ?? "") ?? 0
        // Watched before the first look, so that nothing falls between the two.
        let watch = self.parts.hub.watch(id)
        let record = try await self.site.runs.run(id, for: call.caller.sees)
        let missed = try await self.parts.store.events(of: id, after: last, limit: 1)
        if record.machine.state.isFinal, missed.isEmpty, last > 0 { return HTTPResponse(status: 204) }
        let snapshot = try await RunAnswer.make(record, self.parts.store)
        let stream = ByteStream(limits: self.parts.limits, keepAlive: EventSource.comment) { stream in
            guard stream.write(EventSource.frame(event: "snapshot", data: snapshot.text)) else { return }
            await self.feed(stream, id, after: last, watch)
        }
        return HTTPResponse(headers: EventSource.headers, body: .stream(stream))
    }

    private func feed(_ stream: ByteStream, _ id: RunID, after number: Int, _ watch: ProgressHub.Watch) async {
        var last = number
        do {
            while !stream.isGone, !Task.isCancelled {
                let events = try await self.parts.store.events(of: id, after: last, limit: self.parts.limits.pageRows)
                for event in events {
                    last = event.number
                    var data = event.data
                    data["run_id"] = .string(id.text)
                    data["timestamp"] = .string(event.timestamp.description)
                    let frame = EventSource.frame(id: String(event.number), event: event.kind.rawValue, data: data.text)
                    guard await stream.send(frame) else { return }
                    if event.kind.isLast { return }
                }
                guard events.isEmpty else { continue }
                for case .progress(_, let news) in await watch.next(atMost: .seconds(5), by: self.parts.time) {
                    stream.write(EventSource.frame(event: "progress", data: news.text))
                }
            }
        } catch {
            // The reader comes back with the last id it has; breaking off tells it that this was not the end.
            self.parts.log.failure(error, "An event stream broke off.", ["run_id": .string(id.text)])
            stream.fail()
        }
    }
}

extension JSON {
    /// The value as compact text.
    var text: String { String(decoding: self.canonical, as: UTF8.self) }
}
