import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct CrashTests {
    /// Goal: I6, kill -9 loses nothing accepted and doubles nothing.
    ///
    /// Method: submit 30 runs, kill the server after a number of events that the seed decides (never after a time), start it again on the
    /// same directory, twice over; then every accepted run must have ended once, whole, with an unbroken chain.
    @Test(arguments: 1...10 as ClosedRange<UInt64>) func `kill -9 loses nothing that was accepted and doubles nothing`(
        _ seed: UInt64
    ) async throws {
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
            expectWhole(home.folder(of: id))
            ConcurrencyTests.expectOrder(try await server.events(of: id))
        }
        #expect(attempts.allSatisfy { (1...Int64(kills) + 1).contains($0) }, "seed \(seed): \(attempts)")
        #expect(try Self.folders(home) == ids.map(\.text).sorted())
        #expect(try Self.temporary(home) == [], "seed \(seed)")
        #expect(try await server.stop() == .code(0))
    }

    /// Goal: 202 means durable, and a client that got no answer may ask again without making two.
    ///
    /// Method: 40 submits at once, each with a key of its own; the server is killed after as many answers as the seed says. Then all are
    /// sent again, to a new server.
    @Test(arguments: [11, 12] as [UInt64]) func `a submit that was answered is there, and one that was not can be repeated`(
        _ seed: UInt64
    ) async throws {
        var random = SplitMix64(seed: seed)
        let answers = 1 + random.below(30)
        let home = try TestHome()
        let server = try await home.serve()
        let accepted = await withTaskGroup(of: (Int, RunID?).self) { group in
            for number in 0..<40 { group.addTask { (number, await Self.submit(number, to: server)) } }
            var accepted: [Int: RunID] = [:]
            for await (number, id) in group {
                if let id { accepted[number] = id }
                if accepted.count == answers { server.process.send(SIGKILL) }
            }
            return accepted
        }
        #expect(accepted.count >= answers, "seed \(seed)")
        try await server.crash()

        let second = try await home.serve()
        var ids: Set<String> = []
        for number in 0..<40 {
            let id = try #require(await Self.submit(number, to: second), "seed \(seed), submit \(number)")
            if let before = accepted[number] { #expect(id == before, "seed \(seed), submit \(number)") }
            ids.insert(id.text)
            #expect(try await second.ended(id)["status"] == "succeeded")
            expectWhole(home.folder(of: id))
            #expect(try home.folder(of: id).entity("input") == Array("wunsch \(number)".utf8))
        }
        #expect(ids.count == 40)
        #expect(try Self.folders(home) == ids.sorted(), "seed \(seed)")
        #expect(try await second.stop() == .code(0))
    }

    /// The id when the run was accepted; nil when there was no answer.
    private static func submit(_ number: Int, to server: ServerProcess) async -> RunID? {
        let body: JSON = ["schema": "dada", "input_text": .string("wunsch \(number)"), "outputs": []]
        do {
            return try await server.submit(body, headers: [("Idempotency-Key", "wunsch-\(number)")])
        } catch {
            return nil
        }
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
