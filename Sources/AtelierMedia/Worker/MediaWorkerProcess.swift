import AtelierCore
import CMedia
import Glibc

/// The worker's side: what the hidden subcommand `atelier media-worker MEMORY` runs.
package enum MediaWorkerProcess {
    /// Confines the process, then answers orders on standard input until it is closed.
    ///
    /// With `--exec PROGRAM ARGUMENTS…` it becomes that program instead, under the same limits.
    ///
    /// - Parameter arguments: What follows the subcommand's name.
    /// - Returns: The exit code.
    package static func main(_ arguments: [String]) -> Int32 {
        guard let memory = arguments.first.flatMap({ UInt64($0) }) else { return 2 }
        let becomes = arguments.count > 2 && arguments[1] == "--exec"
        if !becomes { Fonts.prepare() }
        guard cm_confine(memory) == 0 else { return 1 }
        if becomes { return Self.become(Array(arguments.dropFirst(2))) }
        // Standard input is a socket for both directions; what a library prints must not end up in it.
        dup2(2, 1)
        let pipe = Pipe(descriptor: 0)
        let desk = WorkerDesk(memory: memory)
        while true {
            do {
                let (answer, payload) = desk.answer(try pipe.receive())
                try pipe.send(try Frame(answer, payload: payload))
            } catch {
                return error as? PipeTrouble == .closed ? 0 : 1
            }
        }
    }

    private static func become(_ command: [String]) -> Int32 {
        Spawn.withCStrings(command) { arguments in
            if let program = arguments[0] { execvp(program, arguments) }
        }
        return errno == ENOENT ? Self.missing : 126
    }

    /// The exit code of a program that is not installed, as in a shell.
    static let missing: Int32 = 127
}

/// Carries out orders, one after the other, inside the worker.
struct WorkerDesk {
    let memory: UInt64

    func answer(_ frame: Frame) -> (WorkerAnswer, [UInt8]) {
        do {
            switch try frame.decoded(WorkerOrder.self) {
            case .probe(let path, let medium, let pixels):
                return (.facts(try Decoder(memory: self.memory, pixels: pixels).facts(of: path, as: medium)), [])
            case .perform(let order):
                return (.work, try ProcedureList.perform(order))
            }
        } catch {
            return (.failure(WorkerFailure(Failure(wrapping: error))), [])
        }
    }
}
