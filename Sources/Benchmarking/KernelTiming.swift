import SynfireSpikingModels

/// How long the kernel of one model takes for a neuron and a step, on one worker, without a network around it.
package struct KernelTiming: Encodable {
    /// What was measured.
    package enum Kind: String, Encodable {
        case neuron, stimulus
    }

    /// Nanoseconds a neuron and step: the middle one of the measurements, and the least and the greatest.
    package struct Nanoseconds: Encodable {
        package let median, least, greatest: Double
    }

    package let name: String
    package let kind: Kind
    package let nanoseconds: Nanoseconds
    /// Spikes a neuron and second of simulated time, which tell how lively the neurons were; `nil` for stimuli.
    package let rate: Double?

    /// How often each model is measured; all of them together take at least ``leastSeconds``.
    private static let measurements = 5
    private static let leastSeconds = 0.3
    /// However short they are, so that lists of spike times last.
    private static let mostSteps = 1 << 16

    /// Measures a model of neurons; `nil` where it cannot be advanced in steps.
    ///
    /// - Parameters:
    ///   - count: How many neurons.
    ///   - step: The length of a step [ms].
    package init?(_ model: any NeuronModel.Type, count: Int, step: Double) {
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
    package init(_ model: any StimulusModel.Type, count: Int, step: Double) {
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
