import AtelierMedia
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "media-worker" { exit(MediaWorkerProcess.main(Array(arguments.dropFirst()))) }
