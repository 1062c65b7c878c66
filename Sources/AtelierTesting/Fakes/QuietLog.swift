package import AtelierCore

/// Says nothing.
package struct QuietLog: Log {
    /// A log that nobody reads.
    package init() {}

    package func write(_ level: LogLevel, _ message: String, _ fields: [String: JSON]) {}
}
