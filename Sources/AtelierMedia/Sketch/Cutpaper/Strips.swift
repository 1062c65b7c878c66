import CMedia

/// How a piece of text is cut out.
enum StripStyle: Sendable {
    /// On light paper.
    case label
    /// On ink.
    case reverse
    /// On the loud paper.
    case loud
    /// Printed on whatever lies there.
    case bare
}

extension Collage {
    /// The first telling word, large, and some phrases smaller; where there is room.
    ///
    /// - Parameters:
    ///   - headline: Where the large word's centre may be.
    ///   - small: Where the others may be.
    ///   - turns: Directions to choose from, in tenths of a degree.
    ///   - count: How many phrases.
    func setType(headline: Box, small: Box, turns: [Int], count: ClosedRange<Int>) {
        // Han, kana and Hangul lying on their side cannot be read.
        let turns = self.reading.language == "en" ? turns : turns.filter { abs($0) < 450 }
        self.setHeadline(in: headline, turns: turns)
        var sizes = [self.dice.length(46, 60), self.dice.length(34, 42), self.dice.length(28, 34), 26, 24, 22]
        for _ in 0..<self.dice.within(count) where !self.phrases.isEmpty {
            let phrase = self.phrases.removeFirst()
            let style = self.dice.pick([StripStyle.label, .label, .reverse, .loud, .bare], or: .label)
            let face = self.dice.pick(Face.allCases, or: .serif)
            let size = sizes.isEmpty ? 22 : sizes.removeFirst()
            self.strip(phrase, face, size: size, style, in: small, turn: self.dice.pick(turns, or: 0))
        }
    }

    /// The large word, on one strip or letter by letter.
    func setHeadline(in zone: Box, turns: [Int]) {
        let words = Array(self.reading.salient.prefix(3))
        guard let word = self.dice.pick(words) ?? self.reading.words.first else { return }
        let turn = self.dice.pick(turns, or: 0)
        let letters = word.count
        if WordSplitter.canBeCutUp(word), (2...9).contains(letters), self.dice.chance(38) {
            return self.ransom(word, in: zone, turn: turn)
        }
        let size = letters < 4 ? 190.0 : self.dice.length(96, 132)
        let style = self.dice.pick([StripStyle.label, .reverse, .bare, .loud], or: .label)
        let face = self.dice.pick([Face.serif, .sans, .serif, .italic], or: .serif)
        self.strip(word, face, size: size, style, in: zone, turn: turn, weight: 3)
    }

    /// Cuts a text out and glues it where it covers the least.
    func strip(_ text: String, _ face: Face, size: Double, _ style: StripStyle, in zone: Box, turn: Int, weight: Double = 2) {
        guard let set = self.fitted(text, face, size: size, widest: 0.74) else { return }
        let (width, height) = (set.text.extents.width, set.text.extents.height)
        let pad = style == .bare ? 2 : max(9, set.size * 0.2)
        let body = Point(width + pad * 2.4, height + pad * 1.7)
        let reach = Self.upright(body, turn)
        guard let center = self.place(reach, in: zone) else { return }
        let (paper, type) = self.colours(style, body: body, .placing(at: center, turn: turn))
        if let paper {
            let cut = Outline.rectangle(body.x, body.y).shaken(min(5, pad * 0.4), &self.dice).moved(.placing(at: center, turn: turn))
            self.lay(cut, paper, lift: 0.7)
        }
        self.canvas.transformed(.placing(at: center, turn: turn)) {
            set.text.draw(
                self.canvas,
                at: Point(-width / 2, -height / 2),
                type,
                weight: face == .sans && set.size > 60 ? set.size * 0.035 : 0
            )
        }
        self.take(Self.box(around: center, reach), weight: weight)
    }

    /// Letters from many papers, as in a letter whose sender wants no name.
    func ransom(_ word: String, in zone: Box, turn: Int) {
        let letters = word.map { String($0) }
        let step = min(120, self.width * 0.72 / Double(letters.count))
        let reach = Self.upright(Point(step * Double(letters.count) + 20, step * 1.5), turn)
        guard let center = self.place(reach, in: zone) else { return }
        for (index, letter) in letters.enumerated() {
            let along = (Double(index) - Double(letters.count - 1) / 2) * step
            let spot = Affine.placing(at: center, turn: turn)(Point(along, self.dice.length(-9, 9)))
            self.letter(letter, at: spot, size: step * self.dice.length(0.78, 1.02), turn: turn + self.dice.within(-6...6) * 10)
        }
        self.take(Self.box(around: center, reach), weight: 3)
    }

    private func letter(_ letter: String, at spot: Point, size: Double, turn: Int) {
        let face = self.dice.pick([Face.serif, .sans, .italic, .sans], or: .serif)
        let shown = self.dice.chance(45) ? letter.uppercased() : letter
        guard let set = SetText(shown, face, size: size, language: self.reading.language) else { return }
        let paper = self.dice.pick(
            [self.palette.light, self.palette.ink, self.palette.accent] + self.palette.papers,
            or: self.palette.light
        )
        let (width, height) = (set.extents.width, set.extents.height)
        let cut = Outline.rectangle(max(width + size * 0.3, size * 0.62), max(height + size * 0.3, size * 0.8))
        self.lay(cut.shaken(size * 0.045, &self.dice).moved(.placing(at: spot, turn: turn)), paper, lift: 0.6)
        self.canvas.transformed(.placing(at: spot, turn: turn)) {
            set.draw(self.canvas, at: Point(-width / 2, -height / 2), self.palette.type(on: paper))
        }
    }

    /// Sets a text no wider than a share of the picture.
    func fitted(_ text: String, _ face: Face, size: Double, widest share: Double) -> (text: SetText, size: Double)? {
        let spacing = face == .sans && size < 60 ? size * 0.06 : 0
        guard let set = SetText(text, face, size: size, language: self.reading.language, spacing: spacing) else { return nil }
        let widest = self.width * share
        guard set.extents.width > widest else { return (set, size) }
        let smaller = max(7, (size * widest / set.extents.width * 16).rounded(.down) / 16)
        return SetText(text, face, size: smaller, language: self.reading.language, spacing: spacing * smaller / size).map { ($0, smaller) }
    }

    /// The upright box of a turned piece.
    static func upright(_ size: Point, _ turn: Int) -> Point {
        let (sine, cosine) = (abs(Turn.sine(turn)), abs(Turn.cosine(turn)))
        return Point(size.x * cosine + size.y * sine, size.x * sine + size.y * cosine)
    }

    /// Paper and type of a strip, so that neither is lost on what lies under it.
    private func colours(_ style: StripStyle, body: Point, _ placed: Affine) -> (paper: UInt32?, type: UInt32) {
        let spots = [-0.5, -0.25, 0, 0.25, 0.5].flatMap { x in [-0.5, 0.5].map { placed(Point(body.x * x, body.y * $0)) } }
        let under = self.surface(under: spots)
        let (light, ink, loud) = (self.palette.light, self.palette.ink, self.palette.accent)
        if style == .bare, let under { return (nil, self.palette.type(on: under)) }
        let below = self.surface(under: [placed(Point(0, 0))]) ?? self.palette.ground
        let order =
            [StripStyle.label: [light, ink, loud], .reverse: [ink, light, loud], .loud: [loud, light, ink]][style] ?? [light, ink]
        let paper = order.first { Palette.distance($0, below) > 36 } ?? light
        return (paper, self.palette.type(on: paper))
    }
}
