import AtelierMedia
import Glibc

/// The hidden command that the server starts to decode and draw in a process of its own.
enum MediaWorkerCommand {
    static let name = "media-worker"

    static func run(_ words: [String]) -> Never { exit(MediaWorkerProcess.main(words)) }
}
