import CMedia

/// The arrangements. Each one is a whole picture: a large quiet form, one loud thing, type, and room around them.
extension Collage {
    /// A long sheet leans through the picture; the thing stands where a torn sheet crosses it.
    func diagonal() {
        let lean = Int(self.dice.sign()) * self.dice.within(12...26) * 10
        let first = self.paper(on: self.palette.ground)
        let center = self.at(self.dice.length(0.36, 0.64), 0.5)
        let long = Outline.rectangle(self.dice.length(250, 360), self.height * 1.5).moved(.placing(at: center, turn: lean))
        self.lay(long, first, self.dice.pick([.plain, .newsprint, .squared, .plain], or: .plain))
        let spot = Point(center.x + self.dice.sign() * self.dice.length(30, 130), self.height * self.dice.length(0.36, 0.6))
        let second = self.paper(on: self.palette.ground, not: [first])
        let torn = Outline.rectangle(self.dice.length(430, 560), self.dice.length(330, 420)).shaken(24, &self.dice)
        self.layTorn(torn.moved(.placing(at: spot, turn: lean + self.dice.within(-8...8) * 10 + 900)), second, self.quietFinish())
        self.main(at: spot, size: self.dice.length(400, 500), on: second, turn: lean / 3)
        self.companion(in: self.box(0.15, 0.12, 0.85, 0.3), size: 150...210)
        let turns = [lean / 2, lean / 2, 0, lean / 2 + 900]
        self.setType(headline: self.box(0.25, 0.76, 0.75, 0.9), small: self.box(0.14, 0.07, 0.86, 0.93), turns: turns, count: 2...4)
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 2...3)
    }

    /// A great disc, partly out of the picture, and the thing before it.
    func eclipse() {
        let side = self.dice.sign()
        let center = self.at(0.5 + side * self.dice.length(0.06, 0.2), self.dice.length(0.36, 0.46))
        let radius = self.dice.length(330, 410)
        let first = self.loudOrQuiet()
        self.lay(
            Outline.disc(radius, steps: 120).shaken(1.5, &self.dice).moved(.placing(at: center)),
            first,
            self.dice.pick([.plain, .plain, .halftone], or: .plain)
        )
        if self.dice.chance(55) {
            let half = Outline.disc(radius * 0.62, from: 0, to: 1800, steps: 80)
            let turn = self.dice.pick([0, 900, 1800, 2700], or: 0)
            self.lay(half.moved(.placing(at: center, turn: turn)), self.paper(on: first), .stripes, lift: 0.7)
        }
        let spot = Point(center.x - side * self.dice.length(40, 150), center.y + self.dice.length(50, 130))
        self.main(at: spot, size: self.dice.length(410, 520), on: first, turn: self.dice.within(-9...9) * 10)
        let strip = Outline.rectangle(self.dice.length(46, 80), self.height * self.dice.length(0.5, 0.8)).shaken(5, &self.dice)
        let x = side > 0 ? self.width * self.dice.length(0.07, 0.14) : self.width * self.dice.length(0.86, 0.93)
        self.layTorn(
            strip.moved(.placing(at: Point(x, self.height * self.dice.length(0.3, 0.7)))),
            self.paper(on: self.palette.ground, not: [first]),
            .newsprint,
            edges: [0, 2]
        )
        self.companion(in: self.box(0.14, 0.7, 0.86, 0.84), size: 120...180)
        let turns = [0, 0, self.dice.within(-8...8) * 10]
        self.setType(headline: self.box(0.3, 0.8, 0.7, 0.91), small: self.box(0.14, 0.07, 0.86, 0.94), turns: turns, count: 2...4)
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 1...3)
    }

    /// Layers of torn paper make land or water; the thing is between them and the sky.
    func horizon() {
        let level = self.height * self.dice.length(0.56, 0.68)
        let skyColour = self.loud(on: self.palette.ground)
        let sky = self.at(self.dice.pick([0.24, 0.5, 0.76], or: 0.5), self.dice.length(0.2, 0.28))
        let radius = self.dice.length(88, 150)
        self.lay(
            Outline.disc(radius).shaken(1.5, &self.dice).moved(.placing(at: sky)),
            skyColour,
            self.dice.pick([.plain, .halftone], or: .plain)
        )
        self.take(Self.box(around: sky, Point(radius * 1.7, radius * 1.7)), weight: 1)
        var under = self.palette.ground
        var used: [UInt32] = []
        let layers = self.dice.within(2...3)
        let front = self.dice.length(0.3, 0.7)
        for layer in 0...layers {
            if layer == 1 {
                let size = self.dice.length(380, 470)
                self.main(
                    at: Point(self.width * front, level - size * 0.2),
                    size: size,
                    on: self.palette.ground,
                    turn: self.dice.within(-5...5) * 10
                )
            }
            let colour = self.paper(on: under, not: used)
            let top = level + Double(layer) * (self.height - level) / Double(layers + 1)
            self.layTorn(self.land(top, layer), colour, layer == layers ? .plain : self.quietFinish(), edges: nil, lift: 1.1)
            (under, used) = (colour, used + [colour])
        }
        self.companion(in: self.box(0.2, 0.74, 0.8, 0.86), size: 130...190)
        self.setType(
            headline: self.box(0.3, 0.82, 0.7, 0.92),
            small: self.box(0.12, 0.06, 0.88, 0.95),
            turns: [0, 0, self.dice.within(-5...5) * 10],
            count: 2...4
        )
        self.accents(self.box(0.08, 0.06, 0.92, 0.5), count: 1...2)
    }

    /// Papers piled into a figure: a base, a body, the thing as its head.
    func totem() {
        let x = self.width * self.dice.length(0.36, 0.64)
        var (y, under) = (self.height + 30, self.palette.ground)
        var used: [UInt32] = []
        for step in 0..<self.dice.within(2...3) {
            let colour = self.paper(on: under, not: used)
            let size = Point(self.dice.length(230, 380) - Double(step) * 40, self.dice.length(190, 260))
            let block = Outline.rectangle(size.x, size.y).shaken(20, &self.dice)
            let place = block.moved(.placing(at: Point(x + self.dice.length(-30, 30), y - size.y / 2), turn: self.dice.within(-6...6) * 10))
            let finish = self.dice.pick([Finish.plain, .stripes, .newsprint, .squared, .halftone], or: .plain)
            if self.dice.chance(50) { self.lay(place, colour, finish) } else { self.layTorn(place, colour, finish) }
            self.take(Self.box(around: Point(x, y - size.y / 2), Point(size.x * 0.8, size.y * 0.8)), weight: 0.5)
            (y, under, used) = (y - size.y * 0.86, colour, used + [colour])
        }
        let size = min(max(y * 0.86, 360), 480)
        self.main(
            at: Point(x, max(y - size * 0.28, size * 0.52)),
            size: size,
            on: self.palette.ground,
            turn: self.dice.within(-10...10) * 10
        )
        self.companion(in: self.box(0.14, 0.3, 0.86, 0.8), size: 140...200)
        let turns = [0, self.dice.within(-6...6) * 10, self.dice.within(-12...12) * 10]
        self.setType(headline: self.box(0.3, 0.62, 0.7, 0.88), small: self.box(0.16, 0.08, 0.84, 0.94), turns: turns, count: 3...4)
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 2...3)
    }

    /// One corner is heavy; the thing sits on its edge; the far corner answers small.
    func corner() {
        let (left, top) = (self.dice.chance(50), self.dice.chance(50))
        let flip = { (x: Double, y: Double) in self.at(left ? x : 1 - x, top ? y : 1 - y) }
        let first = self.loudOrQuiet()
        let sheet = Outline([
            [
                flip(-0.05, -0.05), flip(self.dice.length(0.66, 0.82), -0.05),
                flip(self.dice.length(0.4, 0.55), self.dice.length(0.45, 0.6)), flip(-0.05, self.dice.length(0.7, 0.85)),
            ]
        ])
        self.layTorn(sheet, first, self.dice.pick([.plain, .halftone, .newsprint, .plain], or: .plain), edges: [1, 2])
        let second = self.paper(on: first)
        let block = Outline.rectangle(self.dice.length(150, 230), self.dice.length(260, 380)).shaken(10, &self.dice)
        self.lay(
            block.moved(
                .placing(at: flip(self.dice.length(0.16, 0.28), self.dice.length(0.2, 0.3)), turn: self.dice.within(-15...15) * 10)
            ),
            second,
            self.quietFinish()
        )
        self.main(
            at: flip(self.dice.length(0.44, 0.54), self.dice.length(0.4, 0.5)),
            size: self.dice.length(420, 520),
            on: first,
            turn: self.dice.within(-12...12) * 10
        )
        let far = [flip(0.84, 0.84), flip(0.16, 0.84)].map { Self.box(around: $0, Point(120, 120)) }
        self.companion(in: far[0], size: 130...190)
        let turns = [0, 0, self.dice.pick([900, 2700, 80], or: 0)]
        let y = top ? 0.84 : 0.16
        self.setType(
            headline: self.box(0.28, y - 0.06, 0.72, y + 0.06),
            small: self.box(0.12, 0.08, 0.88, 0.93),
            turns: turns,
            count: 2...4
        )
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 2...3)
    }

    /// Squares fall where chance lets them; some bear a word, one the thing.
    func chance() {
        let (columns, rows) = (3, 3)
        let cell = Point(self.width / Double(columns), self.height / Double(rows))
        let hero = self.dice.below(columns * rows)
        let colours = self.dice.shuffled(self.palette.papers(on: self.palette.ground) + [self.palette.light])
        var heroPlace = self.at(0.5, 0.5)
        for index in 0..<columns * rows {
            let spot = Point(
                (Double(index % columns) + 0.5) * cell.x + self.dice.length(-46, 46),
                (Double(index / columns) + 0.5) * cell.y + self.dice.length(-46, 46)
            )
            if index == hero {
                heroPlace = spot
                continue
            }
            guard self.dice.chance(80) else { continue }
            let size = Point(self.dice.length(150, 290), self.dice.length(150, 290))
            let square = Outline.rectangle(size.x, size.y).shaken(8, &self.dice).moved(
                .placing(at: spot, turn: self.dice.within(-20...20) * 10)
            )
            let colour = colours[index % colours.count]
            self.layTorn(square, colour, self.dice.pick([.plain, .plain, .plain, .newsprint, .halftone, .stripes], or: .plain))
        }
        let inset = Point(min(max(heroPlace.x, 260), self.width - 260), min(max(heroPlace.y, 260), self.height - 260))
        self.main(at: inset, size: self.dice.length(430, 520), on: self.palette.ground, turn: self.dice.within(-25...25) * 10)
        self.companion(in: self.box(0.12, 0.12, 0.88, 0.88), size: 130...180)
        self.setType(
            headline: self.box(0.26, 0.2, 0.74, 0.84),
            small: self.box(0.12, 0.08, 0.88, 0.93),
            turns: [0, -70, 60, 130],
            count: 2...4
        )
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 0...1)
    }

    /// One letter of the text, as large as the paper, and the thing leaning on it.
    func initial() {
        let first = self.paper(on: self.palette.ground)
        let side = self.dice.sign()
        if self.dice.chance(60) {
            let sheet = Outline.rectangle(self.width * self.dice.length(0.42, 0.52), self.height * 1.2)
            self.layTorn(
                sheet.moved(.placing(at: self.at(0.5 + side * 0.34, 0.5), turn: self.dice.within(-4...4) * 10)),
                first,
                self.quietFinish()
            )
        }
        let word = self.reading.salient.first ?? ""
        let letter = WordSplitter.canBeCutUp(word) ? String(word.prefix(1)).uppercased() : word
        let colour = self.loud(on: self.palette.ground)
        if let set = self.fitted(letter, self.dice.pick([.serif, .sans], or: .serif), size: 900, widest: 0.8) {
            let extents = set.text.extents
            let spot = self.at(0.5 - side * self.dice.length(0.06, 0.14), self.dice.length(0.42, 0.5))
            let affine = Affine.placing(at: spot, turn: self.dice.within(-9...9) * 10)
            self.note(Outline.rectangle(extents.width, extents.height).moved(affine), colour, isPrinted: true)
            self.canvas.transformed(affine) {
                set.text.lay(self.canvas, at: Point(-extents.width / 2, -extents.height / 2), colour, weight: 10)
            }
        }
        let spot = self.at(0.5 + side * self.dice.length(0.14, 0.24), self.dice.length(0.54, 0.66))
        self.main(at: spot, size: self.dice.length(340, 430), on: colour, turn: self.dice.within(-14...14) * 10)
        self.companion(in: self.box(0.14, 0.12, 0.86, 0.3), size: 120...170)
        self.setType(
            headline: self.box(0.3, 0.84, 0.7, 0.92),
            small: self.box(0.12, 0.07, 0.88, 0.95),
            turns: [0, 0, 900, self.dice.within(-7...7) * 10],
            count: 2...4
        )
        self.accents(self.box(0.08, 0.08, 0.92, 0.92), count: 1...3)
    }
}
