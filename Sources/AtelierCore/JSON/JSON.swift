import FoundationEssentials

/// A JSON value.
///
/// Parsing is FoundationEssentials' (it refuses NUL, lone surrogates, invalid UTF-8 and absurd nesting); numbers that are whole and fit
/// stay whole, so that a seed survives.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON: Codable {
    package init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: MemberKey.self) {  // tidy: the wrong shape is the answer "no"
            var members: [String: JSON] = [:]
            for key in object.allKeys { members[key.stringValue] = try object.decode(JSON.self, forKey: key) }
            self = .object(members)
            return
        }
        if var array = try? decoder.unkeyedContainer() {  // tidy: the wrong shape is the answer "no"
            var items: [JSON] = []
            while !array.isAtEnd { items.append(try array.decode(JSON.self)) }
            self = .array(items)
            return
        }
        self = try JSON(scalar: try decoder.singleValueContainer())
    }

    private init(scalar: any SingleValueDecodingContainer) throws {
        if scalar.decodeNil() {
            self = .null
        } else if let text = try Self.text(scalar) {
            self = .string(text)
        } else if let flag = try? scalar.decode(Bool.self) {  // tidy: the wrong type is the answer "no"
            self = .bool(flag)
        } else if let whole = try? scalar.decode(Int64.self) {  // tidy: the wrong type is the answer "no"
            self = .integer(whole)
        } else {
            self = .number(try scalar.decode(Double.self))
        }
    }

    /// A text; nil for what is none.
    ///
    /// Bytes that make no text are an error of their own, not another type.
    private static func text(_ scalar: any SingleValueDecodingContainer) throws -> String? {
        do {
            return try scalar.decode(String.self)
        } catch DecodingError.typeMismatch {
            return nil
        } catch {
            throw Failure(
                .invalidRequest,
                "A text in the JSON is not valid: a NUL, half a surrogate pair, or bytes that are not UTF-8.",
                cause: error
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .number(let value): try value.encode(to: encoder)
        case .string(let value): try value.encode(to: encoder)
        case .array(let items): try items.encode(to: encoder)
        case .object(let members): try members.encode(to: encoder)
        }
    }

    private struct MemberKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension JSON {
    /// Parses a document.
    ///
    /// - Throws: ``Failure`` with `invalid_request` that says what is wrong with it.
    package init(parsing bytes: some Sequence<UInt8>) throws {
        self = try Self.decode(JSON.self, from: bytes)
    }

    /// Decodes a value of a known shape, JSON's own errors turned into sentences.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: The document in UTF-8.
    ///   - allowingComments: Whether JSON5's comments and trailing commas are taken, for files that people write.
    /// - Returns: The value.
    /// - Throws: ``Failure`` with `invalid_request`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: some Sequence<UInt8>,
        allowingComments: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = allowingComments
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Failure(.invalidRequest, error.sentence, cause: error)
        }
    }

    /// Encodes any value as sorted JSON.
    ///
    /// - Throws: ``Failure`` with `internal`: only a number that JSON cannot hold (NaN) fails.
    package static func encode(_ value: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Failure(.internalError, "A value could not be written as JSON.", cause: error)
        }
    }

    /// Any encodable value as a JSON value.
    package init(_ value: some Encodable) throws {
        self = try Self.decode(JSON.self, from: Self.encode(value))
    }
}

extension DecodingError {
    /// What is wrong with a document, and where, for a person.
    fileprivate var sentence: String {
        func place(_ context: Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
            return path.isEmpty ? "the document" : "'\(path)'"
        }
        switch self {
        case .keyNotFound(let key, _): return "The field '\(key.stringValue)' is missing."
        case .typeMismatch(_, let context): return "\(place(context)) has the wrong type."
        case .valueNotFound(_, let context): return "\(place(context)) must not be null."
        case .dataCorrupted(let context):
            guard context.codingPath.isEmpty else { return "\(place(context)) has a value that is not allowed." }
            return "This is not valid JSON in UTF-8 (a NUL or half a surrogate pair counts as invalid too)."
        @unknown default: return "The JSON could not be read."
        }
    }
}
