import AtelierCore
import Synchronization

/// Plans that were accepted or decoded before, for all connections of a store.
///
/// A plan never changes, and decoding one is most of the work of loading a run.
final class PlanCache: Sendable {
    private let plans = Mutex<[RunID: Plan]>([:])

    /// More than that are dropped together: what is under way is soon here again.
    private static let limit = 1024

    /// The plan of a run, decoded only if it is not here.
    func plan(of id: RunID, from json: UnsafeBufferPointer<UInt8>) throws -> Plan {
        if let plan = self.plans.withLock({ $0[id] }) { return plan }
        let plan = try Stored.decode(Plan.self, from: json)
        self.keep(plan, of: id)
        return plan
    }

    /// Keeps a plan that is known without being decoded.
    func keep(_ plan: Plan, of id: RunID) {
        self.plans.withLock { plans in
            if plans.count >= Self.limit { plans = [:] }
            plans[id] = plan
        }
    }
}

/// Values that this store wrote itself and reads back: what does not fit is damage, not a mistake of a caller.
enum Stored {
    static func decode<Value: Decodable>(_ type: Value.Type, from json: UnsafeBufferPointer<UInt8>) throws -> Value {
        do {
            return try JSON.decode(type, from: json)
        } catch {
            throw Self.damaged("a \(type)", cause: error)
        }
    }

    /// A value without a fixed shape, which was written in its canonical form.
    static func value(_ json: UnsafeBufferPointer<UInt8>) throws -> JSON {
        guard let value = JSON(canonical: json) else { throw Self.damaged("a JSON value") }
        return value
    }

    static func json(_ value: some Encodable) throws -> Value { .text(String(decoding: try JSON.encode(value), as: UTF8.self)) }

    static func json(_ value: JSON) -> Value { .text(String(decoding: value.canonical, as: UTF8.self)) }

    static func digest(_ bytes: [UInt8]) throws -> Digest {
        guard let digest = Digest(kept: bytes) else { throw Self.damaged("a hash") }
        return digest
    }

    static func name<Name: RawRepresentable<String>>(_ type: Name.Type, _ text: String) throws -> Name {
        guard let name = Name(rawValue: text) else { throw Self.damaged("a \(type)") }
        return name
    }

    static func runID(_ text: String) throws -> RunID {
        guard let id = RunID(text) else { throw Self.damaged("a run's id") }
        return id
    }

    static func damaged(_ what: String, cause: (any Error)? = nil) -> Failure {
        Failure(
            .corrupt,
            "The database holds \(what) that cannot be read.",
            hint: "Stop the server, keep the file, and restore a backup or run 'atelier rebuild'.",
            cause: cause
        )
    }
}
