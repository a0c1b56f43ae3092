import SynfireSpikingModels

/// Random input at which neurons of any model fire now and then.
///
/// One list of random weights a receptor, longer than there are neurons, which each step begins elsewhere: making the
/// input then takes no time, and it needs no more of the cache than a network's.
final class KernelDrive {
    /// How many places there are to begin at, and how far apart they are, in whole vectors.
    private static let (places, distance) = (509, 8)

    /// Models whose parameters do not tell how much input they need [a millisecond].
    private static let means = ["if": 0.02, "integrator": 0.02, "izhikevich": 5.0]

    private let receptors: [UnsafeMutablePointer<Float>]
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

    init(_ schema: ModelSchema, count: Int, values: ModelValues, step: Double) {
        /// The number of a parameter that all neurons share.
        func number(_ symbol: String) -> Double? {
            schema.row(symbol) == nil ? nil : values[symbol].storedValues.first
        }
        // One spike a millisecond, or as many as there is room for.
        let chance = min(step, 0.5)
        let leak = number("g_l") ?? number("g") ?? number("c_m").flatMap { c in number("tau_m").map { c / $0 } }
        // How far the threshold is from rest; without one, the least that makes Hodgkin-Huxley's neuron fire.
        let rest = number("e_l") ?? -65
        let distance = number("v_threshold").map { $0 - rest } ?? 8
        // What all spikes together come to in the mean is what takes a neuron to its threshold.
        let means = [
            "pA": (leak ?? 25) * distance, "mV": (number("tau_m").map { distance / $0 } ?? 1.5) * step,
            "nS": (leak ?? 10) * distance / max(10, (number("e_ex") ?? 0) - rest - distance),
        ]
        receptors = schema.receptors.map { receptor in
            let isInhibitory = receptor.name == "inhibitory"
            let mean = Self.means[schema.name].map { $0 * step } ?? means[receptor.unit] ?? 0.05 * step
            let tau = number(isInhibitory ? "tau_syn_in" : "tau_syn_ex").map { $0 / step } ?? 1
            let sign = !isInhibitory ? 1 : receptor.sign == .any ? -0.2 : 0.2
            let weight = Float(receptor.unit == "1" ? 1 : sign * mean / (chance * max(tau, 1)))
            let share = receptor.unit == "1" ? mean : chance
            var generator = SplitMix(state: UInt64(receptor.name.utf8.count))
            let room = count + Self.places * Self.distance
            let list = UnsafeMutablePointer<Float>.allocate(capacity: room)
            for index in 0..<room {
                list[index] = Double.random(in: 0..<1, using: &generator) < share ? weight : 0
            }
            return list
        }
        pointers = .allocate(capacity: max(1, receptors.count))
        for (index, list) in receptors.enumerated() { (pointers + index).initialize(to: list) }
    }

    deinit {
        for list in receptors { list.deallocate() }
        pointers.deallocate()
    }

    /// The input of a step.
    func inputs(ofStep number: Int) -> UnsafePointer<UnsafeMutablePointer<Float>> {
        for (index, list) in receptors.enumerated() {
            pointers[index] = list + number * 131 % Self.places * Self.distance
        }
        return UnsafePointer(pointers)
    }
}

/// The same numbers in each run.
///
/// - Source: G. L. Steele, D. Lea, C. H. Flood 2014, doi:10.1145/2660193.2660195 (SplitMix).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
