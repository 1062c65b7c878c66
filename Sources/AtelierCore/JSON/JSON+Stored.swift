extension JSON {
    /// Reads back what ``canonical`` wrote; nil for white space between things, escapes that are not needed, or anything that is damaged.
    ///
    /// For rows that we wrote ourselves; whatever comes from outside goes through ``init(parsing:)``. A decoder that knows every shape
    /// takes twenty times as long, and that was most of the time of reading a run.
    package init?(canonical bytes: UnsafeBufferPointer<UInt8>) {
        var reader = CanonicalReader(bytes: bytes)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }
}

/// Goes once through the bytes of a canonical document.
private struct CanonicalReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var place = 0

    /// As deep as FoundationEssentials goes.
    private static let depthMost = 512

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { self.place == self.bytes.count }
    private var next: UInt8? { self.place < self.bytes.count ? self.bytes[self.place] : nil }

    mutating func value(depth: Int) -> JSON? {
        guard depth < Self.depthMost else { return nil }
        switch self.next {
        case UInt8(ascii: "{"): return self.object(depth: depth)
        case UInt8(ascii: "["): return self.array(depth: depth)
        case UInt8(ascii: "\""): return self.text().map(JSON.string)
        case UInt8(ascii: "t"): return self.take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return self.take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return self.take("null") ? .null : nil
        default: return self.number()
        }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard self.bytes.count - self.place >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where self.bytes[self.place + offset] != word.utf8Start[offset] { return false }
        self.place += word.utf8CodeUnitCount
        return true
    }

    private mutating func object(depth: Int) -> JSON? {
        guard self.take("{") else { return nil }
        var members: [String: JSON] = [:]
        if self.take("}") { return .object(members) }
        repeat {
            guard let key = self.text(), self.take(":"), let value = self.value(depth: depth + 1) else { return nil }
            guard members.updateValue(value, forKey: key) == nil else { return nil }
        } while self.take(",")
        return self.take("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSON? {
        guard self.take("[") else { return nil }
        var items: [JSON] = []
        if self.take("]") { return .array(items) }
        repeat {
            guard let item = self.value(depth: depth + 1) else { return nil }
            items.append(item)
        } while self.take(",")
        return self.take("]") ? .array(items) : nil
    }

    private mutating func text() -> String? {
        guard self.take("\"") else { return nil }
        let start = self.place
        while let byte = self.next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { return nil }
            self.place += 1
        }
        let plain = self.bytes[start..<self.place]
        if self.take("\"") { return String(validating: plain, as: UTF8.self) }
        return self.escapedText(after: Array(plain))
    }

    private mutating func escapedText(after plain: [UInt8]) -> String? {
        var text = plain
        while let byte = self.next {
            self.place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = self.escaped() else { return nil }
                text.append(escaped)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// The escapes that the canonical form has: of quotes, backslashes and control characters.
    private mutating func escaped() -> UInt8? {
        guard let letter = self.next else { return nil }
        self.place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return letter
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"):
            guard self.take("00"), self.bytes.count - self.place >= 2 else { return nil }
            defer { self.place += 2 }
            let digits = String(decoding: self.bytes[self.place..<self.place + 2], as: UTF8.self)
            return UInt8(digits, radix: 16).flatMap { $0 < 0x20 ? $0 : nil }
        default: return nil
        }
    }

    private mutating func number() -> JSON? {
        let start = self.place
        while let byte = self.next, "+-.0123456789eE".utf8.contains(byte) { self.place += 1 }
        let text = String(decoding: self.bytes[start..<self.place], as: UTF8.self)
        if let whole = Int64(text) { return .integer(whole) }
        return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    }
}
