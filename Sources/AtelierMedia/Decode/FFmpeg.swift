import AtelierCore
import Glibc

/// Decodes sound and film with Debian's `ffmpeg`, a child of the worker that dies with it and has its limits.
struct FFmpeg {
    let memory: UInt64
    let pixels: Int

    /// Reads the file's facts, then decodes it to its end.
    func facts(_ path: String, _ type: MediaType) throws -> MediaFacts {
        let fields = try self.fields(path)
        guard let duration = fields["duration"].flatMap(Double.init), duration > 0 else {
            throw Failure(.outputInvalid, "The \(type.fileExtension) file has no duration.")
        }
        let isFilm = type.mimeType.hasPrefix("video/")
        var facts = MediaFacts(type: type, durationSeconds: duration)
        if isFilm {
            guard let width = fields["width"].flatMap({ Int($0) }), let height = fields["height"].flatMap({ Int($0) }) else {
                throw Failure(.outputInvalid, "The \(type.fileExtension) file holds no pictures.")
            }
            guard width.multipliedReportingOverflow(by: height).partialValue <= self.pixels else {
                throw Failure(.tooLarge, "The film has more than \(self.pixels) pixels a picture (\(width) × \(height)).")
            }
            (facts.width, facts.height) = (width, height)
        }
        let wanted = isFilm ? ["-map", "0:v", "-map", "0:a?"] : ["-map", "0:a"]
        let decoded = try self.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-xerror", "-threads", "1"] + Self.input(path) + wanted + ["-f", "null", "-"]
        )
        guard decoded.status == 0 else { throw Self.damaged(type, decoded.output) }
        return facts
    }

    private func fields(_ path: String) throws -> [String: String] {
        let answer = try self.run(
            ["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=width,height", "-of", "default=noprint_wrappers=1"]
                + Self.input(path)
        )
        guard answer.status == 0 else {
            throw Failure(.outputInvalid, "The file does not decode.", cause: WorkerCause(text: answer.output))
        }
        var fields: [String: String] = [:]
        for line in answer.output.split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2, fields[String(pair[0])] == nil { fields[String(pair[0])] = String(pair[1]) }
        }
        return fields
    }

    /// Only that file and only these containers: a play list could name other files and addresses.
    private static func input(_ path: String) -> [String] {
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", "wav,mp3,flac,ogg,mov,matroska", "-i", "file:\(path)"]
    }

    private static func damaged(_ type: MediaType, _ output: String) -> Failure {
        Failure(
            .outputInvalid,
            "The \(type.fileExtension) file is damaged or cut off and does not decode.",
            cause: WorkerCause(text: String(output.prefix(512)))
        )
    }

    /// Runs a program under the worker's limits and collects what it says, both streams in one.
    private func run(_ command: [String]) throws -> (status: Int32, output: String) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(.internalError, "No pipe for \(command[0]).")
        }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let (error, process) = Spawn.run(
            "/proc/self/exe",
            ["media-worker", "\(self.memory)", "--exec"] + command,
            input: nothing,
            output: ends[1],
            errors: ends[1],
            environment: Spawn.plainEnvironment
        )
        close(nothing)
        close(ends[1])
        defer { close(ends[0]) }
        guard error == 0 else { throw Failure(.internalError, "\(command[0]) could not be started (errno \(error)).") }
        let output = try FileBytes.read(ends[0], limit: 65_536)
        if output.count == 65_536 { kill(process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        guard code != MediaWorkerProcess.missing else {
            throw Failure(.formatUnavailable, "Sound and film cannot be checked: ffmpeg is missing.", hint: "apt install ffmpeg")
        }
        return (code, String(decoding: output, as: UTF8.self))
    }
}
