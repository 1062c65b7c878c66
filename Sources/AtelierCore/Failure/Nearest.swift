/// Finds the known name that a mistyped one was probably meant to be.
package enum Nearest {
    /// The nearest known name, or nil when none is near.
    ///
    /// Near means a Levenshtein distance of at most a third of the longer name, and at least one; or one name beginning with the other.
    package static func name(to given: String, among known: some Sequence<String>) -> String? {
        let wanted = Array(given.lowercased().unicodeScalars.prefix(64))
        guard !wanted.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known.sorted() {
            let scalars = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let isPrefix = wanted.count >= 3 && (scalars.starts(with: wanted) || wanted.starts(with: scalars)) && !scalars.isEmpty
            let distance = isPrefix ? 1 : Self.distance(wanted, scalars)
            guard distance <= max(1, max(wanted.count, scalars.count) / 3) else { continue }
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Levenshtein's edit distance, one row at a time.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (scalar == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
