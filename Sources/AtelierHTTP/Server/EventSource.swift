/// Frames server-sent events. <https://html.spec.whatwg.org/multipage/server-sent-events.html>
package enum EventSource {
    /// A comment line: readers ignore it, and sending it finds out whether the reader is still there.
    package static let comment: [UInt8] = Array(": \n\n".utf8)

    /// The headers of an event stream; `no-transform` and `X-Accel-Buffering` keep proxies from collecting events.
    package static let headers: [(String, String)] = [
        ("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache, no-transform"), ("X-Accel-Buffering", "no"),
    ]

    /// One event, ready to be written.
    ///
    /// The data is split at CR LF, CR and LF, one `data:` line each, and arrives with LF between the lines. `id` and `event` lose line
    /// breaks, which they cannot carry; an `id` with NUL is left out, because readers ignore it.
    ///
    /// - Parameters:
    ///   - id: What the reader sends back as `Last-Event-ID`.
    ///   - event: The event's name; `nil` is "message".
    ///   - data: Any text.
    /// - Returns: The bytes to write, with the empty line that ends the event.
    package static func frame(id: String? = nil, event: String? = nil, data: String) -> [UInt8] {
        var text = ""
        if let id, !id.utf8.contains(0) { text += "id: \(Self.oneLine(id))\n" }
        if let event { text += "event: \(Self.oneLine(event))\n" }
        for line in Self.lines(data) { text += "data: \(line)\n" }
        return Array((text + "\n").utf8)
    }

    private static func oneLine(_ text: String) -> String { Self.lines(text).joined() }

    /// Works on scalars: for Swift, CR LF is one character and is no LF.
    private static func lines(_ text: String) -> [String] {
        var lines = [String.UnicodeScalarView()]
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && !isAfterReturn) {
                lines.append(String.UnicodeScalarView())
            } else if scalar != "\n" {
                lines[lines.count - 1].append(scalar)
            }
            isAfterReturn = scalar == "\r"
        }
        return lines.map { String($0) }
    }
}
