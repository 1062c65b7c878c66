import AtelierCore
import AtelierEngine
import AtelierTesting
import Synchronization
import Testing

@Suite struct WakeupTests {
    private static func until(_ condition: () -> Bool) async {
        for _ in 0..<1_000_000 where !condition() { await Task.yield() }
        #expect(condition())
    }

    @Test func `a signal that came before the wait ends it at once`() async {
        let wakeup = Wakeup()
        let count = wakeup.count
        wakeup.signal()
        await wakeup.wait(after: count, atMost: .seconds(3600), by: HandClock())
        #expect(wakeup.count == count + 1)
    }

    @Test func `a signal wakes everybody who waits`() async {
        let wakeup = Wakeup()
        let clock = HandClock()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await wakeup.wait(after: wakeup.count, atMost: .seconds(3600), by: clock) } }
            await Self.until { clock.sleepers == 20 }
            wakeup.signal()
            await group.waitForAll()
        }
        #expect(clock.sleepers == 0)
    }

    @Test func `the time ends a wait without a signal`() async {
        let wakeup = Wakeup()
        let clock = HandClock()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wakeup.wait(after: 0, atMost: .seconds(2), by: clock) }
            await Self.until { clock.sleepers == 1 }
            clock.move(.milliseconds(1999))
            #expect(clock.sleepers == 1)
            clock.move(.milliseconds(1))
            await group.waitForAll()
        }
    }

    @Test func `a cancelled task does not wait, whenever it was cancelled`() async {
        let wakeup = Wakeup()
        let clock = HandClock()
        for turns in 0..<200 {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await wakeup.wait(after: wakeup.count, atMost: .seconds(3600), by: clock) }
                for _ in 0..<turns % 20 { await Task.yield() }
                if turns.isMultiple(of: 3) { wakeup.signal() }
                group.cancelAll()
                await group.waitForAll()
            }
        }
        #expect(clock.sleepers == 0)
    }

    @Test func `one at a time, in the order of their coming`() async {
        let gate = SerialGate()
        let door = Gate()
        let inside = Inside()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    await gate.run {
                        #expect(inside.enter(number) == 1)
                        if number == 0 {
                            // Nobody cancels it.
                            do { try await door.pass() } catch { Issue.record(error) }
                        }
                        await Task.yield()
                        inside.leave()
                    }
                }
                if number == 0 { await Self.until { door.arrived == 1 } }
            }
            for _ in 0..<100 { await Task.yield() }
            door.open()
        }
        #expect(inside.order.sorted() == Array(0..<10))
        #expect(inside.order.first == 0)
    }

    @Test func `work that throws lets the next one through`() async throws {
        let gate = SerialGate()
        for _ in 1...3 {
            await #expect(throws: CancellationError.self) { try await gate.run { throw CancellationError() } }
        }
        let five = await gate.run { 5 }
        #expect(five == 5)
    }

    /// Counts who is inside, and in which order they came.
    private final class Inside: Sendable {
        private let state = Mutex<(count: Int, order: [Int])>((0, []))

        var order: [Int] { self.state.withLock { $0.order } }

        func enter(_ number: Int) -> Int {
            self.state.withLock { state in
                state.order.append(number)
                state.count += 1
                return state.count
            }
        }

        func leave() { self.state.withLock { $0.count -= 1 } }
    }
}
