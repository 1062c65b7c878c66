import AtelierCore
import AtelierEngine

/// The one record shape of every answer about a run: `metadata.json`'s fields with `links` and `queue_position`.
enum RunAnswer {
    static func make(_ record: RunRecord, _ store: any RunStore) async throws -> JSON {
        var answer = try RunDocument.make(record)
        answer["links"] = Self.links(record)
        answer["queue_position"] = .whole(try await store.queuePosition(of: record.id)) ?? .null
        return answer
    }

    /// Addresses that can all be fetched with GET now.
    static func links(_ record: RunRecord) -> JSON {
        let id = record.id.text
        return [
            "self": .string("/api/runs/\(id)"), "events": .string("/api/runs/\(id)/events"),
            "status": .string("/api/pipeline/\(id)/status"), "entities": .string("/api/pipeline/\(id)/entities"),
            "info": .string("/api/media/info/\(id)"),
            "media": .array(record.outputs.map { .string(Self.media($0, of: record.id)) }),
        ]
    }

    /// The address of an output; a text has no media route and is served as the entity that it is.
    static func media(_ output: StoredOutput, of id: RunID) -> String {
        output.medium == .text
            ? "/api/runs/\(id)/entities/\(output.entity.sequence)" : "/api/media/\(output.medium.rawValue)/\(id)/\(output.index)"
    }
}
