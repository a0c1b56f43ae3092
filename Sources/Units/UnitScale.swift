/// The factors between units as they are written, such as `nA` and `pA`.
///
/// A unit is a prefix (f, p, n, u or µ, m, k, M, G, or none) and a base (s, V, A, S, F, Hz, Ohm), or a quotient of two such
/// units (`mV/ms`), or `1`.
public enum UnitScale {
    /// The number that a value in unit `from` is multiplied by to be in unit `to`; `nil` where they measure different things.
    public static func factor(from: String, to: String) -> Double? {
        guard let a = parse(from), let b = parse(to), a.bases == b.bases else { return nil }
        let exponent = a.exponent - b.exponent
        return exponent >= 0 ? power(exponent) : 1 / power(-exponent)
    }

    /// Whether `text` is a unit.
    public static func isUnit(_ text: String) -> Bool { parse(text) != nil }

    private static func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { product, _ in product * 10 } }

    private struct Unit {
        var bases: [String: Int] = [:]
        var exponent = 0
    }

    private static let prefixes: [Character: Int] = [
        "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "k": 3, "M": 6, "G": 9,
    ]

    private static let bases: Set<String> = ["s", "V", "A", "S", "F", "Hz", "Ohm", "m"]

    private static func parse(_ text: String) -> Unit? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), var unit = parseSimple(parts[0]) else { return nil }
        guard parts.count == 2 else { return unit }
        guard let below = parseSimple(parts[1]), !below.bases.isEmpty else { return nil }
        for (base, power) in below.bases { unit.bases[base, default: 0] -= power }
        unit.bases = unit.bases.filter { $0.value != 0 }
        unit.exponent -= below.exponent
        return unit
    }

    private static func parseSimple(_ text: Substring) -> Unit? {
        if text == "1" { return Unit() }
        if bases.contains(String(text)) { return unit(of: String(text), exponent: 0) }
        guard let first = text.first, let exponent = prefixes[first], bases.contains(String(text.dropFirst())) else {
            return nil
        }
        return unit(of: String(text.dropFirst()), exponent: exponent)
    }

    private static func unit(of base: String, exponent: Int) -> Unit {
        // A hertz is one a second.
        base == "Hz" ? Unit(bases: ["s": -1], exponent: exponent) : Unit(bases: [base: 1], exponent: exponent)
    }
}
