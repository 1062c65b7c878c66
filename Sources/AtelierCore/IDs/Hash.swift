import CCrypto

/// A SHA-256 hash in the making; libcrypto does the work.
package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts with no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(self.context) }

    /// Adds bytes.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let fed: Void? = bytes.withContiguousStorageIfAvailable { _ = EVP_DigestUpdate(self.context, $0.baseAddress, $0.count) }
        guard fed == nil else { return }
        let copy = Array(bytes)
        _ = EVP_DigestUpdate(self.context, copy, copy.count)
    }

    /// Ends the hash.
    package consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        _ = EVP_DigestFinal_ex(self.context, &bytes, nil)
        return Digest(bytes: bytes)
    }
}

/// A SHA-256 digest; its text is 64 lower-case hexadecimal digits.
package struct Digest: Sendable, Hashable {
    /// The 32 bytes.
    package let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Hashes bytes at once.
    package init(of bytes: some Sequence<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    /// Reads 64 hexadecimal digits; nil for anything else.
    package init?(hex: String) {
        guard let bytes = Hex.bytes(hex), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.text(self.bytes) }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Digest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a SHA-256")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.hex)
    }
}

/// Hexadecimal text, lower case.
package enum Hex {
    /// Two digits a byte.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Sixteen digits.
    static func text(_ word: UInt64) -> String {
        Self.text((0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) })
    }

    /// The bytes of lower-case digits; nil for anything else.
    package static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x57
            default: nil
            }
        }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

extension Digest {
    /// Takes 32 bytes as a store kept them; nil for any other number of bytes.
    package init?(kept bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(bytes: bytes)
    }
}
