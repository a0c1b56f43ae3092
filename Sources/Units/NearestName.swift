/// Finds the name that somebody may have meant, for error messages.
public enum NearestName {
    /// The candidate with the smallest edit distance to `name`, if it is near enough to be a likely slip, else the first
    /// that begins with it.
    ///
    /// Capitals do not count; swapped neighbours are one edit.
    ///
    /// - Parameters:
    ///   - name: What was written.
    ///   - candidates: The names that would have been valid.
    /// - Returns: The nearest candidate, the first of several at the same distance; `nil` where every candidate
    ///   differs in more than a third of its letters (at least two) and none begins with `name` (three letters or more).
    /// - Complexity: O(letters of `name` × letters of all candidates); names of more than 200 letters are not compared.
    public static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        // Names from hostile files may have megabytes.
        guard name.utf8.count <= 4 * longest else { return nil }
        let wanted = Array(name.lowercased())
        guard wanted.count <= longest else { return nil }
        var best: (name: String, distance: Int)?
        var continued: String?
        for candidate in candidates where candidate.utf8.count <= 4 * longest {
            let letters = Array(candidate.lowercased())
            if continued == nil, wanted.count >= 3, letters.starts(with: wanted) { continued = candidate }
            let limit = max(2, letters.count / 3)
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = editDistance(wanted, letters)
            guard distance <= limit, distance < max(wanted.count, letters.count) else { continue }
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.name ?? continued
    }

    /// The sentence that follows "unknown …": the nearest name where there is one, and those that are valid, at most 20.
    public static func hint(_ name: String, among candidates: some Collection<String>) -> String {
        let more = candidates.count > 20 ? " and \(candidates.count - 20) more" : ""
        let all = candidates.prefix(20).joined(separator: ", ") + more
        guard let nearest = find(name, among: candidates) else { return "valid names: \(all)" }
        return "did you mean '\(nearest)'? Valid names: \(all)"
    }

    /// Whether a name is one of those that other simulators use; capitals do not count.
    package static func isAlias(_ name: String, of aliases: some Sequence<String>) -> Bool {
        aliases.contains { $0.lowercased() == name.lowercased() }
    }

    /// The sentence that follows "unknown …" where ``isAlias(_:of:)`` has found our name.
    package static func aliasHint(_ ours: String) -> String { "a name of NEST or PyNN: did you mean '\(ours)'?" }

    /// The most letters of names that are compared.
    private static let longest = 200

    /// The insertions, deletions, changes and swaps of neighbours that make one text the other ("optimal string
    /// alignment"), with three rows kept.
    private static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var (above, row) = ([Int](), Array(0...second.count))
        for (i, a) in first.enumerated() {
            var next = [i + 1]
            for (j, b) in second.enumerated() {
                var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == second[j - 1], first[i - 1] == b { best = min(best, above[j - 1] + 1) }
                next.append(best)
            }
            (above, row) = (row, next)
        }
        return row[second.count]
    }
}
