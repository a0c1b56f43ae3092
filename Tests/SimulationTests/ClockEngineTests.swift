import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Clock engine")
struct ClockEngineTests {
    /// A plain dense simulation in discrete time: every weight of every target in nested loops, whole numbers of 2⁻²⁰.
    ///
    /// Weights and inputs on a grid make the engine's single-precision sums exact, so every spike must agree.
    private struct DenseReference {
        var spikes: [[(step: Int, neuron: Int)]] = [[], [], []]

        init(_ test: TestNetwork, steps: Int) {
            let unit: Double = 1_048_576
            func whole(_ value: Double) -> Int {
                precondition(value * unit == (value * unit).rounded())
                return Int(value * unit)
            }
            let network = test.network
            let hidden = network.populations.dropFirst()
            let theta = 1_048_576
            // Matrices from the operators' own definition, one column a source.
            let matrices = network.projections.map { projection -> [[(Int, Double)]] in
                let shape = network.population(named: projection.source)?.shape ?? []
                return (0..<shape.reduce(1, *)).map { source in
                    var vector = [Double](repeating: 0, count: shape.reduce(1, *))
                    vector[source] = 1
                    var current = shape
                    for item in projection.operators {
                        vector = Self.apply(item, vector, current)
                        current = (try? item.outputShape(for: current)) ?? []
                    }
                    return vector.enumerated().filter { $0.element != 0 }.map { ($0.offset, $0.element) }
                }
            }
            var potentials = hidden.map { [Int](repeating: theta / 2, count: $0.count) }
            var currents = hidden.map { population -> [Int] in
                population.values["i"].expanded(shape: population.shape).map(whole)
            }
            for (source, targets) in matrices[0].enumerated() {
                for (target, weight) in targets { currents[0][target] += whole(weight * Double(test.input[source])) }
            }
            for step in 1...steps {
                var arriving: [Int] = []
                for layer in 0..<3 {
                    var input = currents[layer]
                    if layer > 0 {
                        for source in arriving {
                            for (target, weight) in matrices[layer][source] { input[target] += whole(weight) }
                        }
                    }
                    arriving = []
                    for neuron in potentials[layer].indices {
                        potentials[layer][neuron] += input[neuron]
                        if potentials[layer][neuron] >= theta {
                            potentials[layer][neuron] -= theta
                            arriving.append(neuron)
                            spikes[layer].append((step, neuron))
                        }
                    }
                }
            }
        }

        private static func apply(_ item: any ConnectionOperator, _ x: [Double], _ shape: [Int]) -> [Double] {
            let output = (try? item.outputShape(for: shape)) ?? []
            switch item {
            case let conv as ConvolutionOperator:
                var y = [Double](repeating: 0, count: output.reduce(1, *))
                for o in 0..<output[0] {
                    for oy in 0..<output[1] {
                        for ox in 0..<output[2] {
                            for i in 0..<conv.channelsPerGroup {
                                for r in 0..<conv.kernelSize.x {
                                    for q in 0..<conv.kernelSize.y {
                                        let iy = oy * conv.stride.x - conv.padding.x + r * conv.dilation.x
                                        let ix = ox * conv.stride.y - conv.padding.y + q * conv.dilation.y
                                        guard (0..<shape[1]).contains(iy), (0..<shape[2]).contains(ix) else { continue }
                                        let c = o / (conv.outputChannels / conv.groups) * conv.channelsPerGroup + i
                                        let w = conv.weight[
                                            ((o * conv.channelsPerGroup + i) * conv.kernelSize.x + r)
                                                * conv.kernelSize.y + q]
                                        y[(o * output[1] + oy) * output[2] + ox] +=
                                            Double(w) * x[(c * shape[1] + iy) * shape[2] + ix]
                                    }
                                }
                            }
                        }
                    }
                }
                return y
            case is PoolingOperator:
                var y = [Double](repeating: 0, count: output.reduce(1, *))
                for c in 0..<output[0] {
                    for iy in 0..<output[1] * 2 {
                        for ix in 0..<output[2] * 2 {
                            y[(c * output[1] + iy / 2) * output[2] + ix / 2] +=
                                x[(c * shape[1] + iy) * shape[2] + ix] / 4
                        }
                    }
                }
                return y
            case let dense as DenseOperator:
                return (0..<dense.outputs).map { o in
                    (0..<dense.inputs).reduce(0) { $0 + Double(dense.weight[o * dense.inputs + $1]) * x[$1] }
                }
            default: return x
            }
        }
    }

    @Test("Agrees with a plain dense simulation spike by spike", arguments: [0, 1, 2, 3])
    func agreesWithDenseReference(variant: Int) throws {
        let seed: UInt64 = 100 + UInt64(variant)
        let test = try TestNetwork.convolutional(seed: seed, variant: variant, onGrid: true)
        let steps = 50
        let reference = DenseReference(test, steps: steps)
        let simulation = try NetworkSimulation(
            test.network, engine: .clock(step: .milliseconds(1)), duration: .milliseconds(Double(steps)),
            recording: RecordingRequest(spikes: ["a", "b", "c"]))
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            [test.input]
        } receive: { result in
            for (layer, train) in result.trace.spikes.enumerated() {
                let found = Set(zip(train.times, train.neurons).map { [Int($0), Int($1)] })
                let expected = Set(reference.spikes[layer].map { [$0.step, $0.neuron] })
                #expect(train.times.count == expected.count)
                #expect(found == expected)
                #expect(expected.count > 30, "layer \(layer)")
            }
        }
    }

    @Test("A duration that is not a whole number of steps is refused")
    func partialSteps() throws {
        let test = try TestNetwork.convolutional(seed: 1, variant: 0, onGrid: true)
        #expect(throws: SimulationError.notWholeSteps(what: "the duration", value: 10, step: 3)) {
            try NetworkSimulation(test.network, engine: .clock(step: .milliseconds(3)), duration: .milliseconds(10))
        }
    }

    @Test("Halving the step brings the clock engine to the event engine")
    func convergesToEventEngine() throws {
        let test = try TestNetwork.convolutional(seed: 5, variant: 0, onGrid: false)
        func counts(_ engine: Engine) throws -> [Int] {
            let simulation = try NetworkSimulation(test.network, engine: engine, duration: .milliseconds(64))
            var spikes: [Int] = []
            try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
                [test.input]
            } receive: {
                spikes = $0.checkpoints[0].spikes
            }
            return spikes
        }
        let exact = try counts(.event)
        let coarse = try counts(.clock(step: .milliseconds(1)))
        let fine = try counts(.clock(step: .milliseconds(1.0 / 64)))
        func error(_ other: [Int]) -> Double {
            zip(exact, other).map { Double(abs($0 - $1)) / Double(max($0, 1)) }.reduce(0, +)
        }
        #expect(error(fine) < 0.05)
        #expect(error(fine) <= error(coarse))
    }
}
