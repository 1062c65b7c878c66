package import AtelierCore
import Synchronization

/// Tells whoever watches that something happened to a run.
///
/// Durable events are only announced here; a watcher reads them from the store, so a lost or doubled announcement does no harm. News of
/// progress exists nowhere else and may be lost.
package final class ProgressHub: Sendable {
    /// What a watcher hears.
    package enum Signal: Sendable, Hashable {
        /// Look into the store.
        case changed(RunID)
        /// The run was cancelled; its worker must stop.
        case cancelled(RunID)
        /// Text as it is written, steps, a preview.
        case progress(RunID, JSON)
    }

    /// One watcher's ear, open for as long as it is kept.
    package final class Watch: Sendable {
        fileprivate let run: RunID?
        private let heard = Mutex<[Signal]>([])
        private let wakeup = Wakeup()
        private let close: @Sendable (Watch) -> Void

        fileprivate init(_ run: RunID?, close: @escaping @Sendable (Watch) -> Void) {
            self.run = run
            self.close = close
        }

        deinit { self.close(self) }

        fileprivate func hear(_ signal: Signal) {
            self.heard.withLock { heard in
                heard.append(signal)
                if heard.count > ProgressHub.bufferedSignals { heard.removeFirst() }
            }
            self.wakeup.signal()
        }

        /// What was heard since the last call, oldest first; waits when that is nothing.
        ///
        /// - Parameters:
        ///   - limit: The longest wait; then the answer is empty. So it is when the task is cancelled.
        ///   - time: The clock that the wait goes by.
        /// - Returns: What was heard.
        package func next(atMost limit: Duration, by time: any TimeSource) async -> [Signal] {
            let count = self.wakeup.count
            let heard = self.take()
            guard heard.isEmpty else { return heard }
            await self.wakeup.wait(after: count, atMost: limit, by: time)
            return self.take()
        }

        private func take() -> [Signal] {
            self.heard.withLock { heard in
                defer { heard = [] }
                return heard
            }
        }
    }

    /// Watches are held weakly: an ear that nobody keeps any more is closed.
    private struct Weak {
        weak let watch: Watch?
    }

    private struct State {
        var watches: [ObjectIdentifier: Weak] = [:]
        var lastProgress: [RunID: Duration] = [:]
    }

    private let state = Mutex(State())
    private let time: any TimeSource
    /// At most four pieces of progress a second and run (docs/contract.md, section 4).
    private static let progressInterval = Duration.milliseconds(250)
    /// A watcher that is slow misses the oldest signals; it reads the store anyway.
    private static let bufferedSignals = 16

    /// A hub without watchers.
    package init(time: any TimeSource) { self.time = time }

    /// Watches one run, or all of them.
    package func watch(_ run: RunID? = nil) -> Watch {
        let watch = Watch(run) { [weak self] watch in
            let id = ObjectIdentifier(watch)
            self?.state.withLock { state in _ = state.watches.removeValue(forKey: id) }
        }
        self.state.withLock { $0.watches[ObjectIdentifier(watch)] = Weak(watch: watch) }
        return watch
    }

    /// Announces that a run changed.
    package func changed(_ run: RunID) { self.send(.changed(run), of: run) }

    /// Announces that a run was cancelled.
    package func cancelled(_ run: RunID) { self.send(.cancelled(run), of: run) }

    /// Passes news on, unless the run had news a moment ago.
    package func progress(_ run: RunID, _ news: JSON) {
        let now = self.time.uptime
        let isDue = self.state.withLock { state in
            if let last = state.lastProgress[run], now - last < Self.progressInterval { return false }
            state.lastProgress[run] = now
            return true
        }
        if isDue { self.send(.progress(run, news), of: run) }
    }

    /// Forgets what was kept about a run that has ended.
    package func ended(_ run: RunID) { self.state.withLock { state in _ = state.lastProgress.removeValue(forKey: run) } }

    private func send(_ signal: Signal, of run: RunID) {
        let watches = self.state.withLock { $0.watches.values.compactMap(\.watch) }
        for watch in watches where watch.run == nil || watch.run == run { watch.hear(signal) }
    }
}
