/// What the arrangements share: the thing, its companions, and land.
extension Collage {
    /// The upper edge of land, shaped by the place that the text names.
    func land(_ top: Double, _ layer: Int) -> Outline {
        var edge: [Point] = []
        let width = self.width + 80
        switch self.reading.place {
        case .sea:
            let waves = self.dice.within(3...6)
            edge = (0...waves * 8).map { step in
                Point(-40 + width * Double(step) / Double(waves * 8), top + Turn.sine(step * 450) * 18)
            }
        case .mountain, .forest:
            let peaks = self.dice.within(2...3) + (self.reading.place == .forest ? 5 : 0)
            let high = self.reading.place == .forest ? 90.0 : 190.0
            for peak in 0...peaks * 2 {
                let rise = peak % 2 == 1 ? self.dice.length(high * 0.5, high) : self.dice.length(-20, 30)
                edge.append(Point(-40 + width * Double(peak) / Double(peaks * 2), top - rise / Double(layer + 1)))
            }
        case .city:
            var x = -40.0
            while x < width {
                let (wide, high) = (self.dice.length(60, 130), self.dice.length(0, 170) / Double(layer + 1))
                edge += [Point(x, top - high), Point(x + wide, top - high)]
                x += wide
            }
        default:
            edge = (0...5).map { Point(-40 + width * Double($0) / 5, top + self.dice.length(-34, 34)) }
        }
        return Outline([edge + [Point(width, self.height + 60), Point(-40, self.height + 60)]])
    }

    /// The thing, sometimes with its ghost in another ink, sometimes screened.
    func main(at spot: Point, size: Double, on under: UInt32, turn: Int) {
        let motif = self.mainMotif
        let colour = self.loud(on: under)
        if self.dice.chance(40) { self.ghost(motif, at: spot, size: size, turn: turn, self.paper(on: under, not: [colour])) }
        self.figure(motif, at: spot, size: size, colour, on: under, turn: turn, self.dice.pick([.plain, .plain, .halftone], or: .plain))
    }

    /// A second thing, small, when the text names one; as many of it as the text counts.
    func companion(in zone: Box, size: ClosedRange<Int>) {
        guard let motif = self.otherMotif() else { return }
        let counted = self.reading.numbers.compactMap { Int($0) }.first { (2...5).contains($0) } ?? 1
        let side = Double(self.dice.within(size)) * (counted > 1 ? 0.72 : 1)
        let reach = Point(side * (0.9 * Double(counted) + 0.1), side)
        let wide = self.canvas.box.inset(reach.x / 2 + 20)
        let held = Box(left: max(zone.left, wide.left), top: zone.top, right: min(zone.right, wide.right), bottom: zone.bottom)
        guard held.width >= 0, let spot = self.place(reach, in: held) else { return }
        for index in 0..<counted {
            let x = spot.x + (Double(index) - Double(counted - 1) / 2) * side * 0.9
            self.smallFigure(motif, at: Point(x, spot.y), side)
        }
    }

    private func smallFigure(_ motif: String, at spot: Point, _ side: Double) {
        let under = self.surface(under: [spot]) ?? self.palette.ground
        let papers = [self.palette.ink, self.palette.accent, self.palette.light].filter { Palette.distance($0, under) > 130 }
        let colour = self.dice.pick(papers) ?? self.palette.type(on: under)
        self.figure(motif, at: spot, size: side, colour, on: under, turn: self.dice.within(-12...12) * 10)
    }

    func quietFinish() -> Finish { self.dice.pick([.plain, .plain, .newsprint, .ruled, .squared], or: .plain) }

    func loudOrQuiet() -> UInt32 {
        // A colour that the text names is kept for the thing.
        self.reading.colours.isEmpty && self.dice.chance(35) ? self.loud(on: self.palette.ground) : self.paper(on: self.palette.ground)
    }
}
