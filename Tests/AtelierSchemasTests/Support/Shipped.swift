import AtelierCore
import AtelierSchemas
import Foundation

/// Schemas folders for tests.
enum Shipped {
    /// The repository's own.
    static func folder() throws -> SchemaFolder {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schemas").path
        let names = (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".json") }.sorted()
        let files = try names.map { SchemaFile(path: $0, bytes: Array(try Data(contentsOf: URL(filePath: "\(root)/\($0)")))) }
        return SchemaFolder(name: "shipped", files: files)
    }

    /// A planner over the shipped folder, after others.
    static func planner(
        _ files: [String: String] = [:],
        backends: [BackendRef] = [],
        _ change: (inout Settings) -> Void = { _ in }
    ) throws -> RunPlanner {
        let own = SchemaFolder(
            name: "own",
            files: files.sorted { $0.key < $1.key }.map { SchemaFile(path: $0.key, bytes: Array($0.value.utf8)) }
        )
        var settings = Settings()
        change(&settings)
        return RunPlanner(Catalogue([own, try Self.folder()]), PlanningRules(settings, backends: [.builtin] + backends))
    }

    static func request(_ schema: String = "dada", _ change: (inout RunRequest) -> Void = { _ in }) -> RunRequest {
        var request = RunRequest(schema: schema, inputText: "a cat on the moon", labels: RunLabels(owner: "anna"))
        request.seed = 7
        change(&request)
        return request
    }
}
