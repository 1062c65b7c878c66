/// The header fields of a request, in the order they came.
package struct HTTPFields: Sendable {
    /// Every field as sent; a name that came twice is here twice.
    package private(set) var all: [(name: String, value: String)] = []

    /// No fields.
    package init() {}

    /// Adds a field after the others.
    package mutating func append(name: String, value: String) {
        self.all.append((name, value))
    }

    /// The first value of a name in any case; `nil` if the field was not sent.
    package subscript(_ name: String) -> String? {
        self.all.first { Self.isSame($0.name, name) }?.value
    }

    /// Every value of a name in any case, in the order they came.
    package func values(_ name: String) -> [String] {
        self.all.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// Whether any field has the name, in any case.
    package func contains(_ name: String) -> Bool { self[name] != nil }

    /// Names are ASCII, so that a byte-wise comparison is right and never folds two names of another script together.
    static func isSame(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && zip(one.utf8, other.utf8).allSatisfy { Self.lower($0) == Self.lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
