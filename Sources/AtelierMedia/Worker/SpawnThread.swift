import Dispatch
import Glibc
import Synchronization

/// One thread that lives as long as the process and starts every child.
///
/// Linux sends a child's death signal when the *thread* that started it ends, not the process; a thread of Dispatch's pool may end at any
/// time and would take its children along.
final class SpawnThread: Sendable {
    static let shared = SpawnThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let ready = DispatchSemaphore(value: 0)

    private init() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failed = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<SpawnThread>.fromOpaque(context).takeUnretainedValue().loop() }
                return nil
            },
            context
        )
        precondition(failed == 0, "no thread for starting media workers")
        pthread_detach(thread)
    }

    /// Runs `body` on the thread and waits for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let (result, done) = (Box<Value>(), DispatchSemaphore(value: 0))
        self.jobs.withLock {
            $0.append {
                result.value.withLock { $0 = body() }
                done.signal()
            }
        }
        self.ready.signal()
        done.wait()
        guard let value = result.value.withLock({ $0 }) else { preconditionFailure("a job ran without a result") }
        return value
    }

    private func loop() {
        while true {
            self.ready.wait()
            let job = self.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            job?()
        }
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
