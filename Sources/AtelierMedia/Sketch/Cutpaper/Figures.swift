import CMedia

extension Collage {
    /// Cuts out a thing, or a form where there is none, and glues it down.
    ///
    /// - Parameters:
    ///   - motif: What; nil for a form.
    ///   - center: Where.
    ///   - size: How large, in units.
    ///   - colour: Of the silhouette.
    ///   - under: The paper that it lies on.
    ///   - turn: Which way, in tenths of a degree.
    ///   - finish: What is printed on the silhouette.
    func figure(
        _ motif: String?,
        at center: Point,
        size: Double,
        _ colour: UInt32,
        on under: UInt32,
        turn: Int = 0,
        _ finish: Finish = .plain
    ) {
        let affine = Affine.placing(at: center, turn: turn, scale: size, mirrored: self.dice.chance(45))
        let layers = motif.flatMap { Motifs.layers($0) } ?? [self.form()]
        for (index, layer) in layers.enumerated() {
            let cut = layer.shaken(0.006, &self.dice).moved(affine)
            if index == 0 {
                self.lay(cut, colour, finish, lift: 1.3)
            } else {
                self.lay(cut, index == 1 ? self.detail(on: colour, under) : self.palette.ink, lift: 0.5)
            }
        }
        self.take(Collage.box(around: center, Point(size * 0.86, size * 0.86)), weight: 1.5)
    }

    /// The silhouette once more in another ink, out of register, before the figure itself is laid.
    func ghost(_ motif: String?, at center: Point, size: Double, turn: Int = 0, _ colour: UInt32) {
        guard let layer = motif.flatMap({ Motifs.layers($0) })?.first else { return }
        self.canvas.printing {
            let affine = Affine.placing(at: center + Point(self.dice.length(-34, 34), self.dice.length(-28, 28)), turn: turn, scale: size)
            self.canvas.fill(layer.moved(affine), colour, alpha: 0.85)
        }
    }

    private func detail(on colour: UInt32, _ under: UInt32) -> UInt32 {
        let choice = ([self.palette.light, self.palette.ink] + self.palette.papers).filter {
            Palette.distance($0, colour) > 140 && Palette.distance($0, under) > 60
        }
        return self.dice.pick(choice) ?? self.palette.type(on: colour)
    }

    /// A form for a text that names no thing; its kind comes from the text's letters.
    func form() -> Outline {
        let kind = Int(self.reading.hash >> 8 & 7)
        switch kind {
        case 0, 1, 2:
            return Outline.pebble((0..<7).map { _ in self.dice.length(0.24, 0.56) })
        case 3: return Outline(Outline.disc(0.5).rings + Outline.disc(0.2).rings)
        case 4: return Outline.disc(0.5, from: 0, to: 1800)
        case 5:
            let steps = (0..<5).flatMap {
                [Point(Double($0) * 0.2 - 0.5, 0.5 - Double($0) * 0.2), Point(Double($0) * 0.2 - 0.5, 0.3 - Double($0) * 0.2)]
            }
            return Outline([steps + [Point(0.5, -0.5), Point(0.5, 0.5)]])
        case 6:
            let arch = Outline.disc(0.5, from: 1800, to: 3600).rings[0] + [Point(0.5, 0.5), Point(0.22, 0.5)]
            return Outline([arch + Outline.disc(0.22, from: 1800, to: 3600).rings[0].reversed() + [Point(-0.22, 0.5), Point(-0.5, 0.5)]])
        default: return Outline([[Point(-0.5, 0.42), Point(0.06, -0.5), Point(0.5, 0.3)]])
        }
    }

    /// Small things that hold a picture together: a row of dots, a rule, a stamp; each kind once.
    func accents(_ zone: Box, count: ClosedRange<Int>) {
        for kind in self.dice.shuffled([0, 1, 2, 3]).prefix(self.dice.within(count)) {
            switch kind {
            case 0: self.dots(in: zone)
            case 1: self.rule(in: zone)
            case 2: self.stamp(in: zone)
            default: self.confetti(in: zone)
            }
        }
    }

    private func dots(in zone: Box) {
        let (count, step) = (self.dice.within(3...7), self.dice.length(22, 30))
        let turn = self.dice.pick([0, 900], or: 0)
        guard let center = self.place(Self.upright(Point(step * Double(count), 20), turn), in: zone) else { return }
        let colour = self.palette.type(on: self.palette.ground)
        for index in 0..<count {
            let along = (Double(index) - Double(count - 1) / 2) * step
            self.canvas.fill(Outline.disc(6.5, steps: 24).moved(.placing(at: center + Turn.point(turn, along))), colour)
        }
        self.take(Self.box(around: center, Self.upright(Point(step * Double(count), 20), turn)), weight: 1)
    }

    private func rule(in zone: Box) {
        let (length, turn) = (self.dice.length(140, 380), self.dice.pick([0, 900, 450], or: 0))
        let size = Self.upright(Point(length, 16), turn)
        guard let center = self.place(size, in: zone) else { return }
        let bar = Outline.rectangle(length, self.dice.pick([3, 5, 12], or: 5)).moved(.placing(at: center, turn: turn))
        self.canvas.fill(bar, self.palette.type(on: self.palette.ground))
        self.take(Self.box(around: center, size), weight: 1)
    }

    private func confetti(in zone: Box) {
        let size = self.dice.length(34, 64)
        guard let center = self.place(Point(size, size), in: zone) else { return }
        let kinds = [Outline.disc(size / 2), Outline.rectangle(size, size * 0.8), Outline.disc(size * 0.6, from: 0, to: 1800)]
        let piece = self.dice.pick(kinds, or: kinds[0]).moved(.placing(at: center, turn: self.dice.within(0...35) * 100))
        self.lay(piece, self.loud(on: self.palette.ground), lift: 0.6)
        self.take(Self.box(around: center, Point(size, size)), weight: 1)
    }

    /// A rubber stamp with a number that the text names, or the count of its words.
    private func stamp(in zone: Box) {
        guard let center = self.place(Point(132, 132), in: zone) else { return }
        let number = self.dice.pick(self.reading.numbers) ?? "\(self.reading.words.count)"
        let isDark = Palette.lightness(self.palette.ground) < 110
        let ink = isDark ? self.palette.light : self.loud(on: self.palette.ground)
        let turn = self.dice.within(-22...22) * 10
        self.canvas.saved {
            if !isDark { cm_multiply(self.canvas.handle, 1) }
            let ring = Outline(Outline.disc(62).rings + Outline.disc(56).rings + Outline.disc(50).rings + Outline.disc(48).rings)
            self.canvas.fill(ring.shaken(0.7, &self.dice).moved(.placing(at: center)), ink, alpha: 0.8)
            guard let set = self.fitted("№ \(number.prefix(6))", .sans, size: 27, widest: 80 / self.width) else { return }
            self.canvas.transformed(.placing(at: center, turn: turn)) {
                let extents = set.text.extents
                set.text.draw(self.canvas, at: Point(-extents.width / 2, -extents.height / 2), ink, alpha: 0.82)
                self.canvas.fill(Outline.rectangle(70, 2.5).moved(Affine(y0: 21)), ink, alpha: 0.8)
                self.canvas.fill(Outline.rectangle(70, 2.5).moved(Affine(y0: -21)), ink, alpha: 0.8)
            }
        }
        self.take(Self.box(around: center, Point(132, 132)), weight: 1.5)
    }
}
