/// Things cut from paper: one or more layers of paper each, the first one the silhouette.
enum Motifs {
    /// The layers of a motif about the origin, one unit high and wide in all.
    static func layers(_ name: String) -> [Outline]? { Self.parsed[name] }

    /// Every motif's name, in a fixed order.
    static let names = Self.parsed.keys.sorted()

    private static let parsed: [String: [Outline]] = {
        var result: [String: [Outline]] = [:]
        let toUnit = Affine(xx: 0.01, yy: 0.01, x0: -0.5, y0: -0.5)
        for line in (MotifTables.things + "\n" + MotifTables.beings).split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let layers = line[line.index(after: colon)...].split(separator: "|").map(PathReader.outline)
            result[String(line[..<colon])] = layers.map { outline in
                Outline(
                    outline.rings.map { ring in
                        ring.map { Point(toUnit.xx * $0.x + toUnit.x0, toUnit.yy * $0.y + toUnit.y0) }
                    }
                )
            }
        }
        return result
    }()
}
