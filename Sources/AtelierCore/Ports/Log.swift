/// Takes log lines.
///
/// Messages are fixed sentences; what varies goes into fields of bounded kinds. No secret and no person's text.
package protocol Log: Sendable {
    /// Writes one line.
    func write(_ level: LogLevel, _ message: String, _ fields: [String: JSON])
}

/// How much a log line matters.
package enum LogLevel: String, Sendable, Comparable, CaseIterable {
    case debug
    case info
    case warning
    case error

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        (Self.allCases.firstIndex(of: left) ?? 0) < (Self.allCases.firstIndex(of: right) ?? 0)
    }
}

extension Log {
    /// A line for the record.
    package func info(_ message: String, _ fields: [String: JSON] = [:]) { self.write(.info, message, fields) }

    /// A line about a failure, with its code, place and cause.
    package func failure(_ error: any Error, _ message: String, _ fields: [String: JSON] = [:]) {
        let failure = Failure(wrapping: error)
        var fields = fields
        fields["code"] = .string(failure.code.rawValue)
        fields["error"] = .string(failure.debugDescription)
        self.write(.error, message, fields)
    }
}
