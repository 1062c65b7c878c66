import AtelierTesting
import Testing

/// Power cuts at every operation of recorder and archive.
@Suite struct KillPointTests {
    /// Goes through every kill point of a run under some seeds; calls `visit` with what each came to.
    static func forEveryKillPoint(
        seeds: Range<UInt64>,
        without skips: Set<DiskFaults.Skip> = [],
        _ visit: (_ killAt: Int, _ seed: UInt64, KillPointVerdict) -> Bool
    ) throws {
        for seed in seeds {
            var killAt = 1
            while true {
                let verdict = try runKillPoint(killAt, seed: seed, skips: skips)
                guard visit(killAt, seed, verdict), verdict.wasCut else { break }
                killAt += 1
            }
        }
    }

    /// Goal: nothing acknowledged is lost, nothing half-written is visible, and the run goes on to its end.
    @Test func `a power cut at any operation loses nothing`() throws {
        var cuts = 0
        try Self.forEveryKillPoint(seeds: 0..<8) { killAt, seed, verdict in
            if verdict.wasCut { cuts += 1 }
            #expect(verdict.problems.isEmpty, "kill point \(killAt), seed \(seed): \(verdict.problems.joined(separator: "; "))")
            return true
        }
        #expect(cuts > 300, "only \(cuts) cuts: the loop has lost its kill points")
    }

    /// Goal: each sync is needed.
    ///
    /// Method: take it out; some kill point must show the loss.
    @Test(arguments: DiskFaults.Skip.allCases)
    func `a sync that is taken out is missed`(_ skip: DiskFaults.Skip) throws {
        var isMissed = false
        try Self.forEveryKillPoint(seeds: 0..<12, without: [skip]) { _, _, verdict in
            isMissed = isMissed || !verdict.problems.isEmpty
            return !isMissed
        }
        #expect(isMissed, "nothing was lost without the sync of \(skip)")
    }
}
