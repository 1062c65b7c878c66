/// What scissors leave: closed rings of straight cuts.
///
/// A ring inside a ring is a hole.
struct Outline: Sendable {
    var rings: [[Point]]

    init(_ rings: [[Point]]) {
        self.rings = rings
    }

    func moved(_ affine: Affine) -> Outline { Outline(self.rings.map { $0.map { affine($0) } }) }

    var bounds: Box {
        var box = Box(left: 1e9, top: 1e9, right: -1e9, bottom: -1e9)
        for point in self.rings.joined() {
            box = Box(
                left: min(box.left, point.x),
                top: min(box.top, point.y),
                right: max(box.right, point.x),
                bottom: max(box.bottom, point.y)
            )
        }
        return box
    }

    /// Whether a point lies inside a ring.
    static func ring(_ ring: [Point], holds point: Point) -> Bool {
        var isInside = false
        for (index, corner) in ring.enumerated() {
            let before = ring[index == 0 ? ring.count - 1 : index - 1]
            guard (corner.y > point.y) != (before.y > point.y) else { continue }
            let x = corner.x + (before.x - corner.x) * (point.y - corner.y) / (before.y - corner.y)
            if point.x < x { isInside.toggle() }
        }
        return isInside
    }

    /// Every corner a little off, as a hand would cut.
    func shaken(_ by: Double, _ dice: inout Dice) -> Outline {
        Outline(self.rings.map { ring in ring.map { ($0 + Point(dice.length(-by, by), dice.length(-by, by))).rounded } })
    }

    /// A rectangle about the origin.
    static func rectangle(_ width: Double, _ height: Double) -> Outline {
        let (x, y) = (width / 2, height / 2)
        return Outline([[Point(-x, -y), Point(x, -y), Point(x, y), Point(-x, y)]])
    }

    /// A disc about the origin, or a part of one.
    static func disc(_ radius: Double, from start: Int = 0, to end: Int = 3600, steps: Int = 72) -> Outline {
        let isWhole = end - start >= 3600
        let count = isWhole ? steps : max(3, steps * (end - start) / 3600)
        let ring = (0..<(isWhole ? count : count + 1)).map { Turn.point(start + (end - start) * $0 / count, radius).rounded }
        return Outline([ring])
    }

    /// A soft closed form through points at several distances, after a pebble.
    static func pebble(_ radii: [Double]) -> Outline {
        let corners = radii.enumerated().map { Turn.point($0.offset * 3600 / radii.count, $0.element) }
        let count = corners.count
        var ring: [Point] = []
        for index in 0..<count {
            let (a, b) = (corners[(index + count - 1) % count], corners[index])
            let (c, d) = (corners[(index + 1) % count], corners[(index + 2) % count])
            for step in 0..<10 { ring.append(Self.spline(a, b, c, d, Double(step) / 10)) }
        }
        return Outline([ring])
    }

    private static func spline(_ a: Point, _ b: Point, _ c: Point, _ d: Point, _ t: Double) -> Point {
        let (square, cube) = (t * t, t * t * t)
        let sum = b * 2 + (c - a) * t + (a * 2 - b * 5 + c * 4 - d) * square + (b * 3 - a - c * 3 + d) * cube
        return (sum * 0.5).rounded
    }

    /// The first ring with torn edges: slow waves and quick fibres along each side.
    ///
    /// - Parameters:
    ///   - edges: Which sides are torn; nil means all.
    ///   - depth: How far the tear strays.
    ///   - dice: Decides the tear.
    /// - Returns: A ring with a corner every few units.
    func torn(_ edges: Set<Int>? = nil, depth: Double, _ dice: inout Dice) -> Outline {
        guard let ring = self.rings.first else { return self }
        var result: [Point] = []
        for index in ring.indices {
            let (start, end) = (ring[index], ring[(index + 1) % ring.count])
            result.append(start)
            if let edges, !edges.contains(index) { continue }
            result += Self.tear(start, end, depth, &dice)
        }
        return Outline([result])
    }

    private static func tear(_ start: Point, _ end: Point, _ depth: Double, _ dice: inout Dice) -> [Point] {
        let along = end - start
        let length = along.length
        guard length > 12 else { return [] }
        let normal = Point(-along.y / length, along.x / length)
        let steps = max(2, min(400, Int(length / 5)))
        var (slow, target) = (0.0, dice.length(-depth, depth))
        return (1..<steps).map { step in
            if step % 7 == 0 { target = dice.length(-depth, depth) }
            slow += (target - slow) / 5
            let quick = dice.length(-1.3, 1.3)
            return (start + along * (Double(step) / Double(steps)) + normal * (slow + quick)).rounded
        }
    }
}
