import AtelierCore
import AtelierTesting
import Testing

@Suite struct IdentifierSourceTests {
    @Test func `ten thousand ids of one millisecond are in order`() {
        let source = IdentifierSource(time: HandClock(), chance: SeededChance(seed: 1))
        let ids = (0..<10_000).map { _ in source.makeRunID() }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        #expect(ids.first?.time == Sample.start)
    }

    @Test func `a clock that steps back does not break the order`() {
        let clock = HandClock()
        let source = IdentifierSource(time: clock, chance: SeededChance(seed: 2))
        var ids: [RunID] = []
        for step in [0, -3_600_000, 5, -1, 0, 7_200_000, -7_200_000] as [Int64] {
            clock.setWall(Timestamp(milliseconds: clock.now.milliseconds + step))
            for _ in 0..<5000 { ids.append(source.makeRunID()) }
        }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test func `many tasks get ids of their own, each of them in order`() async {
        let source = IdentifierSource(time: HandClock(), chance: SeededChance(seed: 3))
        let lists = await withTaskGroup(of: [RunID].self) { group in
            for _ in 0..<8 { group.addTask { (0..<1000).map { _ in source.makeRunID() } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for ids in lists { #expect(ids == ids.sorted()) }
        #expect(Set(lists.joined()).count == 8000)
    }
}
