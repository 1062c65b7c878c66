import AtelierCore
import Testing

/// The contract's table, literally: code, HTTP status, exit code, whether a retry makes sense.
@Suite struct PolicyTests {
    static let table: [(code: String, status: Int, exit: Int32, retry: Bool)] = [
        ("invalid_request", 422, 2, false), ("safety_model_missing", 422, 2, false), ("unknown_schema", 422, 2, false),
        ("unknown_output_config", 422, 2, false), ("unknown_backend", 422, 2, false), ("unknown_model", 422, 2, false),
        ("unknown_medium", 422, 2, false), ("unknown_safety_level", 422, 2, false), ("unknown_execution_mode", 422, 2, false),
        ("unknown_field", 422, 2, false), ("unknown_setting", 422, 2, false), ("unknown_command", 422, 2, false),
        ("unknown_option", 422, 2, false), ("too_large", 413, 2, false), ("unauthenticated", 401, 1, false), ("forbidden", 403, 1, false),
        ("quarantined", 403, 1, false), ("not_found", 404, 1, false), ("not_yet", 404, 1, true), ("format_unavailable", 404, 1, false),
        ("deleted", 410, 1, false), ("missing", 410, 1, false), ("conflict", 409, 1, false), ("expired", 409, 1, false),
        ("blocked", 403, 3, false), ("rate_limited", 429, 1, true), ("backend_unavailable", 503, 1, true),
        ("store_unavailable", 503, 1, true), ("backend_rejected", 502, 1, false), ("output_invalid", 502, 1, false),
        ("outcome_unknown", 502, 1, false), ("timed_out", 504, 1, true), ("no_space", 507, 1, false), ("internal", 500, 1, false),
        ("corrupt", 500, 1, false), ("refused_start", 500, 2, false),
    ]

    @Test(arguments: table)
    func `a code means what the contract says`(_ row: (code: String, status: Int, exit: Int32, retry: Bool)) throws {
        let policy = try #require(Failure.Code(rawValue: row.code)).policy
        #expect(policy.status == row.status)
        #expect(policy.exit == row.exit)
        #expect(policy.retry == row.retry)
    }

    @Test func `the table has every code, once`() {
        #expect(Self.table.map(\.code).sorted() == Failure.Code.allCases.map(\.rawValue).sorted())
    }

    @Test func `a failure may say for itself whether a retry makes sense`() {
        var failure = Failure(.backendRejected, "Too many at once.")
        #expect(!failure.policy.retry)
        failure.retryable = true
        #expect(failure.policy.retry)
        #expect(failure.policy.status == 502)
        #expect(Problem(failure).retryable)
    }

    @Test func `a failure travels unchanged, any other error becomes internal`() {
        struct Odd: Error {}
        let failure = Failure(.conflict, "No.", hint: "Yes.")
        #expect(Failure(wrapping: failure).debugDescription == failure.debugDescription)
        let wrapped = Failure(wrapping: Odd())
        #expect(wrapped.code == .internalError)
        #expect(wrapped.cause is Odd)
        #expect(!wrapped.description.contains("Odd"))
        #expect(wrapped.debugDescription.contains("Odd"))
    }

    @Test func `an unknown name is shown short, with the nearest one or what there is`() {
        let near = Failure.unknown(.unknownSchema, thing: "schema", name: "dadda", known: ["dada", "haiku"])
        #expect(near.hint == "Did you mean 'dada'?")
        let far = Failure.unknown(.unknownSchema, thing: "schema", name: String(repeating: "x", count: 999), known: ["dada"])
        #expect(far.message.count < 100)
        #expect(far.hint == "Known: dada.")
        #expect(Failure.unknown(.unknownSchema, thing: "schema", name: "x", known: []).hint == "There is none to choose from.")
    }
}
