import AtelierCore
import AtelierTesting
import Foundation
import Testing

/// Goal: I10, one server on a data directory and a port; whoever comes second is told who was first.
@Suite struct HolderTests {
    @Test func `a second server on the same data directory refuses and names the holder`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let before = try home.tree()
        let second = try await home.atelier("serve", "--port", "0")
        #expect(second.end == .code(2))
        #expect(second.errors.contains("process \(server.process.pid) "), "\(second.errors)")
        #expect(second.errors.contains("127.0.0.1:\(server.port)"), "\(second.errors)")
        #expect(second.errors.contains(home.data))
        #expect(second.output == "")
        #expect(try home.tree() == before)
        // The refused one has taken nothing away from the first, its socket included.
        #expect(try await server.get("/readyz").status == 200)
        #expect(try await server.socket.send("GET", "/readyz").status == 200)
        #expect(try await server.stop() == .code(0))
    }

    @Test func `a second server on the same port refuses, names the holder and leaves nothing behind`() async throws {
        let home = try TestHome()
        let other = try TestHome()
        let server = try await home.serve()
        let second = try await other.atelier("serve", "--port", String(server.port))
        #expect(second.end == .code(2))
        #expect(second.errors.contains(String(server.process.pid)), "\(second.errors)")
        #expect(second.errors.contains(String(server.port)), "\(second.errors)")
        #expect(second.errors.contains("atelier"))
        #expect(try other.tree() == [])
        #expect(try await server.stop() == .code(0))
    }

    @Test func `a data directory is free again after kill -9`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        try await server.crash()
        let second = try await home.serve()
        #expect(try await second.socket.send("GET", "/healthz").status == 200)
        #expect(try await second.stop() == .code(0))
        #expect(try await home.atelier("run", "noch einer", "--output", "sketch").end == .code(0))
    }

    @Test func `the socket and the data are the owner's alone`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        var status = stat()
        #expect(stat(home.data + "/atelier.sock", &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_mode & S_IFMT == S_IFSOCK)
        #expect(stat(home.data, &status) == 0 && status.st_mode & 0o077 == 0)
        #expect(try await server.stop() == .code(0))
    }

    @Test func `the command line goes through the server that holds the directory, and works alone without one`() async throws {
        let home = try TestHome()
        let server = try await home.serve()
        let through = try await home.atelier("run", "ein Weg durch den Server", "--seed", "7", "--json")
        #expect(through.end == .code(0), "\(through.errors)")
        let id = try #require(through.json()["run_id"]?.string.flatMap { RunID($0) })
        // The server knows it and has worked on it: its log says so.
        #expect(try await server.get("/api/runs/\(id)").status == 200)
        #expect(server.process.errors.contains(id.text))
        #expect(try Self.agree(try through.json(), home.folder(of: id).metadata()))
        #expect(try await server.stop() == .code(0))

        let alone = try await home.atelier("run", "ein Weg durch den Server", "--seed", "7", "--json")
        #expect(alone.end == .code(0), "\(alone.errors)")
        let shapes = [try through.json(), try alone.json()].map { ($0.object ?? [:]).keys.sorted() }
        // "links" and the place in the queue are the server's own; everything else is the same record.
        #expect(shapes[1] == shapes[0].filter { !["links", "queue_position"].contains($0) })
        let hashes = [try through.json(), try alone.json()].map { $0["outputs"]?.array?.first?["sha256"] }
        #expect(hashes[0] != nil && hashes[0] == hashes[1])
    }

    /// Method: a server that works on one run at a time is killed with runs in its queue.
    @Test func `the command line alone works on its own run only, and says how many others wait`() async throws {
        let home = try TestHome()
        let server = try await home.serve(environment: ["ATELIER_LIMITS_CONCURRENT_RUNS": "1"])
        var ids: [RunID] = []
        for number in 0..<3 {
            let side: JSON = ["width": 4096, "height": 4096]
            ids.append(try await server.submit(["schema": "dada", "input_text": .string("groß \(number)"), "parameters": side]))
        }
        try await server.crash()
        let run = try await home.atelier("run", "nur dieser", "--output", "tune")
        #expect(run.end == .code(0), "\(run.errors)")
        // The first may have been under way: that one is not queued any more.
        #expect(run.output.contains("2 other runs wait") || run.output.contains("3 other runs wait"), "\(run.output)")
        let json = try await home.atelier("run", "und dieser", "--output", "tune", "--json")
        #expect(try json.json()["status"] == "succeeded")
        let queued = try await home.atelier("runs", "--status", "queued", "--json").json()["runs"]?.array ?? []
        #expect(queued.compactMap { $0["run_id"]?.string }.contains { $0 == ids.last?.text })
        let second = try await home.serve()
        for id in ids { #expect(try await second.ended(id)["status"] == "succeeded") }
        #expect(try await second.stop() == .code(0))
    }

    @Test func `several commands on one data directory wait for each other`() async throws {
        let home = try TestHome()
        let ids = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let run = try await home.atelier("run", "Nummer \(number)", "--output", "tune", "--json")
                    #expect(run.end == .code(0), "\(run.errors)")
                    return try run.json()["run_id"]?.string
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(ids).count == 4)
        #expect(try await home.atelier("runs", "--json").json()["runs"]?.array?.count == 4)
    }

    private static func agree(_ report: JSON, _ metadata: JSON) -> Bool {
        // "outputs" of the command line tells where each file lies; the rest is metadata.json's.
        (metadata.object ?? [:]).allSatisfy { $0.key == "outputs" || report[$0.key] == $0.value }
    }
}
