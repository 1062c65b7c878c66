import AtelierCore
import AtelierTesting
import Foundation
import Testing

/// A disk of a few megabytes that only the process and its children see: a tmpfs in a mount namespace of its own.
///
/// As root in a plain one, else as root of a user namespace.
private enum SmallDisk {
    static let unshare = ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-m"] : ["-Urm"])

    /// Words that mount the disk over a folder and become the program that follows.
    static func launcher(_ folder: String, megabytes: Int) -> [String] {
        let script = "mount -t tmpfs -o size=\(megabytes)m,mode=0700 none \"$0\" && exec \"$@\""
        return Self.unshare + ["/bin/sh", "-c", script, folder]
    }

    /// The folder as the process sees it, from outside its namespace.
    static func seen(_ folder: String, by process: ChildProcess) -> String { "/proc/\(process.pid)/root\(folder)" }
}

@Suite struct FullDiskTests {
    private func folder(in home: TestHome) throws -> String {
        try FileManager.default.createDirectory(atPath: home.data, withIntermediateDirectories: true)
        return home.data
    }

    @Test func `a disk below the reserve takes no new run, and says so in a sentence`() async throws {
        let home = try TestHome()
        let disk = SmallDisk.launcher(try self.folder(in: home), megabytes: 16)
        // The reserve is 64 MB unless it is set: there is never room for it here.
        let run = try await home.run(disk + [TestHome.program, "run", "ein Ball"])
        #expect(run.end == .code(1))
        #expect(run.errors.contains("full") && run.errors.contains("nothing was queued"), "\(run.errors)")
        #expect(run.errors.hasPrefix("atelier: ") && run.errors.split(separator: "\n").count == 2, "\(run.errors)")
    }

    @Test func `a disk with no room at all is said, not a crash`() async throws {
        let home = try TestHome()
        let folder = try self.folder(in: home)
        let disk = SmallDisk.launcher(folder, megabytes: 1)
        let fill = ["/bin/sh", "-c", #"head -c 2000000 /dev/zero > "$0/filler"; exec "$@""#, folder]
        for words in [["run", "ein Ball"], ["serve", "--port", "0"]] {
            let command = try await home.run(disk + fill + [TestHome.program] + words)
            #expect(command.end == .code(1) || command.end == .code(2), "\(command.end)")
            #expect(
                command.errors.split(separator: "\n").first { $0.hasPrefix("atelier: ") }?.contains("full") == true,
                "\(command.errors)"
            )
        }
    }

    /// Method: fill the disk while the server runs, look, make room again, look again.
    @Test func `a disk that fills up refuses new runs, serves the old ones, and recovers when there is room again`() async throws {
        let home = try TestHome()
        let folder = try self.folder(in: home)
        let reserve = ["ATELIER_LIMITS_DISK_RESERVE_BYTES": "2000000"]
        let server = try await home.serve(environment: reserve, launcher: SmallDisk.launcher(folder, megabytes: 24))
        let small: JSON = ["width": 256, "height": 256]
        let first = try await server.submit(["schema": "dada", "input_text": "vorher", "parameters": small])
        #expect(try await server.ended(first)["status"] == "succeeded")

        let filler = SmallDisk.seen(folder, by: server.process) + "/filler"
        let fill = try await home.run(["/bin/sh", "-c", #"head -c 40000000 /dev/zero > "$0""#, filler])
        #expect(fill.end != .code(0), "the disk should be full now")
        for path in ["/api/runs", SeedCheckTests.execute] {
            let answer = try await server.post(path, ["schema": "dada", "input_text": "jetzt nicht", "parameters": small])
            #expect(answer.status == 507 && answer.code == "no_space", "\(answer.text)")
        }
        #expect(try await server.get("/readyz").status == 507)
        #expect(try await server.get("/healthz").status == 200)
        #expect(try await server.get("/api/runs/\(first)").status == 200)
        let picture = try await server.get("/api/media/image/\(first)")
        #expect(picture.status == 200)

        try FileManager.default.removeItem(atPath: filler)
        let second = try await server.submit(["schema": "dada", "input_text": "danach", "parameters": small])
        #expect(try await server.ended(second)["status"] == "succeeded")
        #expect(try await server.get("/readyz").json()["queued"] == 0)
        #expect(try await server.get("/api/media/image/\(first)").body == picture.body)
        #expect(try await server.stop() == .code(0))
    }

    /// Goal: I2 and I5 where the reserve did not help: the run fails with its cause, and is never a success without a file.
    ///
    /// Method: no reserve to speak of; the disk has room for the rows and texts, not for the picture.
    @Test func `a picture that does not fit fails its run with no_space, and leaves no half file`() async throws {
        let home = try TestHome()
        let folder = try self.folder(in: home)
        let reserve = ["ATELIER_LIMITS_DISK_RESERVE_BYTES": "1"]
        let server = try await home.serve(environment: reserve, launcher: SmallDisk.launcher(folder, megabytes: 8))
        let seen = SmallDisk.seen(folder, by: server.process)
        // What is left is a little more than the database's log takes while the run is accepted and its texts are saved.
        let fill = #"free=$(stat -f -c '%a * %S' "$0"); head -c $(($free - 900000)) /dev/zero > "$0/filler""#
        #expect(try await home.run(["/bin/sh", "-c", fill, seen]).end == .code(0))
        let side: JSON = ["width": 2048, "height": 2048]
        let id = try await server.submit(["schema": "dada", "input_text": "zu groß für diese Platte", "parameters": side])
        let record = try await server.ended(id)
        #expect(record["status"] == "failed" && record["error"]?["code"] == "no_space", "\(record)")
        let answer = try await server.get("/api/media/image/\(id)")
        #expect(answer.status == 404, "\(answer.text)")
        #expect(try TemporaryFolder.tree(seen + "/archive/tmp") == [])
        let files = try TemporaryFolder.tree("\(seen)/archive/\(id.folder)")
        #expect(!files.contains { $0.contains("output_image") }, "\(files)")
        try FileManager.default.removeItem(atPath: seen + "/filler")
        #expect(try await server.stop() == .code(0))
    }
}
