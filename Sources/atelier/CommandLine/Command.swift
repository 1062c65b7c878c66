import AtelierCore
import Glibc

/// One command of the command line.
protocol Command: Sendable {
    static var name: String { get }
    static var usage: String { get }
    static var summary: String { get }
    static var options: [Option] { get }

    /// Runs it.
    ///
    /// - Returns: The exit code.
    /// - Throws: ``Failure``, whose code decides the exit code.
    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32
}

/// Every command, in the order of the help.
let commands: [any Command.Type] = [
    RunCommand.self, RunsCommand.self, ShowCommand.self, ServeCommand.self, SchemasCommand.self, ConfigCommand.self,
    DoctorCommand.self, AuditCommand.self, RebuildCommand.self, BackupCommand.self,
]

/// Options that every command takes.
let commonOptions = [
    Option(name: "data", value: "DIR", help: "the data directory (default $XDG_DATA_HOME/atelier, else ~/.local/share/atelier)"),
    Option(name: "settings", value: "FILE", help: "the settings file (default <data>/atelier.json)"),
    Option(name: "schemas", value: "DIR", help: "one more folder of schemas, looked up before the shipped one; may be repeated"),
    Option(name: "json", value: nil, help: "one JSON value on standard output, nothing else"),
    Option(name: "help", value: nil, help: "this text"),
]

/// The program.
@main
struct Atelier {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first == MediaWorkerCommand.name { MediaWorkerCommand.run(Array(words.dropFirst())) }
        // What people write is nobody else's business on a shared machine.
        umask(0o077)
        let terminal = Terminal(isJSON: words.contains("--json"))
        do {
            terminal.exit(try await Self.run(words, terminal))
        } catch {
            terminal.exit(terminal.report(error))
        }
    }

    private static func run(_ words: [String], _ terminal: Terminal) async throws -> Int32 {
        guard let name = words.first, name != "help", name != "--help" else {
            terminal.line(Help.overview)
            return words.isEmpty ? 2 : 0
        }
        if name == "--version" || name == "version" {
            terminal.line("atelier \(Version.current)")
            return 0
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            throw Failure.unknown(.unknownCommand, thing: "command", name: name, known: commands.map { $0.name } + ["help", "version"])
        }
        let arguments = try Arguments(Array(words.dropFirst()), options: command.options + commonOptions)
        if arguments.has("help") {
            terminal.line(Help.text(for: command))
            return 0
        }
        return try await command.run(arguments, terminal)
    }
}

/// The version that this source is.
enum Version {
    static let current = "0.1.0"
}

/// The texts of `--help`.
enum Help {
    static var overview: String {
        let list = commands.map { "  \($0.usage)\n      \($0.summary)" }.joined(separator: "\n")
        return """
            atelier – from an idea, by a rule, to a picture; every step recorded.

            \(list)

            All take --data DIR and --json. 'atelier COMMAND --help' tells more.
            Exit codes: 0 done · 1 failed · 2 used wrongly or refused · 3 blocked.
            """
    }

    static func text(for command: any Command.Type) -> String {
        let options = (command.options + commonOptions).map { option in
            "  --\(option.name)\(option.value.map { " " + $0 } ?? "")\n      \(option.help)"
        }
        return "\(command.usage)\n\(command.summary)\n\n" + options.joined(separator: "\n")
    }
}
