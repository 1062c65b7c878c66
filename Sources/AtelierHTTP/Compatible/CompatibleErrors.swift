import AtelierCore

/// What older clients expect of an error beside the problem's own fields: `status: "error"` and `error`, and their statuses.
enum CompatibleErrors {
    /// 400 for a missing or wrong field, 404 for an unknown schema, else the code's own.
    static func status(of failure: Failure) -> Int? {
        switch failure.code {
        case .invalidRequest: 400
        case .unknownSchema: 404
        default: nil
        }
    }

    /// Adds the fields to a problem.
    static func extend(_ response: HTTPResponse, _ failure: Failure) -> HTTPResponse {
        guard case .bytes(let bytes) = response.body, var body = try? JSON(parsing: bytes) else { return response }  // tidy: we wrote it
        body["status"] = "error"
        body["error"] = .string(failure.message)
        var response = response
        response.body = .bytes(body.canonical)
        return response
    }
}
