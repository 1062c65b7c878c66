import AtelierCore

/// Everything that goes wrong in one simulated world; drawn from the seed, and printed when something is found.
package struct WorldPlan: Sendable {
    package var seed: UInt64
    /// Percent of engine calls that fail, and that take very long.
    package var engineFails: Int
    package var engineCrawls: Int
    /// Percent of engine calls that deliver an empty file or too few.
    package var engineLies: Int
    /// Percent of store calls that find the store away.
    package var storeAway: Int
    /// Percent of store calls at which the process dies: half of them before the commit, half after it, with the answer lost.
    package var storeKills: Int
    /// Percent of boots whose disk loses power at some call.
    package var diskKills: Int
    /// Percent of boots whose disk is full at some call.
    package var diskFull: Int
    /// Whether the wall clock jumps.
    package var clockJumps: Bool
    /// Whether people cancel, and whether they pause.
    package var cancels: Bool
    package var pauses: Bool
    /// Percent of store calls that arrive after the lease of their caller has run out.
    package var stalls: Int
    /// A guard that was taken out on purpose.
    package var without: Guard?

    /// The guards that can be taken out, each to be missed by somebody.
    package enum Guard: String, Sendable, CaseIterable {
        /// Writes are taken from any attempt.
        case fence
        /// Rows are written before their bytes are published.
        case bytesBeforeRows
        /// Cancel ends a run at once, without `finishing`.
        case finishing
        /// Reserved numbers are not looked at after a crash.
        case adoption
    }

    /// Most faults off, the rest at odd strengths.
    package init(seed: UInt64, without: Guard? = nil) {
        var random = SplitMix64(seed: seed ^ 0xFA17)
        func strength(_ most: Int) -> Int { random.below(3) == 0 ? 1 + random.below(most) : 0 }
        self.seed = seed
        self.engineFails = strength(30)
        self.engineCrawls = strength(20)
        self.engineLies = strength(20)
        self.storeAway = strength(8)
        self.storeKills = strength(4)
        self.diskKills = strength(90)
        self.diskFull = strength(60)
        self.clockJumps = random.below(4) == 0
        self.cancels = random.below(2) == 0
        self.pauses = random.below(3) == 0
        self.stalls = strength(3)
        self.without = without
    }

    /// No faults: what the liveness phase runs under.
    package var calm: WorldPlan {
        var plan = self
        plan.engineFails = 0
        plan.engineCrawls = 0
        plan.engineLies = 0
        plan.storeAway = 0
        plan.storeKills = 0
        plan.diskKills = 0
        plan.diskFull = 0
        plan.clockJumps = false
        plan.stalls = 0
        return plan
    }
}
