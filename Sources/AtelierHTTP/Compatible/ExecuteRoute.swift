import AtelierCore
import AtelierEngine

/// `POST /api/schema/pipeline/execute`: one run to its end in one request.
struct ExecuteRoute: Sendable {
    private let site: Site

    private static let known = RunBody.known + ["user_input", "context_language", "stage4_only"]

    init(_ site: Site) { self.site = site }

    func answer(_ call: RouteCall) async throws -> HTTPResponse {
        let members = try call.object()
        let request = try self.request(members, owner: call.caller.owner)
        let warnings = members.keys.sorted().filter { !Self.known.contains($0) }.map { "The field '\($0)' is not known and was ignored." }
        let id = try await self.site.runs.submit(request)
        let record = try await self.site.runs.follow(id, atMost: self.wait(call.request))
        switch record.machine.state {
        case .blocked where record.state(of: StageKey(1)) == .blocked: return try await self.blocked(record)
        case let state where state.isFinal:
            return .json(try await self.body(record, warnings), headers: [("Location", "/api/runs/\(id)")])
        default:
            let body: JSON = [
                "run_id": .string(id.text), "status": .string(record.machine.state.outside.rawValue), "links": RunAnswer.links(record),
            ]
            return .json(body, status: 202, headers: [("Location", "/api/runs/\(id)")])
        }
    }

    private func request(_ members: [String: JSON], owner: String) throws -> RunRequest {
        var known = members.filter { RunBody.known.contains($0.key) && $0.key != "outputs" && $0.key != "pause_after" }
        // Older pages send the person's words as user_input as well, and the rule's language beside their own.
        known["input_text"] = known["input_text"] ?? members["user_input"]
        known["user_language"] = known["user_language"] ?? members["context_language"]
        known["pause_after"] = members["pause_after"]
        var request = try RunBody(known).request(owner: owner)
        request.skipsInterception = members["stage4_only"]?.bool ?? false
        return request
    }

    /// `Prefer: respond-async` waits not at all, `wait=N` at most N seconds (RFC 7240).
    private func wait(_ request: HTTPRequest) -> Duration {
        let most = Duration.seconds(self.site.runs.parts.limits.executeWaitSeconds)
        var wait = most
        for preference in request.headers.values("Prefer").flatMap({ $0.split(separator: ",") }).map(\.trimmed) {
            if preference == "respond-async" { return .zero }
            if preference.hasPrefix("wait="), let seconds = UInt32(preference.dropFirst(5)) {
                wait = min(most, Duration.seconds(Int(seconds)))
            }
        }
        return wait
    }

    private func blocked(_ record: RunRecord) async throws -> HTTPResponse {
        let problem = record.problem
        let failure = Failure(.blocked, problem?.message ?? "The safety check did not let this through.", hint: problem?.hint)
        let response = HTTPResponse.problem(failure, instance: "/api/runs/\(record.id)", runID: record.id.text)
        return CompatibleErrors.extend(response, failure)
    }

    private func body(_ record: RunRecord, _ warnings: [String]) async throws -> JSON {
        let isFine = [.succeeded, .partial].contains(record.machine.state)
        let media = record.plan.outputs.indices.map { self.media(record, place: $0) }
        let finished = record.stages.filter { $0.machine.state == .finished }.map(\.key.stage)
        var body: JSON = .compact([
            "status": isFine ? "success" : "error",
            "run_id": .string(record.id.text),
            "schema": .string(record.plan.schema),
            "config_name": .string(record.plan.schema),
            "input_text": .string(record.plan.inputText),
            "final_output": .text(try await self.finalText(record)) ?? .null,
            "steps_completed": .integer(Int64(Set(finished).count)),
            "execution_time": .number(Self.seconds(of: record)),
            "execution_mode": .string(record.plan.executionMode.rawValue),
            "safety_level": .string(record.plan.safety.effective.rawValue),
            "requested_safety_level": .string(record.plan.safety.requested.rawValue),
            "metadata": ["run_status": .string(record.machine.state.rawValue), "seed": .integer(Int64(record.plan.seed))],
            "error": .text(record.problem?.message),
            "warnings": warnings.isEmpty ? nil : .array(warnings.map(JSON.string)),
        ])
        if media.count == 1 {
            body["media_output"] = media[0]
        } else if media.count > 1 {
            body["media_outputs"] = .array(media)
            body["media_output_count"] = .integer(Int64(media.count))
        }
        return body
    }

    private func media(_ record: RunRecord, place: Int) -> JSON {
        let plan = record.plan.outputs[place]
        let stored = record.outputs.first { $0.index == plan.index }
        let error = record.stages.first { $0.key.output == place && $0.machine.state.isOver && $0.machine.state != .finished }
        let status: String
        switch (stored, error?.machine.state) {
        case (.some, _): status = "success"
        case (nil, .blocked): status = "blocked"
        case (nil, .failed): status = "error"
        default: status = "not_available"
        }
        return .compact([
            "config": .string(plan.config), "status": .string(status), "run_id": .string(record.id.text),
            "output": .text(stored.map { RunAnswer.media($0, of: record.id) }) ?? .null,
            "media_type": .string(plan.medium.rawValue), "media_stored": .bool(stored != nil),
            "execution_time": .number(Self.seconds(of: record)), "metadata": stored?.entity.draft.metadata ?? [:],
            "reason": status == "blocked" ? .text(record.problem?.message) : nil,
            "error": status == "error" ? .text(record.problem?.message) : nil,
        ])
    }

    private func finalText(_ record: RunRecord) async throws -> String? {
        guard let entity = record.entities.last(where: { $0.draft.key.type == .interception }) else { return nil }
        let bytes = try await self.site.runs.parts.archive.read(entity.filename, of: record.id)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func seconds(of record: RunRecord) -> Double {
        Double(record.updated.milliseconds - record.timestamp.milliseconds) / 1000
    }
}
