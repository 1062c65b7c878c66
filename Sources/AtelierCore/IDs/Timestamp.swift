import FoundationEssentials

/// A moment in UTC, to the millisecond.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// The moment that many milliseconds after 1970 began.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads RFC 3339, for example `2026-11-20T08:30:00.125Z`; nil for anything else.
    package init?(_ text: String) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else { return nil }  // tidy: not a date is the answer "no"
        self.milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `duration` later.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds + duration.milliseconds)
    }

    private var date: Date { Date(timeIntervalSince1970: Double(self.milliseconds) / 1000) }

    /// Year, month and day in UTC as a path, for example `2026/11/20`.
    package var dayPath: String { self.date.formatted(Date.ISO8601FormatStyle().year().month().day()).replacing("-", with: "/") }
}

extension Timestamp: Codable, CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds.
    package var description: String { self.date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    package var milliseconds: Int64 { self.components.seconds * 1000 + self.components.attoseconds / 1_000_000_000_000_000 }
}
