import AtelierCore
import AtelierMedia
import Foundation
import Testing

@Suite struct CutpaperTests {
    @Test func `the same order gives the same bytes in two processes`() async throws {
        let (one, other) = (try Bench(), try Bench())
        for seed in UInt32(1)...3 {
            let picture = try await one.draw("Ein blauer Vogel über der Stadt 🐟", seed: seed, side: 512)
            #expect(try await other.draw("Ein blauer Vogel über der Stadt 🐟", seed: seed, side: 512) == picture)
        }
    }

    @Test func `what a worker drew before does not matter`() async throws {
        let bench = try Bench()
        let first = try await bench.draw("月と猫")
        _ = try await bench.draw("القمر")
        #expect(try await bench.draw("月と猫") == first)
    }

    @Test func `another seed, text or schema gives another picture`() async throws {
        let bench = try Bench()
        let first = try await bench.draw("a cup", seed: 1)
        #expect(try await bench.draw("a cup", seed: 2) != first)
        #expect(try await bench.draw("a hat", seed: 1) != first)
        let order = ProcedureOrder(procedure: "cutpaper", text: "a cup", schema: "other", seed: 1, width: 256, height: 256)
        #expect(try await bench.workers.perform(order) != first)
    }

    @Test(arguments: [(1024, 1024), (1920, 1080), (64, 2048), (7, 3), (1, 1)])
    func `a picture has the size that was ordered and decodes`(_ width: Int, _ height: Int) async throws {
        let bench = try Bench()
        let order = ProcedureOrder(procedure: "cutpaper", text: "Love is a house", schema: "dada", seed: 5, width: width, height: height)
        let path = try bench.file("a.png", try await bench.workers.perform(order))
        let facts = try await bench.workers.probe(path, as: .image)
        #expect(facts.width == width && facts.height == height)
    }

    static let odd = [
        "", " ", "a", "?!... --- ;;", "☕️🐟🌞🎈👩‍👩‍👧‍👦🇯🇵", "القمر فوق البحر والطائر ينام", "שלום עולם",
        "古い池や蛙飛び込む水の音",
        "안녕하세요",
        "हिन्दी में लिखा",
        "\u{0}\u{1}\u{202E}\u{200B}", "\u{E000}\u{F8FF}\u{10FFFF}", "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "42",
        "Donaudampfschifffahrtsgesellschaftskapitän",
        String(repeating: "x", count: 3_000), "line\nline\r\nline",
    ]

    @Test(arguments: CutpaperTests.odd) func `odd texts draw`(_ text: String) async throws {
        let bench = try Bench()
        for seed in UInt32(0)..<4 { #expect(try await !bench.draw(text, seed: seed, side: 128).isEmpty) }
    }

    @Test func `a text of 32 kB draws`() async throws {
        let bench = try Bench()
        let text = String(String(repeating: "Karawane jolifanto bambla o falli bambla. ", count: 900).prefix(32_768))
        #expect(try await !bench.draw(text).isEmpty)
    }

    @Test func `many seeds of many texts draw`() async throws {
        let bench = try Bench()
        for text in ["three ships", "Der Mond ist rot", "quiet"] {
            for seed in [0, 1, 17, 4_294_967_295] as [UInt32] { #expect(try await !bench.draw(text, seed: seed, side: 64).isEmpty) }
        }
    }
}
