/// Every bound of the server in one table; each is listed by `atelier config` under `limits.<name>`.
package struct Limits: Sendable, Hashable {
    /// Longest idea, rule or edited text, in UTF-8 bytes: a long page; more would not fit a small model's context.
    package var textBytes = 32_768
    /// Longest JSON request body in bytes: an idea, a rule, and parameters with room to spare.
    package var bodyBytes = 1_048_576
    /// Most outputs in one run: a wall of pictures, not a batch farm.
    package var outputsPerRun = 16
    /// Widest and highest picture in pixels: what the engines and the worker's memory allow.
    package var pixelsPerSide = 4096
    /// Most pixels of a picture that is decoded (4096 × 4096 with room for a panorama): a bomb is refused before decoding.
    package var pixelsDecoded = 40_000_000
    /// Most iterations of a recursive interception: each is an entity and a model call.
    package var iterations = 12
    /// Runs that may wait; beyond that a submit is answered `rate_limited`.
    package var queuedRuns = 100_000
    /// Runs that one server works on at the same time; its outputs wait for engine slots, not for this.
    package var concurrentRuns = 64
    /// Slots of the built-in engine: one worker process each.
    package var builtinSlots = 2
    /// Seconds a lease is good for without a heartbeat; the heartbeat comes every third of it.
    package var leaseSeconds = 30
    /// Attempts of one run before it ends `failed`: a run that kills its worker must not do so for ever.
    package var attempts = 5
    /// Days a run may wait for a person (`limits.waiting` of the contract).
    package var waitingDays = 7
    /// Hours that an idempotency key is remembered.
    package var idempotencyHours = 24
    /// Seconds a media worker may take for one order: a 4096² sketch takes about 4.
    package var mediaSeconds = 60
    /// Bytes of address space of a media worker: a decoded 40-megapixel picture, twice, and the libraries.
    package var mediaMemoryBytes = 1_610_612_736
    /// Largest output file in bytes that is accepted from an engine.
    package var outputBytes = 2_147_483_648
    /// Free bytes of the archive's disk below which no new run is accepted (`no_space`).
    package var diskReserveBytes = 67_108_864
    /// Open HTTP connections in all.
    package var connections = 6_000
    /// Open HTTP connections from one address; loopback is not counted.
    package var connectionsPerAddress = 256
    /// Memory of one HTTP connection in bytes: bounds its header block (431 beyond).
    package var connectionMemoryBytes = 8_192
    /// Seconds until the headers of a request must be whole.
    package var headerSeconds = 10
    /// Seconds until the body of a request must be whole: a full-sized one over a poor line, not one byte now and then.
    package var bodySeconds = 300
    /// Seconds without traffic after which a connection is closed.
    package var idleSeconds = 30
    /// Seconds between two comment lines of an event stream, so that a dead reader is found.
    package var streamCommentSeconds = 15
    /// Bytes an event stream may buffer before its slow reader is dropped; it can come back with `Last-Event-ID`.
    package var streamBufferBytes = 262_144
    /// Most rows in one page of a list.
    package var pageRows = 200
    /// Seconds that `execute` waits for the end before it answers 202.
    package var executeWaitSeconds = 600
    /// Seconds that running stages get to finish at SIGTERM before they are cancelled.
    package var drainSeconds = 20

    /// The defaults.
    package init() {}
}
