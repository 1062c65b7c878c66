extension JSON {
    /// The one form of this value that is hashed: the JSON Canonicalization Scheme, RFC 8785.
    ///
    /// Keys are sorted by their UTF-16 code units, numbers are written as ECMAScript writes them, nothing is escaped but what must be.
    /// Whole numbers beyond 2⁵³, which the scheme leaves to the reader, are written out in full.
    package var canonical: [UInt8] {
        var out: [UInt8] = []
        self.writeCanonical(into: &out)
        return out
    }

    private func writeCanonical(into out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .integer(let whole): out += String(whole).utf8
        case .number(let number): out += Self.ecmaScript(number).utf8
        case .string(let text): Self.write(text, into: &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.writeCanonical(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.write(member.key, into: &out)
                out.append(UInt8(ascii: ":"))
                member.value.writeCanonical(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case 0x08: out += "\\b".utf8
            case 0x09: out += "\\t".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0D: out += "\\r".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                out += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// ECMAScript's Number::toString.
    ///
    /// Swift prints the same shortest digits; only their layout differs.
    private static func ecmaScript(_ number: Double) -> String {
        guard number != 0, number.isFinite else { return number.isFinite ? "0" : "null" }
        let sign = number < 0 ? "-" : ""
        let parts = number.magnitude.description.lowercased().split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
        let written = String(mantissa[0]) + fraction
        let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count
        let leading = written.prefix { $0 == "0" }.count
        var digits = String(written.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        return sign + Self.layOut(digits, point: exponent - leading)
    }

    /// Places the decimal point after `point` digits, by the rules of ECMA-262.
    private static func layOut(_ digits: String, point: Int) -> String {
        let count = digits.count
        if point >= count, point <= 21 { return digits + String(repeating: "0", count: point - count) }
        if point > 0, point <= 21 { return digits.prefix(point) + "." + digits.dropFirst(point) }
        if point <= 0, point > -6 { return "0." + String(repeating: "0", count: -point) + digits }
        let exponent = point - 1
        let tail = count > 1 ? "." + digits.dropFirst() : ""
        return digits.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
    }
}
