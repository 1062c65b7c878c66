/// A moment in UTC, to the millisecond.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// The moment that many milliseconds after 1970 began.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads RFC 3339, for example `2026-11-20T08:30:00.125Z`; nil for anything else.
    ///
    /// What is finer than a millisecond is cut off. All arithmetic is on whole numbers: a moment that is hashed into a chain must be read
    /// back exactly as it was written.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        func digits(_ count: Int, in range: ClosedRange<Int64>) -> Int64? {
            let piece = rest.prefix(count)
            guard piece.count == count, piece.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            let value = piece.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
            return range.contains(value) ? value : nil
        }
        func skip(_ marks: String) -> UInt8? {
            guard let first = rest.first, marks.utf8.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = digits(4, in: 0...9999), skip("-") != nil, let month = digits(2, in: 1...12), skip("-") != nil,
            let day = digits(2, in: 1...31), skip("Tt") != nil, let hour = digits(2, in: 0...23), skip(":") != nil,
            let minute = digits(2, in: 0...59), skip(":") != nil, let second = digits(2, in: 0...59)
        else { return nil }
        var fraction: Int64 = 0
        if skip(".") != nil {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count)
            fraction = zip(digits, [100, 10, 1] as [Int64]).reduce(0) { $0 + Int64($1.0 - 0x30) * $1.1 }
        }
        var offset: Int64 = 0
        if let sign = skip("+-") {
            guard let hours = digits(2, in: 0...23), skip(":") != nil, let minutes = digits(2, in: 0...59) else { return nil }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        } else if skip("Zz") == nil {
            return nil
        }
        let days = Self.days(year, month, day)
        guard rest.isEmpty, Self.date(days) == (year, month, day) else { return nil }
        self.milliseconds = ((days * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1000 + fraction
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `duration` later.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds + duration.milliseconds)
    }

    /// Year, month and day in UTC as a path, for example `2026/11/20`.
    package var dayPath: String { self.day(separator: "/") }

    private func day(separator: String) -> String {
        let (year, month, day) = Self.date(self.split.days)
        return [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)].joined(separator: separator)
    }

    /// Whole days since 1970 began, and the milliseconds of the last one.
    private var split: (days: Int64, rest: Int64) {
        let dayLength: Int64 = 86_400_000
        let rest = (self.milliseconds % dayLength + dayLength) % dayLength
        return ((self.milliseconds - rest) / dayLength, rest)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar; the year is counted from March, so that a leap day is its last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = (month <= 2 ? year - 1 : year) + 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468 - 146_097
    }

    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }
}

extension Timestamp: Codable, CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds.
    package var description: String {
        let rest = self.split.rest
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(self.day(separator: "-"))T\(clock).\(Self.padded(rest % 1000, 3))Z"
    }

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
