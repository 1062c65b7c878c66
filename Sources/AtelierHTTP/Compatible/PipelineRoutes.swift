import AtelierCore
import AtelierEngine

/// The routes of the earlier systems that pages and scripts still call: `execute`, status, entities, files.
struct PipelineRoutes: Sendable {
    let site: Site

    init(_ site: Site) { self.site = site }

    private var archive: any Archive { self.site.runs.parts.archive }

    var routes: [Route] {
        [
            Route("POST", "/api/schema/pipeline/execute", "Runs to the end and answers with everything.", isCompatible: true) { call in
                try await ExecuteRoute(self.site).answer(call)
            },
            Route("GET", "/api/pipeline/{run_id}/status", "How far a run is.", isCompatible: true) { call in
                .json(Self.status(try await self.record(call)))
            },
            Route("GET", "/api/pipeline/{run_id}/entities", "What a run holds.", isCompatible: true) { call in
                let record = try await self.record(call)
                let entities = record.entities.map { Self.entity($0, of: record.id) }
                return .json([
                    "run_id": .string(record.id.text), "entity_count": .integer(Int64(entities.count)), "entities": .array(entities),
                ])
            },
            Route("GET", "/api/pipeline/{run_id}/entity/{type}", "The first entity of a type.", isCompatible: true) { call in
                let type = call.values["type"] ?? ""
                return try await self.file(call) { $0.draft.key.type.rawValue == type }
            },
            Route("GET", "/api/pipeline/{run_id}/file/{filename}", "A file of a run by its name.", isCompatible: true) { call in
                let name = call.values["filename"] ?? ""
                return try await self.file(call) { $0.filename == name }
            },
        ]
    }

    private func record(_ call: RouteCall) async throws -> RunRecord {
        try await self.site.runs.run(try call.runID(), for: call.caller.sees)
    }

    private func file(_ call: RouteCall, where isWanted: (Entity) -> Bool) async throws -> HTTPResponse {
        let record = try await self.record(call)
        guard let entity = record.entities.first(where: isWanted) else {
            let code: Failure.Code = record.machine.state.isFinal ? .notFound : .notYet
            throw Failure(code, "The run holds no such entity\(code == .notYet ? " yet" : "").")
        }
        return try await FileAnswer(self.archive).make(entity, of: record.id, for: call.request)
    }

    private static func status(_ record: RunRecord) -> JSON {
        let expected = record.plan.expectedOutputs.map(\.rawValue)
        let completed = record.entities.map(\.draft.key.type.rawValue)
        var left = completed
        let next = expected.first { type in
            guard let place = left.firstIndex(of: type) else { return true }
            left.remove(at: place)
            return false
        }
        return [
            "run_id": .string(record.id.text),
            "current_state": RunDocument.currentState(of: record),
            "expected_outputs": .array(expected.map(JSON.string)),
            "completed_outputs": .array(completed.map(JSON.string)),
            "next_expected": .text(record.machine.state.isFinal ? nil : next) ?? .null,
            "entities": .array(record.entities.map { Self.entity($0, of: record.id) }),
        ]
    }

    private static func entity(_ entity: Entity, of id: RunID) -> JSON {
        var document = entity.document
        document["url"] = .string("/api/runs/\(id)/entities/\(entity.sequence)")
        return document
    }
}
