import AtelierCore
import AtelierMedia
import Foundation
import Testing

@Suite struct MediaWorkersTests {
    /// Goal: a worker that is killed in the middle of an order takes nothing along.
    ///
    /// Method: a probe waits for a file that gives no byte; its worker is killed there; the same workers then draw.
    @Test func `a worker killed in the middle of an order dies alone`() async throws {
        let bench = try Bench()
        let trap = try bench.trap()
        async let order = code { try await bench.workers.probe(trap, as: .image) }
        let descriptor = await bench.caught(trap)
        let processes = try bench.processes()
        #expect(processes.count == 1)
        for process in processes { kill(process, SIGKILL) }
        #expect(await order == .outputInvalid)
        close(descriptor)
        let picture = try await bench.draw("a fish")
        #expect(!picture.isEmpty)
        #expect(try bench.processes().first != processes.first)
    }

    @Test func `an order that takes too long is ended with its worker`() async throws {
        let bench = try Bench(seconds: 1)
        let trap = try bench.trap()
        async let order = code { try await bench.workers.probe(trap, as: .image) }
        let descriptor = await bench.caught(trap)
        #expect(await order == .timedOut)
        #expect(try bench.processes().isEmpty)
        close(descriptor)
    }

    @Test func `cancelling the task ends its worker and no other order`() async throws {
        let bench = try Bench()
        let trap = try bench.trap()
        let wasCancelled = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await bench.workers.probe(trap, as: .image)
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            let descriptor = await bench.caught(trap)
            group.cancelAll()
            let result = try await group.next()
            close(descriptor)
            return result
        }
        #expect(wasCancelled == true)
        #expect(try await !bench.draw("a bird").isEmpty)
    }

    @Test func `a cancelled wait gives up its turn`() async throws {
        let bench = try Bench()
        let trap = try bench.trap()
        async let first = code { try await bench.workers.probe(trap, as: .image) }
        let descriptor = await bench.caught(trap)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { #expect(await code { try await bench.draw("waits") } == nil) }
            group.cancelAll()
        }
        close(descriptor)
        #expect(await first == .outputInvalid)
        #expect(try await !bench.draw("a tree").isEmpty)
    }

    @Test func `twenty orders over two workers all come back right`() async throws {
        let (many, one) = (try Bench(workers: 2), try Bench())
        var expected: [UInt32: [UInt8]] = [:]
        for seed in 0..<UInt32(20) { expected[seed] = try await one.draw("the sea, the sea", seed: seed, side: 96) }
        let drawn = try await withThrowingTaskGroup(of: (UInt32, [UInt8]).self) { group in
            for seed in 0..<UInt32(20) { group.addTask { (seed, try await many.draw("the sea, the sea", seed: seed, side: 96)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(drawn == expected)
        #expect(try many.processes().count <= 2)
    }

    @Test func `a worker that died between orders is replaced unseen`() async throws {
        let bench = try Bench()
        let first = try await bench.draw("two hands")
        let process = try #require(try bench.processes().first)
        kill(process, SIGKILL)
        // The process is a zombie as soon as the signal is handled; waiting for it here must not reap it.
        var info = siginfo_t()
        waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT)
        #expect(try await bench.draw("two hands") == first)
    }

    @Test func `workers end with their owner`() async throws {
        var bench: Bench? = try Bench()
        _ = try await bench?.draw("an egg")
        let process = try #require(try bench?.processes().first)
        bench = nil
        #expect(kill(process, 0) == -1)
    }

    @Test func `an unknown procedure is refused with the nearest name`() async throws {
        let bench = try Bench()
        let order = ProcedureOrder(procedure: "cutpapr", text: "a", schema: "s", seed: 1)
        do {
            _ = try await bench.workers.perform(order)
            Issue.record("nothing was refused")
        } catch let failure as Failure {
            #expect(failure.code == .unknownModel)
            #expect(failure.hint == "Did you mean 'cutpaper'?")
        }
    }

    @Test func `sizes beyond the limit are refused`() async throws {
        let bench = try Bench()
        #expect(await code { try await bench.draw("a", side: 4097) } == .invalidRequest)
        #expect(await code { try await bench.draw("a", side: 0) } == .invalidRequest)
        #expect(await code { try await bench.draw(String(repeating: "a", count: 32_769)) } == .tooLarge)
    }

    @Test func `a missing program is a failure and no trap`() async {
        let workers = MediaWorkers(executable: "/nonexistent/atelier")
        #expect(await code { try await workers.probe("/etc/hostname", as: .text) } == .internalError)
    }
}
