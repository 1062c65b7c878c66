import AtelierCore
import Glibc

/// Standard output and standard error, as the person sees them.
struct Terminal: Sendable {
    /// Whether standard output takes one JSON value and nothing else.
    let isJSON: Bool
    /// Whether somebody watches.
    let isInteractive: Bool

    init(isJSON: Bool) {
        self.isJSON = isJSON
        self.isInteractive = isatty(STDERR_FILENO) == 1
    }

    /// A line for people on standard output; silent with `--json`.
    func line(_ text: String) { if !self.isJSON { Self.write(text + "\n", to: STDOUT_FILENO) } }

    /// The JSON value of `--json`, or lines for people.
    func result(_ value: @autoclosure () throws -> JSON, lines: () -> [String]) throws {
        if self.isJSON {
            Self.write(String(decoding: try JSON.encode(value(), pretty: true), as: UTF8.self) + "\n", to: STDOUT_FILENO)
        } else {
            lines().forEach(self.line)
        }
    }

    /// How far something is: a line that is written over where somebody watches, plain lines into a pipe.
    func progress(_ text: String) {
        if self.isInteractive {
            Self.write("\r\u{1B}[K" + text, to: STDERR_FILENO)
        } else if !self.isJSON {
            Self.write(text + "\n", to: STDERR_FILENO)
        }
    }

    /// Clears the progress line.
    func endProgress() { if self.isInteractive { Self.write("\r\u{1B}[K", to: STDERR_FILENO) } }

    /// Says what went wrong, once.
    ///
    /// - Returns: The exit code.
    func report(_ error: any Error) -> Int32 {
        let failure = Failure(wrapping: error)
        self.endProgress()
        Self.write("atelier: \(failure.message)\n" + (failure.hint.map { "  \($0)\n" } ?? ""), to: STDERR_FILENO)
        if failure.code == .internalError { Self.write("  (\(failure.debugDescription))\n", to: STDERR_FILENO) }
        if self.isJSON, let problem = try? JSON(Problem(failure)) {  // tidy: a problem holds nothing that JSON cannot
            Self.write(String(decoding: problem.canonical, as: UTF8.self) + "\n", to: STDOUT_FILENO)
        }
        return failure.policy.exit
    }

    /// Ends the process.
    func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A closed pipe has nobody left to tell.
            guard written > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(written, 0))
        }
    }
}
