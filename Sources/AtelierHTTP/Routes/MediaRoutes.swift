import AtelierCore
import AtelierEngine

/// Outputs, from the archive only: an engine is never asked to hide a loss.
struct MediaRoutes: Sendable {
    let site: Site

    init(_ site: Site) { self.site = site }

    var routes: [Route] {
        let media = Medium.allCases.filter { $0 != .text }.flatMap { medium in
            ["", "/{index}"].map { index in
                Route("GET", "/api/media/\(medium.rawValue)/{run_id}\(index)", "An output's bytes.", isCompatible: true) { call in
                    try await self.output(medium, call)
                }
            }
        }
        return media + [
            Route("GET", "/api/media/info/{run_id}", "What a run made.", isCompatible: true) { try await self.info($0) }
        ]
    }

    private func output(_ medium: Medium, _ call: RouteCall) async throws -> HTTPResponse {
        let record = try await self.site.runs.run(try call.runID(), for: call.caller.sees)
        let index = call.values["index"] ?? "0"
        guard let place = Int(index), let planned = record.plan.outputs.firstIndex(where: { $0.holds(place) }),
            record.plan.outputs[planned].medium == medium
        else {
            throw Failure(.notFound, "The run has no output \(index.prefix(20)) of medium '\(medium.rawValue)'.")
        }
        guard let stored = record.outputs.first(where: { $0.index == place }) else {
            guard record.machine.state.isFinal else {
                throw Failure(.notYet, "The output is not made yet.", hint: "Follow the run's events.")
            }
            throw Failure(.notFound, "The output was not made: the run is \(record.machine.state.rawValue).", hint: record.problem?.message)
        }
        return try await FileAnswer(self.site.runs.parts.archive).make(stored.entity, of: record.id, for: call.request)
    }

    private func info(_ call: RouteCall) async throws -> HTTPResponse {
        let record = try await self.site.runs.run(try call.runID(), for: call.caller.sees)
        let outputs = record.outputs.map { output -> JSON in
            let metadata = output.entity.draft.metadata
            return .compact([
                "type": .string(output.medium.rawValue), "filename": .string(output.entity.filename),
                "backend": .string(output.plan.backend.id), "config": .string(output.plan.config),
                "file_size_bytes": .integer(Int64(output.entity.draft.bytes)),
                "format": .string(output.entity.draft.media.fileExtension),
                "width": metadata["width"], "height": metadata["height"], "duration_seconds": metadata["duration_seconds"],
            ])
        }
        return .json([
            "run_id": .string(record.id.text), "schema": .string(record.plan.schema),
            "execution_mode": .string(record.plan.executionMode.rawValue), "timestamp": .string(record.timestamp.description),
            "outputs": .array(outputs),
        ])
    }
}

extension OutputPlan {
    /// Whether a file of that index belongs to this output.
    fileprivate func holds(_ index: Int) -> Bool { (self.index..<self.index + self.count).contains(index) }
}
