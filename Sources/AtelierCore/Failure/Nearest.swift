/// Finds the known name that a mistyped one was probably meant to be.
package enum Nearest {
    /// The nearest known name, or nil when none is near.
    ///
    /// Near means a distance of at most a third of the longer name, and at least one; or one name beginning with the other.
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

    /// Edit distance, one row at a time; two letters that changed places are one mistake, the commonest one (optimal string alignment).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var above: [Int] = []
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            let two = above
            above = row
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                row[j + 1] = min(above[j + 1] + 1, row[j] + 1, above[j] + (scalar == other ? 0 : 1))
                if i > 0, j > 0, scalar == right[j - 1], left[i - 1] == other { row[j + 1] = min(row[j + 1], two[j - 1] + 1) }
            }
        }
        return row[right.count]
    }
}
