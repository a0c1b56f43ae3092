import Foundation
import SynfireSpikingModels

/// Kernels of sources, neurons and stimuli by themselves, without an engine.
enum Rig {
    /// Values for a schema; what is not given takes its default.
    static func values(
        _ schema: ModelSchema, _ parameters: [String: Column] = [:], options: [String: String] = [:],
        tables: [String: [[Double]]] = [:]
    ) -> ModelValues {
        var columns: [String: Column] = [:]
        for row in schema.parameters + schema.state {
            columns[row.symbol] =
                parameters[row.symbol] ?? row.follows.flatMap { columns[$0] } ?? .uniform(row.defaultValue)
        }
        let choices = schema.options.map { ($0.symbol, options[$0.symbol] ?? $0.choices[0]) }
        let lists = schema.tables.map { ($0.symbol, tables[$0.symbol] ?? [[]]) }
        return ModelValues(
            schema: schema, columns: columns, options: Dictionary(uniqueKeysWithValues: choices),
            tables: Dictionary(uniqueKeysWithValues: lists))
    }

    static func setup(_ values: ModelValues, _ neurons: Range<Int>, step: Double, seed: UInt64) -> KernelSetup {
        KernelSetup(neurons: neurons, neuronsPerChannel: 1, step: step, values: values, seed: seed, stream: 77)
    }

    /// The spikes of a source, an array of neurons for each step from 1 on; strips are one kernel each.
    static func spikes(
        _ model: any NeuronModel.Type, _ values: ModelValues, strips: [Range<Int>], step: Double, steps: Int,
        seed: UInt64
    ) -> [[Int]] {
        var result = [[Int]](repeating: [], count: steps)
        let list = SpikeList(capacity: 64)
        let inputs = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: 1)
        let unused = UnsafeMutablePointer<Float>.allocate(capacity: 1)
        inputs.initialize(to: unused)
        defer {
            inputs.deallocate()
            unused.deallocate()
        }
        for strip in strips {
            let setup = setup(values, strip, step: step, seed: seed)
            guard let kernel = model.makeKernel(setup) else { return [] }
            for number in 1...steps {
                list.removeAll()
                kernel.advance(StepFrame(number: number, inputs: inputs, current: nil, spikes: list))
                for index in 0..<list.count { result[number - 1].append(strip.lowerBound + Int(list.base[index])) }
            }
            withExtendedLifetime(setup) {}
        }
        return result
    }

    /// What a stimulus adds in each step, in `visit`.
    static func add(
        _ model: any StimulusModel.Type, _ values: ModelValues, strip: Range<Int>, step: Double, steps: Int,
        seed: UInt64, _ visit: (_ step: Int, _ input: UnsafeMutablePointer<Float>) -> Void
    ) {
        // A stimulus keeps what it needs of its setup.
        let kernel = model.makeKernel(setup(values, strip, step: step, seed: seed))
        let input = UnsafeMutablePointer<Float>.allocate(capacity: strip.count)
        defer { input.deallocate() }
        for number in 1...steps {
            input.update(repeating: 0, count: strip.count)
            kernel.add(step: number, to: input)
            visit(number, input)
        }
    }

    /// What a stimulus adds: an array of targets for each step from 1 on.
    static func course(
        _ model: any StimulusModel.Type, _ values: ModelValues, strips: [Range<Int>], step: Double, steps: Int,
        seed: UInt64 = 1
    ) -> [[Float]] {
        var result = [[Float]](repeating: [], count: steps)
        for strip in strips {
            add(model, values, strip: strip, step: step, steps: steps, seed: seed) { number, input in
                result[number - 1] += (0..<strip.count).map { input[$0] }
            }
        }
        return result
    }
}

/// How far numbers are from what they should be, in standard deviations.
enum Chance {
    /// The normal number that is as unlikely as a χ² of `freedom` degrees (Wilson & Hilferty 1931).
    static func normal(chiSquared: Double, freedom: Int) -> Double {
        let k = Double(freedom)
        return (pow(chiSquared / k, 1.0 / 3) - (1 - 2 / (9 * k))) / (2 / (9 * k)).squareRoot()
    }

    /// The χ² of counts against the Poisson distribution, rare counts taken together, as a normal number.
    static func poisson(_ histogram: [Int: Int], mean: Double) -> Double {
        let total = Double(histogram.values.reduce(0, +))
        func expected(_ k: Int) -> Double { total * exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1)) }
        let span = max(histogram.keys.max() ?? 0, Int(mean + 12 * mean.squareRoot() + 20))
        var (bins, observed, wanted) = ([(Double, Double)](), 0.0, 0.0)
        for k in 0...span {
            observed += Double(histogram[k] ?? 0)
            wanted += expected(k)
            if wanted >= 10 {
                bins.append((observed, wanted))
                (observed, wanted) = (0, 0)
            }
        }
        if let last = bins.popLast() { bins.append((last.0 + observed, last.1 + wanted)) }
        let chiSquared = bins.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
        return normal(chiSquared: chiSquared, freedom: max(1, bins.count - 1))
    }

    /// The greatest distance of a sample's distribution from a given one, times the root of the sample's size
    /// (Kolmogorov & Smirnov): above 1.95 once in a thousand samples.
    static func distance(_ sample: [Double], _ cumulative: (Double) -> Double) -> Double {
        let (sorted, count) = (sample.sorted(), Double(sample.count))
        var greatest = 0.0
        for (index, value) in sorted.enumerated() {
            let c = cumulative(value)
            greatest = max(greatest, abs(c - Double(index) / count), abs(c - Double(index + 1) / count))
        }
        return greatest * count.squareRoot()
    }

    /// A seed of the day; it is printed, so that a failure can be repeated.
    static func seed(_ what: String) -> UInt64 {
        let named = ProcessInfo.processInfo.environment["SYNFIRE_TEST_SEED"].flatMap { UInt64($0) }
        let seed = named ?? UInt64.random(in: 1...1_000_000)
        print("\(what): seed \(seed)")
        return seed
    }
}
