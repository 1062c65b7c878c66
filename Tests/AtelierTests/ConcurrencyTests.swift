import AtelierCore
import AtelierTesting
import Foundation
import Testing

@Suite struct ConcurrencyTests {
    /// The words of a text, sorted: the cut-up moves words about and adds none.
    static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }.sorted()
    }

    /// Everything that the contract promises about one run's events: numbers from 1 without gaps, the end at the end, and only there.
    static func expectOrder(_ events: [ServerEvent], endsWith last: String = "run.succeeded") {
        let durable = events.filter { $0.number != nil }
        #expect(durable.compactMap(\.number) == Array(1...max(durable.count, 1)))
        #expect(durable.first?.kind == "run.queued")
        #expect(durable.last?.kind == last)
        #expect(durable.count { $0.kind == last } == 1)
        #expect(events.first?.kind == "snapshot")
    }

    /// Goal: I11, runs share nothing.
    ///
    /// Method: 100 ideas at once, each with words that no other has; 20 of them with a picture.
    @Test func `100 submits at the same time each get their own text and picture back`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let ideas = (0..<100).map { "marke\($0)x sucht marke\($0)y unter wolke\($0)z" }
        let made = try await withThrowingTaskGroup(of: (Int, RunID).self) { group in
            for (number, idea) in ideas.enumerated() {
                var body: JSON = ["schema": "dada", "input_text": .string(idea), "seed": .integer(Int64(number)), "outputs": []]
                if number.isMultiple(of: 5) {
                    body["outputs"] = ["image"]
                    body["parameters"] = ["width": 256, "height": 256]
                }
                group.addTask { [body] in (number, try await server.submit(body)) }
            }
            return try await group.reduce(into: [Int: RunID]()) { $0[$1.0] = $1.1 }
        }
        #expect(Set(made.values).count == 100)

        var pictures: Set<String> = []
        for (number, id) in made.sorted(by: { $0.key < $1.key }) {
            let record = try await server.ended(id)
            #expect(record["status"] == "succeeded", "\(record)")
            let folder = home.folder(of: id)
            expectWhole(folder)
            #expect(try folder.entity("input") == Array(ideas[number].utf8))
            let text = String(decoding: try folder.entity("interception"), as: UTF8.self)
            #expect(Self.words(text) == Self.words(ideas[number]))
            Self.expectOrder(try await server.events(of: id))
            guard number.isMultiple(of: 5) else { continue }
            let picture = try await server.get("/api/media/image/\(id)")
            #expect(picture.status == 200)
            #expect(picture.body == (try folder.entity("output_image")))
            pictures.insert(Digest(of: picture.body).hex)
        }
        #expect(pictures.count == 20)
        // The pictures are each run's own: made again alone, from the same idea and seed, one of them is the same.
        let again = try await server.submit([
            "schema": "dada", "input_text": .string(ideas[35]), "seed": 35, "parameters": ["width": 256, "height": 256],
        ])
        #expect(try await server.ended(again)["status"] == "succeeded")
        let first = try #require(made[35])
        #expect(try home.folder(of: again).entity("output_image") == home.folder(of: first).entity("output_image"))
    }

    @Test func `events follow live, and go on after the last one that was seen`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let id = try await server.submit(["schema": "dada", "input_text": "eins zwei drei", "parameters": ["width": 128, "height": 128]])
        // Asked for at once: the stream is open while the run works, and ends with it.
        let live = try await server.events(of: id)
        Self.expectOrder(live)
        let again = try await server.events(of: id)
        #expect(again.compactMap(\.number) == live.compactMap(\.number))
        let rest = try await server.events(of: id, after: 3)
        #expect(rest.compactMap(\.number) == live.compactMap(\.number).filter { $0 > 3 })
        let last = try #require(live.compactMap(\.number).last)
        #expect(try await server.get("/api/runs/\(id)/events", headers: [("Last-Event-ID", String(last))]).status == 204)
    }
}
