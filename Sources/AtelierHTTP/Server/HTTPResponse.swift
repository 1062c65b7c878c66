package import AtelierCore

/// What a handler answers.
package struct HTTPResponse: Sendable {
    /// What comes after the headers.
    package enum Body: Sendable {
        /// Nothing.
        case empty
        /// Bytes in memory.
        case bytes([UInt8])
        /// `count` bytes of a regular file from `offset` on, sent by the kernel. A file that is missing or too short is answered by a
        /// problem (`missing`, `corrupt`) instead.
        case file(path: String, offset: UInt64, count: UInt64)
        /// Bytes that come over time.
        case stream(ByteStream)
    }

    /// The status, 200…599.
    package var status: Int
    /// Fields to send.
    ///
    /// `Content-Length`, `Transfer-Encoding`, `Connection`, `Date` and `X-Content-Type-Options` are the server's and are left out;
    /// so is, with a log line, a field whose name or value cannot be one (CR, LF, NUL).
    package var headers: [(String, String)]
    /// The body; not sent for HEAD, 204 and 304.
    package var body: Body

    /// A response.
    package init(status: Int = 200, headers: [(String, String)] = [], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A failure as RFC 9457 problem JSON with the members of the contract, `no-store`.
    ///
    /// - Parameters:
    ///   - failure: What went wrong; its cause is not shown.
    ///   - status: Overrides the code's own status, for example 400 for a request that is not HTTP.
    ///   - instance: The path that was asked for.
    ///   - runID: The run it is about.
    /// - Returns: The response.
    package static func problem(_ failure: Failure, status: Int? = nil, instance: String? = nil, runID: String? = nil) -> HTTPResponse {
        let status = status ?? failure.policy.status
        var members: [(String, String)] = [
            ("type", JSONText.quoted("/problems/\(failure.code.rawValue)")),
            ("title", JSONText.quoted(Self.reason(status))),
            ("status", "\(status)"),
            ("detail", JSONText.quoted(failure.message)),
            ("code", JSONText.quoted(failure.code.rawValue)),
            ("retryable", failure.policy.retry ? "true" : "false"),
        ]
        let optional = [("instance", instance), ("hint", failure.hint), ("run_id", runID)]
        members += optional.compactMap { name, value in value.map { (name, JSONText.quoted($0)) } }
        let text = "{" + members.map { "\(JSONText.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
        let headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
        return HTTPResponse(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }

    /// The usual words for a status.
    package static func reason(_ status: Int) -> String {
        let words = [
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
            410: "Gone", 413: "Content Too Large", 422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error",
            501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 507: "Insufficient Storage",
        ]
        return words[status] ?? "Status \(status)"
    }
}

/// The little JSON this layer writes itself.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
