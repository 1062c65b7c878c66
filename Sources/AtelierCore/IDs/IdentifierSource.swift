import Synchronization

/// Mints run ids, each greater than the one before.
///
/// Method 1 of RFC 9562, section 6.2: ids of one millisecond are ordered by a counter; a clock that steps back does not break the order.
package final class IdentifierSource: Sendable {
    private let time: any TimeSource
    private let chance: any Chance
    private let last = Mutex<(milliseconds: Int64, counter: UInt16)>((0, 0))

    /// Mints ids from this time and this chance.
    package init(time: any TimeSource, chance: any Chance) {
        self.time = time
        self.chance = chance
    }

    /// A new id.
    package func makeRunID() -> RunID {
        let now = self.time.now.milliseconds
        let (milliseconds, counter) = self.last.withLock { last in
            if now > last.milliseconds {
                last = (now, 0)
            } else if last.counter < 0x0FFF {
                last.counter += 1
            } else {
                last = (last.milliseconds + 1, 0)
            }
            return last
        }
        return RunID(time: Timestamp(milliseconds: milliseconds), counter: counter, random: self.chance.word())
    }
}
