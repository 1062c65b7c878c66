/// A seeded source of choices: SplitMix64, integers only, so that a seed means the same on every machine.
struct Dice: Sendable {
    private var state: UInt64

    init(_ seed: UInt64) {
        self.state = seed
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `count`.
    mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "a choice among nothing")
        return Int(self.next() >> 33) % count
    }

    /// A number in a range of integers.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + self.below(range.count) }

    /// A length in steps of 1/256.
    mutating func length(_ low: Double, _ high: Double) -> Double {
        let steps = Int((high - low) * 256)
        return steps > 0 ? low + Double(self.below(steps + 1)) / 256 : low
    }

    /// Whether something happens that happens so many times in a hundred.
    mutating func chance(_ percent: Int) -> Bool { self.below(100) < percent }

    /// 1 or -1.
    mutating func sign() -> Double { self.chance(50) ? 1 : -1 }

    /// One of several; nil when there are none.
    mutating func pick<Item>(_ items: [Item]) -> Item? { items.isEmpty ? nil : items[self.below(items.count)] }

    /// One of several, with one to fall back on.
    mutating func pick<Item>(_ items: [Item], or other: Item) -> Item { self.pick(items) ?? other }

    /// The items in another order.
    mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var result = items
        for index in stride(from: result.count - 1, to: 0, by: -1) { result.swapAt(index, self.below(index + 1)) }
        return result
    }

    /// FNV-1a over a text, to make a seed of it.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
