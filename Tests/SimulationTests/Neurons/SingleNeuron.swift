import SynfireSpikingModels
import SynfireSpikingNetworks

/// Neurons without a network: a kernel, or several side by side, fed with given spikes and currents.
struct SingleNeuron {
    /// What came out.
    struct Result {
        /// The steps at whose end each neuron spiked, in order.
        var spikes: [[Int]]
        /// For each recorded variable and neuron, its values after every so many steps.
        var traces: [String: [[Double]]]

        /// The spikes of the first neuron.
        var steps: [Int] { spikes[0] }
        /// A variable of the first neuron.
        func trace(_ symbol: String) -> [Double] { traces[symbol]?[0] ?? [] }
    }

    /// A weight that arrives at a receptor at the end of a step.
    typealias Arrival = (step: Int, weight: Double)

    let population: Population
    let step: Double
    /// Which neurons share a kernel.
    var strips: [Range<Int>]

    init(_ population: Population, step: Double, strips: [Range<Int>]? = nil) {
        self.population = population
        self.step = step
        self.strips = strips ?? [0..<population.count]
    }

    /// One neuron with these numbers.
    init(
        _ model: any NeuronModel.Type, _ parameters: [String: Double] = [:], options: [String: String] = [:],
        initial: [String: Double] = [:], step: Double = 0.1
    ) throws {
        self.init(
            try Population(
                "one", count: 1, model: model, parameters: parameters.mapValues { .uniform($0) }, options: options,
                initialValues: initial.mapValues { .uniform($0) }), step: step)
    }

    /// Runs from the start.
    ///
    /// - Parameters:
    ///   - steps: How many steps.
    ///   - inputs: By receptor, what arrives at every neuron.
    ///   - current: What is injected into a neuron in a step [pA]; `nil` for nothing.
    ///   - every: How many steps lie between recorded values.
    ///   - record: The variables.
    func run(
        _ steps: Int, inputs: [String: [Arrival]] = [:], current: ((_ step: Int, _ neuron: Int) -> Double)? = nil,
        every: Int = 1, record: [String] = ["v"]
    ) -> Result {
        var result = Result(
            spikes: Array(repeating: [], count: population.count),
            traces: Dictionary(
                uniqueKeysWithValues: record.map { ($0, Array(repeating: [Double](), count: population.count)) }))
        let receptors = population.model.schema.receptors.map(\.name)
        precondition(inputs.keys.allSatisfy(receptors.contains))
        for strip in strips {
            let setup = KernelSetup(
                neurons: strip, neuronsPerChannel: population.neuronsPerChannel, step: step, values: population.values,
                seed: 1, stream: 0)
            guard let kernel = population.model.makeKernel(setup) else { preconditionFailure("no kernel") }
            let count = strip.count
            let columns = receptors.map { _ in UnsafeMutablePointer<Float>.allocate(capacity: count) }
            let injected = UnsafeMutablePointer<Float>.allocate(capacity: count)
            defer { for column in columns + [injected] { column.deallocate() } }
            let spikes = SpikeList(capacity: count)
            var next = receptors.map { _ in 0 }
            for number in 1...steps {
                for (index, name) in receptors.enumerated() {
                    let list = inputs[name] ?? []
                    var sum: Float = 0
                    while next[index] < list.count, list[next[index]].step <= number {
                        if list[next[index]].step == number { sum += Float(list[next[index]].weight) }
                        next[index] += 1
                    }
                    columns[index].update(repeating: sum, count: count)
                }
                if let current {
                    for n in 0..<count { injected[n] = Float(current(number, strip.lowerBound + n)) }
                }
                spikes.removeAll()
                columns.withUnsafeBufferPointer { buffer in
                    if let inputs = buffer.baseAddress {
                        kernel.advance(
                            StepFrame(
                                number: number, inputs: inputs, current: current == nil ? nil : UnsafePointer(injected),
                                spikes: spikes))
                    }
                }
                for index in 0..<spikes.count {
                    result.spikes[strip.lowerBound + Int(spikes.base[index])].append(number)
                }
                if number % every == 0 {
                    for symbol in record {
                        for n in 0..<count {
                            result.traces[symbol]?[strip.lowerBound + n].append(kernel.value(of: symbol, neuron: n))
                        }
                    }
                }
            }
            withExtendedLifetime(setup) {}
        }
        return result
    }
}

/// The greatest distance between two series of the same length, and where; infinite where lengths differ or a value is
/// none.
func greatestDifference(_ a: [Double], _ b: [Double]) -> (value: Double, index: Int) {
    guard a.count == b.count else { return (.infinity, 0) }
    var greatest = (value: 0.0, index: 0)
    for index in a.indices {
        let difference = abs(a[index] - b[index])
        if difference.isNaN { return (.infinity, index) }
        if difference > greatest.value { greatest = (difference, index) }
    }
    return greatest
}
