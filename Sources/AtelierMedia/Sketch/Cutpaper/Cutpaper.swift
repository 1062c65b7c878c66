import AtelierCore

/// Cut paper and type: collages of torn sheets, silhouettes and strips of the text itself, in the spirit of Dada.
///
/// The text decides the colours, the things and the family of arrangements; the seed decides the arrangement.
enum Cutpaper {
    static func draw(_ order: ProcedureOrder) throws -> [UInt8] {
        try Fonts.start()
        let reading = Reading(order.text, schema: order.schema)
        let canvas = try Canvas(pixelsWide: order.width, pixelsHigh: order.height)
        let collage = Collage(canvas, reading, seed: order.seed)
        collage.ground()
        let schemes = Self.schemes(reading)
        // The text chooses four of the arrangements, the seed one of those: siblings are alike, strangers are not.
        schemes[Int(order.seed) % schemes.count](collage)
        return try canvas.png()
    }

    private static let every: [@Sendable (Collage) -> Void] = [
        { $0.diagonal() }, { $0.eclipse() }, { $0.horizon() }, { $0.totem() }, { $0.corner() }, { $0.chance() }, { $0.initial() },
    ]

    private static func schemes(_ reading: Reading) -> [@Sendable (Collage) -> Void] {
        var dice = Dice(reading.hash)
        var order = dice.shuffled(Array(Self.every.indices))
        if reading.place != nil, reading.place != .room, let horizon = order.firstIndex(of: 2) {
            order.insert(order.remove(at: horizon), at: 0)
        }
        if reading.salient.isEmpty { order.removeAll { $0 == 6 } }
        return order.prefix(4).map { Self.every[$0] }
    }
}
