import AtelierCore

/// A request's target, taken apart: the one place where a path is decoded and judged.
///
/// What comes out can be split at "/" and compared without another look at encodings. <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
struct RequestTarget: Sendable {
    let raw: String
    let path: String
    let query: [(name: String, value: String)]

    /// Judges a target as it was sent.
    ///
    /// - Parameters:
    ///   - sent: The bytes of the request line between the spaces.
    ///   - host: The `Host` field: a target in absolute form must agree with it, so that a check of `Host` cannot be dodged.
    /// - Throws: ``Failure`` with `invalid_request`.
    init(_ sent: [UInt8], host: String?) throws {
        var bytes = sent[...]
        if bytes.first != UInt8(ascii: "/") { bytes = try Self.afterAuthority(bytes, host: host) }
        guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "#") }) else {
            throw Self.refused("holds a character that must be percent-encoded")
        }
        let parts = bytes.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { throw Self.refused("is empty") }
        self.path = try Self.path(first)
        self.query = try parts.count > 1 ? Self.query(parts[1]) : []
        self.raw = String(decoding: sent, as: UTF8.self)
    }

    private static func afterAuthority(_ bytes: ArraySlice<UInt8>, host: String?) throws -> ArraySlice<UInt8> {
        let scheme = Array("http://".utf8)
        guard bytes.starts(with: scheme) else { throw Self.refused("does not start with '/'") }
        let rest = bytes.dropFirst(scheme.count)
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard let host, HTTPFields.isSame(String(decoding: rest[..<end], as: UTF8.self), host) else {
            throw Self.refused("names another host than the Host field")
        }
        return rest[end...].isEmpty ? [UInt8(ascii: "/")] : rest[end...]
    }

    private static func path(_ bytes: ArraySlice<UInt8>) throws -> String {
        let path = try Self.decoded(bytes, plusIsSpace: false)
        guard !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }),
            !path.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) })
        else { throw Self.refused("holds a control character or a backslash") }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw Self.refused("holds a '.' or '..' segment")
        }
        return path
    }

    private static func query(_ bytes: ArraySlice<UInt8>) throws -> [(name: String, value: String)] {
        try bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = try halves.count > 1 ? Self.decoded(halves[1], plusIsSpace: true) : ""
            return (try Self.decoded(halves.first ?? [], plusIsSpace: true), value)
        }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) throws -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.next().flatMap(Self.digit), let low = rest.next().flatMap(Self.digit) else {
                    throw Self.refused("holds a broken percent-encoding")
                }
                result.append(high << 4 | low)
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard !result.contains(0) else { throw Self.refused("holds a NUL") }
        guard let text = String(validating: result, as: UTF8.self) else { throw Self.refused("is not UTF-8") }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func refused(_ why: String) -> Failure {
        Failure(.invalidRequest, "The request's target \(why).", hint: "Percent-encode the path and send it without dot segments.")
    }
}
