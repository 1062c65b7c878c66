package import AtelierCore
import Foundation

/// A running `atelier serve`; it runs until it is stopped, crashed, or let go of, so a test ends with stopping it.
package final class ServerProcess: Sendable {
    package let process: ChildProcess
    package let port: UInt16
    private let home: TestHome

    /// The way in over TCP.
    package var http: HTTPClient { HTTPClient(.port(self.port)) }
    /// The way in over the Unix socket.
    package var socket: HTTPClient { HTTPClient(.socket(self.home.data + "/atelier.sock")) }

    private init(_ process: ChildProcess, port: UInt16, home: TestHome) {
        self.process = process
        self.port = port
        self.home = home
    }

    /// Waits until a started server says where it listens and can work.
    static func ready(_ process: ChildProcess, in home: TestHome) async throws -> ServerProcess {
        let port = try await eventually("the server's address") {
            if let end = process.ended() { throw HarnessProblem("The server ended with \(end): \(process.errors)") }
            return Self.port(in: process.output)
        }
        let server = ServerProcess(process, port: port, home: home)
        _ = try await eventually("a server that answers") {
            do {
                return try await server.get("/healthz").status == 200 ? true : nil
            } catch is HarnessProblem {
                return nil
            }
        }
        return server
    }

    private static func port(in output: String) -> UInt16? {
        guard let address = output.split(separator: "http://").dropFirst().first?.prefix(while: { $0 != " " }) else { return nil }
        return address.split(separator: ":").last.flatMap { UInt16($0.prefix(while: \.isNumber)) }
    }

    /// Asks for something.
    package func get(_ target: String, headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await self.http.send("GET", target, headers: headers)
    }

    /// Sends a body as it is, without a content type.
    package func post(_ target: String, _ body: String, headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await self.http.send("POST", target, headers: headers, body: Array(body.utf8))
    }

    /// Sends JSON, without a content type.
    package func post(_ target: String, _ body: JSON = [:], headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await self.http.send("POST", target, headers: headers, body: body.canonical)
    }

    /// Submits a run.
    ///
    /// - Returns: Its id.
    /// - Throws: ``HarnessProblem`` when it was not accepted.
    package func submit(_ body: JSON, headers: [(String, String)] = []) async throws -> RunID {
        let answer = try await self.post("/api/runs", body, headers: headers)
        guard answer.status == 202, let id = try answer.json()["run_id"]?.string.flatMap({ RunID($0) }) else {
            throw HarnessProblem("The run was not accepted: \(answer.status) \(answer.text)")
        }
        return id
    }

    /// A run's record, as soon as it has ended.
    package func ended(_ id: RunID) async throws -> JSON {
        try await eventually("the end of run \(id)", within: 120) {
            let record = try await self.get("/api/runs/\(id)").json()
            guard let status = record["status"]?.string, !["queued", "running", "waiting"].contains(status) else { return JSON?.none }
            return record
        }
    }

    /// Every event of a run from the stream, until the stream ends.
    package func events(of id: RunID, after last: Int? = nil) async throws -> [ServerEvent] {
        let headers = last.map { [("Last-Event-ID", String($0))] } ?? []
        return ServerEvent.read(try await self.get("/api/runs/\(id)/events", headers: headers).text)
    }

    /// Asks the server to stop, and waits until it has.
    package func stop() async throws -> ChildProcess.End {
        self.process.send(SIGTERM)
        return try await self.process.untilEnded()
    }

    /// Kills the server where it stands, as the kernel would.
    package func crash() async throws {
        self.process.send(SIGKILL)
        _ = try await self.process.untilEnded()
    }
}

/// One event of an event stream.
package struct ServerEvent: Sendable {
    /// The `id:`; nil for a snapshot or progress.
    package var number: Int?
    package var kind: String
    package var data: String

    /// Reads the frames of a stream; comments are no events.
    package static func read(_ stream: String) -> [ServerEvent] {
        stream.split(separator: "\n\n").compactMap { frame in
            var event = ServerEvent(number: nil, kind: "message", data: "")
            for line in frame.split(separator: "\n") {
                let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = halves.count > 1 ? String(halves[1].drop { $0 == " " }) : ""
                switch halves[0] {
                case "id": event.number = Int(value)
                case "event": event.kind = value
                case "data": event.data += value
                default: break
                }
            }
            return event.data.isEmpty ? nil : event
        }
    }
}
