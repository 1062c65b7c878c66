import AtelierCore

/// What `run --json` and `show --json` print: the run's record with its folder and where each output lies.
enum RunReport {
    static func make(_ record: JSON, in data: DataDirectory) throws -> JSON {
        guard let id = record["run_id"]?.string.flatMap({ RunID($0) }) else {
            throw Failure(.internalError, "The record has no run id.")
        }
        let folder = "\(data.archive)/\(id.folder)"
        var report = record
        report["folder"] = .string(folder)
        let outputs = (record["entities"]?.array ?? []).filter { $0["type"]?.string?.hasPrefix("output_") == true }
        report["outputs"] = .array(
            outputs.map { entity in
                .compact([
                    "type": entity["type"], "filename": entity["filename"],
                    "path": .string("\(folder)/\(entity["filename"]?.string ?? "")"),
                    "mime_type": entity["mime_type"], "bytes": entity["bytes"], "sha256": entity["sha256"],
                ])
            }
        )
        return report
    }

    /// The lines for people.
    static func lines(_ report: JSON) -> [String] {
        var lines = ["run     \(report["run_id"]?.string ?? "")", "status  \(report["status"]?.string ?? "")"]
        lines.append("folder  \(report["folder"]?.string ?? "")")
        for output in report["outputs"]?.array ?? [] { lines.append("made    \(output["path"]?.string ?? "")") }
        if let error = report["error"], let message = error["message"]?.string {
            lines.append("why     \(message)")
            if let hint = error["hint"]?.string { lines.append("        \(hint)") }
        }
        return lines
    }

    /// The exit code of a run's status.
    static func exit(_ report: JSON) -> Int32 {
        switch report["status"]?.string {
        case "succeeded", "waiting", "queued", "running": 0
        case "blocked": 3
        default: 1
        }
    }
}
