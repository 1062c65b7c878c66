/// The one id of a run: a UUID version 7 (RFC 9562), lower case.
///
/// It is made once, where the run is accepted. Queue row, folder, log lines, events, URLs, exports and the engine's filename prefix carry
/// it. Its order is the order of acceptance, and the run's folder is a function of it alone.
package struct RunID: Sendable, Hashable, Comparable {
    /// The canonical text: 36 characters, lower case, with hyphens.
    package let text: String

    /// Takes the canonical text of a version 7 UUID; nil for anything else, upper case included.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36, bytes[14] == UInt8(ascii: "7"), "89ab".utf8.contains(bytes[19]) else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isHyphen = [8, 13, 18, 23].contains(index)
            guard isHyphen ? byte == UInt8(ascii: "-") : "0123456789abcdef".utf8.contains(byte) else { return nil }
        }
        self.text = text
    }

    /// Builds an id from its parts.
    ///
    /// - Parameters:
    ///   - time: When the run was accepted.
    ///   - counter: Twelve bits that order ids of one millisecond.
    ///   - random: Sixty-two bits of chance.
    package init(time: Timestamp, counter: UInt16, random: UInt64) {
        let high = UInt64(time.milliseconds) << 16 | 0x7000 | UInt64(counter & 0x0FFF)
        let low = random & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Hex.text(high) + Hex.text(low)
        let bounds = [0, 8, 12, 16, 20, 32]
        self.text = zip(bounds, bounds.dropFirst()).map { String(digits.dropFirst($0).prefix($1 - $0)) }.joined(separator: "-")
    }

    /// When the run was accepted.
    package var time: Timestamp {
        let digits = self.text.utf8.prefix(13).filter { $0 != UInt8(ascii: "-") }
        return Timestamp(milliseconds: Int64(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
    }

    /// The run's folder below the archive: `runs/YYYY/MM/DD/<run_id>`, by the UTC date of its acceptance.
    package var folder: String { "runs/\(self.time.dayPath)/\(self.text)" }

    package static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}

extension RunID: Codable, CustomStringConvertible {
    package var description: String { self.text }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = RunID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a run id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
