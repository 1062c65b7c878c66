package import AtelierCore

/// The engine that needs nothing installed: procedures that artists made, no models.
///
/// Deterministic: same build and packages, text, schema and seed give the same bytes.
package struct BuiltInBackend: TextBackend, MediaBackend {
    private let procedures: any Procedures

    /// The names of the text procedures.
    package static let textProcedures = ["cutup"]

    /// Draws and composes with these.
    package init(procedures: any Procedures) { self.procedures = procedures }

    package func complete(_ order: TextOrder, progress: ProgressSink) async throws -> TextAnswer {
        guard order.model == "cutup" else {
            throw Failure.unknown(.unknownModel, thing: "text procedure", name: order.model, known: Self.textProcedures)
        }
        let text = CutUp.perform(order.prompt, seed: UInt64(order.seed))
        progress(["text": .string(text)])
        return TextAnswer(text: text, metadata: self.metadata(order.model, seed: order.seed))
    }

    package func generate(_ order: MediaOrder, progress: ProgressSink) async throws -> [GeneratedFile] {
        let output = order.output
        progress(["step": 0, "steps": 1])
        let bytes = try await self.procedures.perform(
            ProcedureOrder(
                procedure: output.model,
                text: order.text,
                schema: order.schema,
                seed: output.seed,
                width: Int(output.parameters["width"]?.integer ?? 1024),
                height: Int(output.parameters["height"]?.integer ?? 1024)
            )
        )
        return [GeneratedFile(content: .bytes(bytes), metadata: self.metadata(output.model, seed: output.seed))]
    }

    private func metadata(_ procedure: String, seed: UInt32) -> [String: JSON] {
        ["backend": "builtin", "procedure": .string(procedure), "seed": .integer(Int64(seed))]
    }
}
