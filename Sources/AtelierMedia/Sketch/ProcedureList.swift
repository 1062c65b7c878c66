import AtelierCore

/// A visual language or a musical form: one file each, and one line in ``ProcedureList``.
struct Procedure: Sendable {
    var medium: Medium
    var perform: @Sendable (ProcedureOrder) throws -> [UInt8]
}

/// Every procedure that there is.
enum ProcedureList {
    static let all: [String: Procedure] = [
        "cutpaper": Procedure(medium: .image, perform: Cutpaper.draw),
        "tune": Procedure(medium: .music, perform: Tune.compose),
    ]

    /// The medium that each makes.
    static let media = Self.all.mapValues(\.medium)

    static func perform(_ order: ProcedureOrder) throws -> [UInt8] {
        guard let procedure = Self.all[order.procedure] else {
            throw Failure.unknown(.unknownModel, thing: "procedure", name: order.procedure, known: Self.all.keys)
        }
        return try procedure.perform(order)
    }
}
