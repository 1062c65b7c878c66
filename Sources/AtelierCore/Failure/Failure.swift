/// What went wrong, in the one shape that API, events, log and entities share.
///
/// A failure is made where the cause is known, travels unchanged, and surfaces once in each of the four places. The code decides HTTP
/// status, exit code and whether a retry makes sense (`Failure+Policy.swift`); the sentence is for a person.
package struct Failure: Error, Sendable {
    /// Which of the contract's codes it is.
    package var code: Code
    /// One sentence for a person: what happened.
    ///
    /// Never holds a secret or a person's text.
    package var message: String
    /// What the person can do about it.
    package var hint: String?
    /// What lies behind it; for the log only.
    package var cause: (any Error)?
    /// Overrides the table's answer where the contract says "as said".
    package var retryable: Bool?
    /// Where it was made.
    package var fileID: String
    /// The line where it was made.
    package var line: Int

    /// Makes a failure at the place of the call.
    package init(
        _ code: Code,
        _ message: String,
        hint: String? = nil,
        cause: (any Error)? = nil,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
        self.fileID = fileID
        self.line = line
    }
}

extension Failure: CustomStringConvertible, CustomDebugStringConvertible {
    /// Short and safe to show.
    package var description: String { "\(self.code.rawValue): \(self.message)" }

    /// For the log: adds place and cause.
    package var debugDescription: String {
        let cause = self.cause.map { " (cause: \(String(reflecting: $0)))" } ?? ""
        return "\(self.description) at \(self.fileID):\(self.line)\(cause)"
    }
}

extension Failure {
    /// Any error as a failure: itself where it is one, else `internal` with the error as its cause.
    package init(wrapping error: any Error, fileID: String = #fileID, line: Int = #line) {
        if let failure = error as? Failure {
            self = failure
        } else {
            self.init(
                .internalError,
                "Something went wrong inside Atelier.",
                hint: "Look into the log for the cause.",
                cause: error,
                fileID: fileID,
                line: line
            )
        }
    }

    /// An unknown name, with the nearest known one as the hint.
    ///
    /// - Parameters:
    ///   - code: One of the `unknown_…` codes.
    ///   - thing: What the name should have named, for example "schema".
    ///   - name: The name that was given.
    ///   - known: Every name that would have been right.
    ///   - fileID: Where the failure is made.
    ///   - line: The line where it is made.
    /// - Returns: The failure.
    package static func unknown(
        _ code: Code,
        thing: String,
        name: String,
        known: some Sequence<String>,
        fileID: String = #fileID,
        line: Int = #line
    ) -> Failure {
        let shown = String(name.prefix(64))
        let hint: String
        if let nearest = Nearest.name(to: name, among: known) {
            hint = "Did you mean '\(nearest)'?"
        } else {
            let some = known.sorted().prefix(12).joined(separator: ", ")
            hint = some.isEmpty ? "There is none to choose from." : "Known: \(some)."
        }
        return Failure(code, "There is no \(thing) '\(shown)'.", hint: hint, fileID: fileID, line: line)
    }
}
