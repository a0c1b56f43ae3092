import SynfireSpikingModels

/// How long the kernel of one model takes for a neuron and a step, on one worker, without a network around it.
struct KernelTiming: Encodable {
    /// What was measured.
    enum Kind: String, Encodable {
        case neuron, stimulus
    }

    /// Nanoseconds a neuron and step: the middle one of the measurements, and the least and the greatest.
    struct Nanoseconds: Encodable {
        let median, least, greatest: Double
    }

    let name: String
    let kind: Kind
    let nanoseconds: Nanoseconds
    /// Spikes a neuron and second of simulated time, which tell how lively the neurons were; `nil` for stimuli.
    let rate: Double?

    /// How often each model is measured; all of them together take at least ``leastSeconds``.
    static let measurements = 5
    static let leastSeconds = 0.3
    /// However short they are, so that lists of spike times last.
    private static let mostSteps = 1 << 16

    /// Measures a model of neurons; `nil` where it cannot be advanced in steps.
    ///
    /// - Parameters:
    ///   - count: How many neurons.
    ///   - step: The length of a step [ms].
    init?(_ model: any NeuronModel.Type, count: Int, step: Double) {
        let setup = Self.setup(model.schema, count: count, step: step)
        guard let kernel = model.makeKernel(setup) else { return nil }
        let drive = KernelDrive(model.schema, count: count, values: setup.values, step: step)
        let spikes = SpikeList(capacity: count)
        var (number, emitted) = (0, 0)
        func advance() {
            number += 1
            spikes.removeAll()
            kernel.advance(
                StepFrame(number: number, inputs: drive.inputs(ofStep: number), current: nil, spikes: spikes))
            emitted += spikes.count
        }
        // Longer than the time constants of most models, so that what is measured is not the way from rest.
        for _ in 0..<Self.steps(of: 50, step) { advance() }
        (name, kind, emitted) = (model.schema.name, .neuron, 0)
        let first = number
        nanoseconds = Self.measured(count: count, advance)
        rate = Double(emitted) / (Double(count) * Double(number - first) * step * 1e-3)
        withExtendedLifetime(setup) {}
    }

    /// Measures a stimulus.
    init(_ model: any StimulusModel.Type, count: Int, step: Double) {
        let kernel = model.makeKernel(Self.setup(model.schema, count: count, step: step))
        let input = UnsafeMutablePointer<Float>.allocate(capacity: count)
        input.initialize(repeating: 0, count: count)
        defer { input.deallocate() }
        var number = 0
        (name, kind, rate) = (model.schema.name, .stimulus, nil)
        nanoseconds = Self.measured(count: count) {
            number += 1
            kernel.add(step: number, to: input)
        }
    }

    private static func steps(of time: Double, _ step: Double) -> Int { max(1, min(1000, Int(time / step))) }

    /// Calls a step until enough time has passed.
    private static func measured(count: Int, _ step: () -> Void) -> Nanoseconds {
        let clock = ContinuousClock()
        func seconds(_ steps: Int) -> Double {
            let time = clock.measure { for _ in 0..<steps { step() } }
            return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        }
        // Twice as many steps until they take long enough for one measurement.
        var steps = 1
        while steps < mostSteps, seconds(steps) < leastSeconds / Double(measurements) { steps *= 2 }
        let times = (0..<measurements).map { _ in seconds(steps) * 1e9 / (Double(steps) * Double(count)) }.sorted()
        return Nanoseconds(median: times[measurements / 2], least: times[0], greatest: times[measurements - 1])
    }

    /// Default parameters, but for those without which a source or a stimulus does nothing.
    private static func setup(_ schema: ModelSchema, count: Int, step: Double) -> KernelSetup {
        let isStimulus = schema.row("weight") != nil
        let lively = [
            "rate": isStimulus ? 8000.0 : 10, "weight": 1, "amplitude": 100, "stdev": 100, "sigma": 100,
        ]
        let tables: [String: [Double]] = [
            "rate_times": [0], "rate_values": [10], "amplitude_times": [0], "amplitude_values": [100],
        ]
        var columns: [String: Column] = [:]
        for row in schema.parameters + schema.state {
            columns[row.symbol] =
                row.follows.flatMap { columns[$0] } ?? .uniform(lively[row.symbol] ?? row.defaultValue)
        }
        // Once a second, each neuron at times of its own, and for longer than a measurement lasts.
        func times(_ neuron: Int) -> [Double] { (0..<100).map { Double($0 * 1000 + neuron * 7919 % 997) } }
        let lists = schema.tables.map { row -> (String, [[Double]]) in
            (row.symbol, tables[row.symbol].map { [$0] } ?? (0..<count).map(times))
        }
        let values = ModelValues(
            schema: schema, columns: columns,
            options: Dictionary(uniqueKeysWithValues: schema.options.map { ($0.symbol, $0.choices[0]) }),
            tables: Dictionary(uniqueKeysWithValues: lists))
        return KernelSetup(
            neurons: 0..<count, neuronsPerChannel: 1, step: step, values: values, seed: 1, stream: 1)
    }
}

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
