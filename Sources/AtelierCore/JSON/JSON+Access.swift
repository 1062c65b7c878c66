extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON {
    /// The member of an object; nil for everything else.
    package subscript(key: String) -> JSON? {
        get { self.object?[key] }
        set {
            var members = self.object ?? [:]
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The members, if this is an object.
    package var object: [String: JSON]? { if case .object(let members) = self { members } else { nil } }
    /// The items, if this is an array.
    package var array: [JSON]? { if case .array(let items) = self { items } else { nil } }
    /// The text, if this is a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The flag, if this is one.
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    /// The whole number, if this is one.
    package var integer: Int64? { if case .integer(let whole) = self { whole } else { nil } }
    /// The number, whole or not.
    package var double: Double? {
        switch self {
        case .integer(let whole): Double(whole)
        case .number(let number): number
        default: nil
        }
    }
    /// Whether this is null.
    package var isNull: Bool { self == .null }

    /// An object of the members that have a value.
    package static func compact(_ members: [String: JSON?]) -> JSON { .object(members.compactMapValues(\.self)) }

    /// A text or nothing.
    package static func text(_ value: String?) -> JSON? { value.map(JSON.string) }
    /// A number or nothing.
    package static func whole(_ value: (some BinaryInteger)?) -> JSON? { value.map { JSON.integer(Int64($0)) } }
}
