import AtelierCore

/// A short piece from a text: its letters give the melody, its moods the mode and the pace.
///
/// Integers and one table, so that the same order gives the same bytes.
enum Tune {
    static let rate = 44_100

    static func compose(_ order: ProcedureOrder) throws -> [UInt8] {
        let reading = Reading(order.text, schema: order.schema)
        var score = Score(reading, order.text, seed: order.seed)
        let notes = score.notes()
        var mix = Mix(samples: notes.map { $0.start + $0.length }.max() ?? Self.rate * 8)
        for note in notes { mix.add(note) }
        return Wave.file(mix.mastered())
    }
}

/// One note, in samples.
struct Note: Sendable {
    var start: Int
    var length: Int
    /// In semitones above A at 55 Hz.
    var pitch: Int
    /// 0 to 256.
    var loudness: Int
    /// -128 (left) to 128.
    var pan: Int
    /// Soft (few overtones) or plucked.
    var isPlucked: Bool
}

/// What is played when.
struct Score {
    private let letters: [Int]
    private let scale: [Int]
    private let beat: Int
    private let root: Int
    private let pace: [Int]
    private var dice: Dice

    init(_ reading: Reading, _ text: String, seed: UInt32) {
        self.dice = Dice(reading.hash &+ UInt64(seed) &* 0x2545_F491_4F6C_DD1D)
        let heard = reading.words.joined().unicodeScalars.prefix(256).map { Int($0.value) }
        self.letters = heard.isEmpty ? [Int(reading.hash & 255), Int(reading.hash >> 8 & 255), 5] : heard
        let modes: [Mood: (scale: [Int], beat: Int)] = [
            .joy: ([0, 2, 4, 7, 9], 300), .calm: ([0, 2, 5, 7, 9], 460), .dark: ([0, 3, 5, 7, 10], 480), .wild: ([0, 2, 3, 6, 7, 9], 250),
            .cold: ([0, 2, 3, 7, 8], 440), .warm: ([0, 2, 4, 7, 9], 380), .dream: ([0, 2, 4, 6, 9, 11], 420),
            .machine: ([0, 3, 5, 6, 7, 10], 270),
        ]
        let mode = reading.moods.first.flatMap { modes[$0] } ?? ([0, 2, 4, 7, 9], 360)
        (self.scale, self.beat) = (mode.scale, mode.beat * Tune.rate / 1000)
        self.root = 12 + Int((reading.hash >> 16) % 7)
        self.pace = self.dice.pick([[2, 1, 1, 2, 2], [3, 1, 2, 2], [1, 1, 2, 1, 1, 2], [2, 2, 3, 1]], or: [2, 2])
    }

    /// Melody, bass and a last chord; 8 to 16 seconds.
    mutating func notes() -> [Note] {
        let bars = max(4, min(8, 11 * Tune.rate / (self.beat * 4)))
        let end = bars * self.beat * 4
        var notes: [Note] = []
        for bar in 0..<bars {
            let degree = [0, 0, 3, 4, 0, 2, 3, 4][(bar + self.letters[bar % self.letters.count]) % 8]
            notes.append(self.note(bar * 4 * self.beat, self.beat * 4, degree, octave: 0, 150, pan: 0, plucked: false))
            notes.append(self.note(bar * 4 * self.beat + self.beat * 2, self.beat * 2, degree + 2, octave: 1, 70, pan: 40, plucked: false))
        }
        var (time, index, degree) = (0, 0, 0)
        while time < end - self.beat * 2 {
            let letter = self.letters[index % self.letters.count]
            let length = self.pace[index % self.pace.count] * self.beat / 2
            let step = letter % 5 - 2 + (self.dice.chance(20) ? Int(self.dice.sign()) * 2 : 0)
            degree = min(max(degree + step, -2), self.scale.count + 3)
            let isRest = index > 3 && (letter % 11 == 0 || self.dice.chance(10))
            if !isRest {
                notes.append(
                    self.note(time, length * 2, degree, octave: 2, 190 - index % 3 * 20, pan: (letter % 7 - 3) * 22, plucked: true)
                )
            }
            (time, index) = (time + length, index + 1)
        }
        for (voice, degree) in [0, 2, 4].enumerated() {
            notes.append(
                self.note(
                    end + voice * self.beat / 6,
                    Tune.rate * 5 / 2,
                    degree,
                    octave: voice == 0 ? 1 : 2,
                    150,
                    pan: voice * 50 - 50,
                    plucked: true
                )
            )
        }
        return notes
    }

