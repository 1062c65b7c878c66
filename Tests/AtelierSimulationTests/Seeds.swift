/// Every seed that ever failed, with the sentence that it taught.
///
/// They run before all others.
enum Seeds {
    static let taught: [(seed: UInt64, sentence: String)] = [
        (1, "The archive's root is a name too, and must be synced into its own folder."),
        (210, "A folder is durable when every name on the way to it is, not when the last one is."),
        (394, "The same, after a sync that failed half-way."),
        (12, "A machine without power has no disk and no database; a simulation in which one outlives the other accuses the innocent."),
    ]
}
