import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct CrashTests {
    /// Goal: I6, kill -9 loses nothing accepted and doubles nothing.
    ///
    /// Method: submit 30 runs, kill the server after a number of events that the seed decides (never after a time), start it again on the
    /// same directory, twice over; then every accepted run must have ended once, whole, with an unbroken chain.
    @Test(arguments: [1, 2, 3] as [UInt64]) func `kill -9 loses nothing that was accepted and doubles nothing`(_ seed: UInt64) async throws
    {
        var random = SplitMix64(seed: seed)
        let home = try TestHome()
        var server = try await home.serve()
        var ids: [RunID] = []
        for number in 0..<30 {
            let size = JSON.integer(128)
            var body: JSON = ["schema": "dada", "input_text": .string("wort\(number) bleibt wort"), "parameters": [:], "outputs": []]
            if number.isMultiple(of: 3) {
                body["outputs"] = ["image"]
                body["parameters"] = ["width": size, "height": size]
            }
            ids.append(try await server.submit(body))
        }
        var kills = 0
        for _ in 0..<2 {
            // One run is followed up to some event; the kill then comes in the middle of the others.
            let followed = ids[random.below(ids.count)]
            let frames = 1 + random.below(12)
            _ = try await server.http.send("GET", "/api/runs/\(followed)/events") { bytes in
                String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").count >= frames
            }
            try await server.crash()
            kills += 1
            server = try await home.serve()
        }

        var attempts: [Int64] = []
        for id in ids {
            let record = try await server.ended(id)
            #expect(record["status"] == "succeeded", "seed \(seed): \(record)")
            attempts.append(record["attempt"]?.integer ?? 0)
            #expect(try home.folder(of: id).flaws() == [], "seed \(seed), run \(id)")
            ConcurrencyTests.expectOrder(try await server.events(of: id))
        }
        #expect(attempts.allSatisfy { (1...Int64(kills) + 1).contains($0) }, "seed \(seed): \(attempts)")
        #expect(try Self.folders(home) == ids.map(\.text).sorted())
        #expect(try Self.temporary(home) == [], "seed \(seed)")
        #expect(try await server.stop() == .code(0))
    }

    /// The run folders of an archive.
    static func folders(_ home: TestHome) throws -> [String] {
        try TemporaryFolder.tree(home.data + "/archive/runs").filter { $0.split(separator: "/").count == 4 }
            .compactMap { $0.split(separator: "/").last.map(String.init) }.sorted()
    }

    /// Files that are on their way into the archive.
    static func temporary(_ home: TestHome) throws -> [String] {
        let folder = home.data + "/archive/tmp"
        return FileManager.default.fileExists(atPath: folder) ? try TemporaryFolder.tree(folder) : []
    }
}