    private func note(_ start: Int, _ length: Int, _ degree: Int, octave: Int, _ loudness: Int, pan: Int, plucked: Bool) -> Note {
        let count = self.scale.count
        let wrapped = ((degree % count) + count) % count
        let pitch = self.root + self.scale[wrapped] + 12 * (octave + (degree - wrapped) / count)
        return Note(start: start, length: length, pitch: pitch, loudness: loudness, pan: pan, isPlucked: plucked)
    }
}

/// The sum of all notes, then an echo and a limit.
struct Mix {
    private var left: [Int]
    private var right: [Int]

    init(samples: Int) {
        let echo = Tune.rate * 3 / 2
        self.left = [Int](repeating: 0, count: samples + echo)
        self.right = self.left
    }

    /// A sine of 1024 steps, 14 bits; sums and products alone.
    private static let sine: [Int] = (0..<1024).map { step in
        let (low, high) = (Turn.sine(step * 3600 / 1024), Turn.sine(step * 3600 / 1024 + 1))
        let part = Double(step * 3600 % 1024) / 1024
        return Int(((low + (high - low) * part) * 16_384).rounded())
    }

    /// Phase steps of one octave's semitones from 55 Hz, 32-bit phase at 44.1 kHz.
    private static let steps = [
        5_356_535, 5_675_051, 6_012_507, 6_370_029, 6_748_811, 7_150_116, 7_575_284, 8_025_734, 8_502_969, 9_008_582, 9_544_261, 10_111_792,
    ]

    mutating func add(_ note: Note) {
        let step = Self.steps[note.pitch % 12] << (note.pitch / 12)
        let attack = note.isPlucked ? 400 : 5_000
        var phase = 0
        // Falls by a fixed share each 64 samples, and to nothing at the end.
        var level = 1 << 16
        for index in 0..<note.length {
            phase = (phase + step) & 0xFFFF_FFFF
            if note.isPlucked, index & 63 == 0 { level -= level / 260 }
            let fade = min(index * 256 / attack, 256) * min((note.length - index) * 256 / 3_000, 256) / 256
            let (second, third) = (Self.sine[(phase * 2 & 0xFFFF_FFFF) >> 22], Self.sine[(phase * 3 & 0xFFFF_FFFF) >> 22])
            // A plucked note's overtones fade faster than the note.
            let bright = note.isPlucked ? level * level / 65_536 : 8_192
            let voice = (Self.sine[phase >> 22] * 2 + (second + third / 2) * bright / 65_536) * level / 65_536
            let sample = voice * fade / 256 * note.loudness / 256
            self.left[note.start + index] += sample * (160 - note.pan) / 256
            self.right[note.start + index] += sample * (160 + note.pan) / 256
        }
    }

    /// Echoes across the sides, the loudest sample at 80 % of what fits.
    mutating func mastered() -> [Int16] {
        let delay = Tune.rate * 9 / 32
        for index in delay..<self.left.count {
            self.left[index] += self.right[index - delay] * 5 / 16
            self.right[index] += self.left[index - delay] * 5 / 16
        }
        let peak = max(1, (self.left + self.right).map { abs($0) }.max() ?? 1)
        let fade = Tune.rate / 4
        return self.left.indices.flatMap { index -> [Int16] in
            let share = min(self.left.count - 1 - index, fade)
            return [self.left[index], self.right[index]].map { Int16($0 * 26_000 / peak * share / fade) }
        }
    }
}

/// A WAV file: 16 bits, stereo.
enum Wave {
    static func file(_ samples: [Int16]) -> [UInt8] {
        var bytes: [UInt8] = []
        func put<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes += "RIFF".utf8
        put(UInt32(36 + samples.count * 2))
        bytes += "WAVEfmt ".utf8
        put(UInt32(16))
        put(UInt16(1))
        put(UInt16(2))
        put(UInt32(Tune.rate))
        put(UInt32(Tune.rate * 4))
        put(UInt16(4))
        put(UInt16(16))
        bytes += "data".utf8
        put(UInt32(samples.count * 2))
        samples.forEach { put($0) }
        return bytes
    }
}
