/// A disk with the durability words of POSIX, nothing more: what is written may be lost until it is synced.
///
/// The calls block; only an archive's own threads make them. Every mutating call is a kill point of the simulated disk.
package protocol FileSystem: Sendable {
    /// Creates the directory and its missing parents. Their names are durable only after ``sync(directory:)`` on each parent.
    func makeDirectories(_ path: String) throws
    /// Creates an empty file; one that is there is emptied.
    func create(_ path: String) throws
    /// Adds bytes at a file's end. Volatile until ``sync(file:)``.
    func append(_ bytes: some Collection<UInt8> & Sendable, to path: String) throws
    /// Makes a file's contents durable.
    func sync(file path: String) throws
    /// Makes the names in a directory durable.
    func sync(directory path: String) throws
    /// Renames without replacing: throws ``FileExists`` when the target is there. Durable only after ``sync(directory:)``.
    func rename(_ source: String, to target: String) throws
    /// Renames and replaces, atomically. Durable only after ``sync(directory:)``.
    func replace(_ target: String, with source: String) throws
    /// Removes a file; nothing happens when there is none.
    func remove(_ path: String) throws
    /// A file's contents, or a part of them.
    ///
    /// - Throws: ``Failure`` with `missing` when there is no such file.
    func read(_ path: String, range: Range<Int>?) throws -> [UInt8]
    /// A file's length in bytes; nil when there is none.
    func size(_ path: String) throws -> Int?
    /// The names in a directory, sorted; none when there is no such directory.
    func list(_ path: String) throws -> [String]
    /// Bytes that can still be written below a path.
    func freeBytes(_ path: String) throws -> Int
}

/// Thrown by ``FileSystem/rename(_:to:)`` when the target is there.
package struct FileExists: Error, Sendable {
    /// Says that the target is there.
    package init() {}
}
