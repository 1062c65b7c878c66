import CMedia

/// What is printed on a paper before it is cut.
enum Finish: Sendable {
    case plain, halftone, stripes, ruled, squared, newsprint
}

extension Collage {
    /// Glues a piece of paper down: shadow, colour, print, grain.
    ///
    /// - Parameters:
    ///   - outline: The cut.
    ///   - colour: Of the paper.
    ///   - finish: What is printed on it.
    ///   - lift: How far it stands off; 0 is flat.
    func lay(_ outline: Outline, _ colour: UInt32, _ finish: Finish = .plain, lift: Double = 1) {
        self.canvas.path(outline)
        if lift > 0 {
            cm_shadow(self.canvas.handle, 5 * lift, 7 * lift, lift > 1.2 ? 4 : 2, 0.26)
            cm_shadow(self.canvas.handle, 1.5 * lift, 2 * lift, 1, 0.30)
        }
        cm_fill(self.canvas.handle, colour, 1)
        cm_forget(self.canvas.handle)
        self.note(outline, colour, isPrinted: finish != .plain)
        if finish != .plain { self.press(finish, on: outline, colour) }
        self.grain(outline, 0.09)
    }

    /// Glues down a torn sheet: its white core shows along the tear.
    func layTorn(_ outline: Outline, _ colour: UInt32, _ finish: Finish = .plain, edges: Set<Int>? = nil, lift: Double = 1) {
        let core = outline.torn(edges, depth: 7, &self.dice)
        let center = outline.bounds.center
        let grown = Outline(
            core.rings.map { ring in
                ring.map { point in
                    let away = point - center
                    return (point + away * (5 / max(away.length, 1))).rounded
                }
            }
        )
        self.lay(grown, Palette.distance(colour, self.palette.light) < 60 ? 0xFFFFFF : self.palette.light, lift: lift)
        self.lay(outline.torn(edges, depth: 6, &self.dice), colour, finish, lift: 0)
    }

    /// Fibre and grain over a piece.
    func grain(_ outline: Outline, _ alpha: Double) {
        self.canvas.saved {
            self.canvas.path(outline)
            cm_clip(self.canvas.handle)
            cm_forget(self.canvas.handle)
            let seed = UInt32(truncatingIfNeeded: self.dice.next() >> 40)
            cm_grain(self.canvas.handle, seed | 1, alpha)
            cm_grain(self.canvas.handle, seed & ~1, alpha)
        }
    }

    /// Prints on a piece of paper.
    func press(_ finish: Finish, on outline: Outline, _ colour: UInt32) {
        let box = outline.bounds
        let ink = self.palette.type(on: colour)
        self.canvas.saved {
            self.canvas.path(outline)
            cm_clip(self.canvas.handle)
            cm_forget(self.canvas.handle)
            switch finish {
            case .plain: break
            case .halftone: self.printHalftone(box, ink)
            case .stripes: self.printStripes(box, ink)
            case .ruled: self.printLines(box, ink, crossed: false)
            case .squared: self.printLines(box, ink, crossed: true)
            case .newsprint: self.printNews(box, ink)
            }
        }
    }

    /// A screen of dots that grow towards one side, as in a printed photograph.
    private func printHalftone(_ box: Box, _ ink: UInt32) {
        let pitch = 11.0
        let toward = Turn.point(self.dice.within(0...35) * 100, 1)
        let reach = max(box.width, box.height) * 0.75
        let half = Int(max(box.width, box.height) * 0.75 / pitch) + 1
        let (across, down) = (Turn.point(150, pitch), Turn.point(1050, pitch))
        for row in -half...half {
            for column in -half...half {
                let offset = across * Double(column) + down * Double(row)
                let center = box.center + offset
                let shade = 0.5 + (offset.x * toward.x + offset.y * toward.y) / reach
                let radius = min(pitch * 0.62, max(0, shade) * pitch * 0.6)
                guard radius > 0.9, box.inset(-pitch).overlap(Collage.box(around: center, Point(1, 1))) > 0 else { continue }
                self.addDot(center, radius)
            }
        }
        cm_fill_nonzero(self.canvas.handle, ink, 0.82, 0)
        cm_forget(self.canvas.handle)
    }

    private func addDot(_ center: Point, _ radius: Double) {
        let (long, short) = (radius, radius * 0.7071)
        let corners = [(long, 0), (short, short), (0, long), (-short, short), (-long, 0), (-short, -short), (0, -long), (short, -short)]
        for (index, corner) in corners.enumerated() {
            let point = Point(center.x + corner.0, center.y + corner.1).rounded
            if index == 0 { cm_move(self.canvas.handle, point.x, point.y) } else { cm_line(self.canvas.handle, point.x, point.y) }
        }
        cm_close(self.canvas.handle)
    }

    private func printStripes(_ box: Box, _ ink: UInt32) {
        let turn = self.dice.pick([0, 450, 900, 1350], or: 0)
        let (step, long) = (self.dice.length(18, 34), box.width + box.height)
        let count = Int(long / step)
        for index in -count...count {
            let bar = Outline.rectangle(long * 2, step * 0.42).moved(
                .placing(at: box.center + Turn.point(turn + 900, step * Double(index)), turn: turn)
            )
            self.canvas.fill(bar, ink, alpha: 0.9)
        }
    }

    private func printLines(_ box: Box, _ ink: UInt32, crossed: Bool) {
        let step = crossed ? 17.0 : 24.0
        for index in 0...Int(box.height / step) {
            let y = box.top + Double(index) * step + 6
            self.canvas.fill(Outline.rectangle(box.width, 1.1).moved(Affine(x0: box.center.x, y0: y)), ink, alpha: 0.34)
        }
        guard crossed else { return }
        for index in 0...Int(box.width / step) {
            let x = box.left + Double(index) * step + 6
            self.canvas.fill(Outline.rectangle(1.1, box.height).moved(Affine(x0: x, y0: box.center.y)), ink, alpha: 0.34)
        }
    }

    /// The text itself, small, in a column: yesterday's paper.
    private func printNews(_ box: Box, _ ink: UInt32) {
        let words = self.reading.words.prefix(160)
        guard words.contains(where: { !WordSplitter.isEmoji($0) }) else { return self.printLines(box, ink, crossed: false) }
        let run = words.filter { !WordSplitter.isEmoji($0) }.joined(separator: " ")
        let times = max(1, min(60, Int(box.area / 90) / max(run.count, 1)))
        let text = Array(repeating: run, count: times).joined(separator: " ")
        let face = self.dice.pick([Face.italic, .sansLight, .serif], or: .serif)
        guard
            let set = SetText(
                String(text.prefix(3_000)),
                face,
                size: 15,
                language: self.reading.language,
                width: box.width + 40,
                leading: 1
            )
        else { return }
        self.canvas.transformed(Affine(x0: box.left - 20, y0: box.top + 4)) {
            set.draw(self.canvas, at: Point(0, 0), ink, alpha: 0.72)
        }
    }
}
