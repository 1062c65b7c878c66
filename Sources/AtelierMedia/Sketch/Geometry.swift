/// A place on the paper, in units: the shorter side of a picture is 1024 of them.
struct Point: Sendable, Hashable {
    var x: Double
    var y: Double

    init(_ x: Double, _ y: Double) {
        (self.x, self.y) = (x, y)
    }

    static func + (left: Point, right: Point) -> Point { Point(left.x + right.x, left.y + right.y) }
    static func - (left: Point, right: Point) -> Point { Point(left.x - right.x, left.y - right.y) }
    static func * (point: Point, factor: Double) -> Point { Point(point.x * factor, point.y * factor) }

    var length: Double { (self.x * self.x + self.y * self.y).squareRoot() }

    /// On the grid of 1/256, which is also cairo's.
    var rounded: Point { Point((self.x * 256).rounded() / 256, (self.y * 256).rounded() / 256) }
}

/// Sine and cosine by sums and products alone, in tenths of a degree: libm's last bit differs from machine to machine.
enum Turn {
    static func sine(_ tenths: Int) -> Double {
        let turn = ((tenths % 3600) + 3600) % 3600
        if turn >= 1800 { return -Self.sine(turn - 1800) }
        let x = Double(turn > 900 ? 1800 - turn : turn) * 0.0017453292519943296
        let square = x * x
        let sum = x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72 * (1 - square / 110)))))
        return (sum * 65_536).rounded() / 65_536
    }

    static func cosine(_ tenths: Int) -> Double { Self.sine(tenths + 900) }

    /// The point at a distance in a direction.
    static func point(_ tenths: Int, _ radius: Double) -> Point {
        Point(Self.cosine(tenths) * radius, Self.sine(tenths) * radius)
    }
}

/// Turns, scales and moves.
struct Affine: Sendable {
    var xx = 1.0
    var yx = 0.0
    var xy = 0.0
    var yy = 1.0
    var x0 = 0.0
    var y0 = 0.0

    /// Scales about the origin, turns, then moves the origin to `center`.
    static func placing(at center: Point, turn: Int = 0, scale: Double = 1, mirrored: Bool = false) -> Affine {
        let (sine, cosine) = (Turn.sine(turn) * scale, Turn.cosine(turn) * scale)
        let flip = mirrored ? -1.0 : 1.0
        return Affine(xx: cosine * flip, yx: sine * flip, xy: -sine, yy: cosine, x0: center.x, y0: center.y)
    }

    func callAsFunction(_ point: Point) -> Point {
        Point(self.xx * point.x + self.xy * point.y + self.x0, self.yx * point.x + self.yy * point.y + self.y0).rounded
    }
}

/// An upright rectangle.
struct Box: Sendable, Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { self.right - self.left }
    var height: Double { self.bottom - self.top }
    var area: Double { max(0, self.width) * max(0, self.height) }
    func holds(_ point: Point) -> Bool {
        point.x >= self.left && point.x <= self.right && point.y >= self.top && point.y <= self.bottom
    }

    var center: Point { Point((self.left + self.right) / 2, (self.top + self.bottom) / 2) }

    func inset(_ by: Double) -> Box {
        Box(left: self.left + by, top: self.top + by, right: self.right - by, bottom: self.bottom - by)
    }

    /// The area that both cover.
    func overlap(_ other: Box) -> Double {
        let width = min(self.right, other.right) - max(self.left, other.left)
        let height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width > 0 && height > 0 ? width * height : 0
    }
}
