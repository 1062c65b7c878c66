/// Reads the small language that motifs are written in, on a field of 100 × 100.
///
/// `M x y`, `L x y`, `C x1 y1 x2 y2 x y`, `Z` as in SVG; `B l t r b` a box; `O x y r` a disc; `R x y inner outer n` a star;
/// `F x y r n` petals; `W x y inner outer n width` spokes.
struct PathReader {
    private var tokens: ArraySlice<Substring>
    private var rings: [[Point]] = []
    private var ring: [Point] = []

    /// The outline that a path describes.
    static func outline(_ path: Substring) -> Outline {
        var reader = PathReader(tokens: path.split { $0 == " " || $0 == "\n" }[...])
        while let token = reader.tokens.popFirst() { reader.read(token) }
        reader.endRing()
        return Outline(reader.rings)
    }

    private init(tokens: ArraySlice<Substring>) {
        self.tokens = tokens
    }

    private mutating func number() -> Double {
        guard let token = self.tokens.popFirst(), let number = Double(token) else { preconditionFailure("a motif's path lacks a number") }
        return number
    }

    private mutating func point() -> Point {
        let x = self.number()
        return Point(x, self.number())
    }

    private mutating func endRing() {
        if self.ring.count > 2 { self.rings.append(self.ring) }
        self.ring = []
    }

    private mutating func read(_ command: Substring) {
        switch command {
        case "M":
            self.endRing()
            self.ring = [self.point()]
        case "L": self.ring.append(self.point())
        case "C": self.readCurve()
        case "Z": self.endRing()
        default:
            self.endRing()
            self.readForm(command)
        }
    }

    private mutating func readCurve() {
        let start = self.ring.last ?? Point(0, 0)
        let (first, second, end) = (self.point(), self.point(), self.point())
        for step in 1...7 {
            let t = Double(step) / 7
            let u = 1 - t
            let sum = start * (u * u * u) + first * (3 * u * u * t) + second * (3 * u * t * t) + end * (t * t * t)
            self.ring.append(sum)
        }
    }

    private mutating func readForm(_ command: Substring) {
        if command == "B" {
            let (start, end) = (self.point(), self.point())
            self.rings.append([start, Point(end.x, start.y), end, Point(start.x, end.y)])
            return
        }
        let center = self.point()
        switch command {
        case "O":
            let radius = self.number()
            self.rings.append((0..<32).map { center + Turn.point($0 * 3600 / 32, radius) })
        case "R":
            let (inner, outer, count) = (self.number(), self.number(), Int(self.number()))
            self.rings.append((0..<count * 2).map { center + Turn.point($0 * 1800 / count - 900, $0 % 2 == 0 ? outer : inner) })
        case "F":
            let (radius, count) = (self.number(), Int(self.number()))
            for petal in 0..<count { self.rings.append(Self.petal(center, petal * 3600 / count - 900, radius, count)) }
        case "W":
            let (inner, outer, count, width) = (self.number(), self.number(), Int(self.number()), self.number())
            for spoke in 0..<count { self.rings.append(Self.spoke(center, spoke * 3600 / count, inner, outer, width)) }
        default: preconditionFailure("a motif's path has an unknown command")
        }
    }

    private static func petal(_ center: Point, _ turn: Int, _ radius: Double, _ count: Int) -> [Point] {
        let profile = [(0.2, 0.08), (0.45, 0.21), (0.68, 0.30), (0.88, 0.26), (1.0, 0.09)]
        let (along, across) = (Turn.point(turn, radius), Turn.point(turn + 900, radius * 7 / Double(count)))
        let left = profile.map { center + along * $0.0 + across * $0.1 }
        return left + profile.reversed().map { center + along * $0.0 - across * $0.1 }
    }

    private static func spoke(_ center: Point, _ turn: Int, _ inner: Double, _ outer: Double, _ width: Double) -> [Point] {
        let (along, across) = (Turn.point(turn, 1), Turn.point(turn + 900, width / 2))
        return [
            center + along * inner + across, center + along * outer + across, center + along * outer - across,
            center + along * inner - across,
        ]
    }
}
