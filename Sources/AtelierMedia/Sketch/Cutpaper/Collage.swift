/// One collage while it is made: the canvas, what the text said, the seed's choices, and where something lies already.
final class Collage {
    let canvas: Canvas
    let reading: Reading
    let palette: Palette
    var dice: Dice
    /// What lies where, and how bad it would be to cover it.
    var taken: [(box: Box, weight: Double)] = []
    /// Phrases that are not on a strip yet.
    var phrases: [String]
    /// The main thing: one of the first two that the text names; nil for a form.
    let mainMotif: String?
    /// Every piece that was glued down, the last one on top.
    private var pieces: [(ring: [Point], box: Box, colour: UInt32, isPrinted: Bool)] = []

    init(_ canvas: Canvas, _ reading: Reading, seed: UInt32) {
        self.canvas = canvas
        self.reading = reading
        self.palette = Palette.of(reading)
        var dice = Dice(reading.hash &+ UInt64(seed) &* 0x2545_F491_4F6C_DD1D)
        let isSecond = reading.motifs.count > 1 && dice.chance(28)
        self.mainMotif = isSecond ? reading.motifs[1] : reading.motifs.first
        let start = reading.phrases.count > 8 ? dice.below(reading.phrases.count - 6) : 0
        self.phrases = Array(reading.phrases.dropFirst(start).prefix(8))
        self.dice = dice
    }

    var width: Double { self.canvas.width }
    var height: Double { self.canvas.height }

    /// A place by shares of width and height.
    func at(_ x: Double, _ y: Double) -> Point { Point(self.width * x, self.height * y).rounded }

    /// A box by shares of width and height.
    func box(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Box {
        Box(left: self.width * left, top: self.height * top, right: self.width * right, bottom: self.height * bottom)
    }

    /// The sheet that everything is glued to.
    func ground() {
        let box = self.canvas.box
        let sheet = Outline.rectangle(box.width + 8, box.height + 8).moved(Affine(x0: box.center.x, y0: box.center.y))
        self.canvas.fill(sheet, self.palette.ground)
        self.grain(sheet, 0.10)
    }

    /// Another thing that the text names; nil when there is none.
    func otherMotif() -> String? {
        self.dice.pick(Array(self.reading.motifs.filter { $0 != self.mainMotif }.prefix(4)))
    }

    /// Notes a piece, so that later ones know what they lie on.
    func note(_ outline: Outline, _ colour: UInt32, isPrinted: Bool) {
        guard let ring = outline.rings.first else { return }
        self.pieces.append((ring, outline.bounds, colour, isPrinted))
    }

    /// The one plain colour that lies under all the points; nil when they lie on several, or on print.
    func surface(under points: [Point]) -> UInt32? {
        var found: UInt32?
        for point in points {
            let piece = self.pieces.last { $0.box.holds(point) && Outline.ring($0.ring, holds: point) }
            if piece?.isPrinted == true { return nil }
            let colour = piece?.colour ?? self.palette.ground
            if let found, found != colour { return nil }
            found = colour
        }
        return found
    }

    /// A paper that stands out against another.
    func paper(on colour: UInt32, not others: [UInt32] = []) -> UInt32 {
        let choice = self.palette.papers(on: colour).filter { !others.contains($0) && $0 != self.palette.accent }
        return self.dice.pick(choice) ?? self.palette.papers(on: colour)[0]
    }

    /// The loud paper, or the next best where the loud one would not show.
    func loud(on colour: UInt32) -> UInt32 {
        Palette.distance(self.palette.accent, colour) > 110 ? self.palette.accent : self.paper(on: colour)
    }

    /// Notes that something lies there.
    func take(_ box: Box, weight: Double) {
        self.taken.append((box, weight))
    }

    /// The place in a zone where a piece covers the least.
    ///
    /// - Parameters:
    ///   - size: Of the piece's upright box.
    ///   - zone: Where its centre may be.
    ///   - tries: How many places to look at.
    /// - Returns: The centre; nil when every place would cover what must be seen.
    func place(_ size: Point, in zone: Box, tries: Int = 90) -> Point? {
        var best: (cost: Double, point: Point)?
        let safe = self.canvas.box.inset(26)
        for _ in 0..<tries {
            let point = Point(self.dice.length(zone.left, zone.right), self.dice.length(zone.top, zone.bottom))
            let box = Self.box(around: point, size)
            let outside = box.area - box.overlap(safe)
            let cost = self.taken.reduce(outside * 6) { $0 + $1.box.overlap(box) * $1.weight }
            if cost < best?.cost ?? .infinity { best = (cost, point) }
            if cost == 0 { break }
        }
        guard let best, best.cost < size.x * size.y * 0.4 else { return nil }
        return best.point
    }

    static func box(around center: Point, _ size: Point) -> Box {
        Box(left: center.x - size.x / 2, top: center.y - size.y / 2, right: center.x + size.x / 2, bottom: center.y + size.y / 2)
    }
}
