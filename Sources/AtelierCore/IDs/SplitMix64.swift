/// A seeded generator for procedures and simulations: the same seed gives the same numbers on every machine.
///
/// Guy Steele, Doug Lea, Christine Flood: "Fast Splittable Pseudorandom Number Generators" (2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts at a seed.
    package init(seed: UInt64) { self.state = seed }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 up to but not including `bound`.
    package mutating func below(_ bound: Int) -> Int { Int(self.next() % UInt64(max(bound, 1))) }

    /// Shuffles after Fisher and Yates; the standard library's shuffle may change between versions, this one may not.
    package mutating func shuffle<Item>(_ items: inout [Item]) {
        for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, self.below(last + 1)) }
    }
}
