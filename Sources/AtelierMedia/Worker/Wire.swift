import AtelierCore
import FoundationEssentials

/// What a media worker is asked to do.
enum WorkerOrder: Codable, Sendable {
    case probe(path: String, medium: Medium, pixels: Int)
    case perform(ProcedureOrder)
}

/// What a media worker answers; the bytes of a finished work follow the header.
enum WorkerAnswer: Codable, Sendable {
    case facts(MediaFacts)
    case work
    case failure(WorkerFailure)
}

/// A failure on the wire.
struct WorkerFailure: Codable, Sendable {
    var code: Failure.Code
    var message: String
    var hint: String?
    var cause: String?

    init(_ failure: Failure) {
        self.code = failure.code
        self.message = failure.message
        self.hint = failure.hint
        self.cause = failure.cause.map { String(describing: $0) }
    }

    var failure: Failure {
        Failure(self.code, self.message, hint: self.hint, cause: self.cause.map { WorkerCause(text: $0) })
    }
}

/// What a library said inside the worker; for the log only.
struct WorkerCause: Error, Sendable, CustomStringConvertible {
    var text: String
    var description: String { self.text }
}

/// One message: two lengths (32 bits each, little-endian), a JSON header, a payload.
struct Frame: Sendable {
    var header: [UInt8]
    var payload: [UInt8]

    /// Bytes of the two lengths.
    static let prefixBytes = 8
    /// A path, a text of 32 kB with every character escaped, and room to spare.
    static let headerBytes = 1_048_576
    /// A picture of 4096² pixels that does not compress at all, and room to spare.
    static let payloadBytes = 134_217_728

    init(header: [UInt8], payload: [UInt8] = []) {
        self.header = header
        self.payload = payload
    }

    init(_ header: some Encodable, payload: [UInt8] = []) throws {
        self.init(header: Array(try JSONEncoder().encode(header)), payload: payload)
    }

    func decoded<Header: Decodable>(_ type: Header.Type) throws -> Header {
        try JSONDecoder().decode(type, from: Data(self.header))
    }

    /// The two lengths, as they travel.
    var prefix: [UInt8] {
        [self.header.count, self.payload.count].flatMap { count in
            withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
        }
    }

    /// Reads the two lengths; nil when they are beyond what either side ever sends.
    static func lengths(_ prefix: [UInt8]) -> (header: Int, payload: Int)? {
        guard prefix.count == Self.prefixBytes else { return nil }
        let value = { (range: Range<Int>) in prefix[range].reversed().reduce(0) { $0 << 8 | Int($1) } }
        let (header, payload) = (value(0..<4), value(4..<8))
        guard header <= Self.headerBytes, payload <= Self.payloadBytes else { return nil }
        return (header, payload)
    }
}
