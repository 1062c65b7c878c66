import AtelierCore
import AtelierMedia
import Foundation
import Testing

@Suite struct TuneTests {
    private func tune(_ bench: Bench, _ text: String, seed: UInt32 = 1) async throws -> [UInt8] {
        try await bench.workers.perform(ProcedureOrder(procedure: "tune", text: text, schema: "dada", seed: seed))
    }

    @Test(arguments: ["Quiet garden, a cat sleeps", "Krieg! Sturm! Lärm!", "", "🎈", "月"]) func `a tune is music of 8 to 16 seconds`(
        _ text: String
    ) async throws {
        let bench = try Bench()
        let path = try bench.file("a.wav", try await self.tune(bench, text))
        let facts = try await bench.workers.probe(path, as: .music)
        #expect((8...16).contains(facts.durationSeconds ?? 0))
    }

    @Test func `the same order gives the same bytes, another seed others`() async throws {
        let (one, other) = (try Bench(), try Bench())
        let first = try await self.tune(one, "the sea")
        #expect(try await self.tune(other, "the sea") == first)
        #expect(try await self.tune(one, "the sea", seed: 2) != first)
    }

    @Test func `no sample is clipped and the piece is not silent`() async throws {
        let bytes = try await self.tune(try Bench(), "Love is a house with no door")
        let samples = stride(from: 44, to: bytes.count - 1, by: 2).map {
            Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
        }
        #expect(samples.allSatisfy { abs(Int($0)) <= 26_000 })
        #expect(samples.contains { abs(Int($0)) > 20_000 })
    }
}
