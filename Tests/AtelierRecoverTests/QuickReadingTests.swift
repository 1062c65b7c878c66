import AtelierCore
import AtelierEngine
import AtelierStoreSQLite
import AtelierTesting
import Foundation
import Testing

@Suite struct QuickReadingTests {
    /// Goal: what the quick reader takes it reads as the careful one does; what it leaves is left, never misread.
    @Test(arguments: [
        "{}", " [ ] ", "null", "[1,-1,0,123456789012345678]", "[1.5,-0.25]", "{\"a\":{\"b\":[true,false,null]}}",
        #""a\"b\\c\/d\n\t""#, "\"Frühstück – 朝食\"", "[1.0]", "[1e3]", "[-0]", "[01]", "[1234567890123456789012]", #""\u00e9""#,
        "{\"a\":1,\"a\":2}", "[1,]", "{\"a\"}", "[1", "\"", "tru", "[1] x", "\u{1}", "", "-", "[.5]", "[1.]", "\"a\nb\"",
    ]) func `the quick reader agrees with the careful one`(_ text: String) {
        let careful = try? JSON(parsing: text.utf8)
        let quick = Array(text.utf8).withUnsafeBufferPointer { JSON(quick: $0) }
        #expect(quick == nil || quick == careful)
    }

    @Test func `what a run leaves behind is read quickly`() throws {
        let metadata = try #require(try MadeRuns.run(1).1["metadata.json"])
        let quick = metadata.withUnsafeBufferPointer { JSON(quick: $0) }
        #expect(try quick == JSON(parsing: metadata))
        for end in 0..<metadata.count - 1 {
            #expect(metadata[..<end].withUnsafeBufferPointer { JSON(quick: $0) } == nil)
        }
    }

    @Test func `bytes that are no UTF-8 are left to the careful reader`() {
        let bytes: [UInt8] = [0x22, 0xFF, 0x22]
        #expect(bytes.withUnsafeBufferPointer { JSON(quick: $0) } == nil)
    }
}

/// Makes a large data directory for `docs/durability.md`'s figure; does nothing unless it is asked to.
@Suite struct LargeHomeTests {
    static let wanted = ProcessInfo.processInfo.environment["ATELIER_MAKE_RUNS"].flatMap { Int($0) }
    static let pictureBytes = ProcessInfo.processInfo.environment["ATELIER_MAKE_BYTES"].flatMap { Int($0) } ?? 24_000

    @Test(.enabled(if: Self.wanted != nil)) func `a large data directory is made`() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["ATELIER_MAKE_DATA"])
        let home = try DataHome(at: path)
        try await MadeRuns.fill(home, Self.wanted ?? 0, pictureBytes: Self.pictureBytes)
        try await home.store.close()
    }
}
