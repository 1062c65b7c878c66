import Glibc

/// The machine's clock that never jumps, in milliseconds: deadlines of sockets are real time, simulated worlds have no sockets.
enum Monotonic {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
