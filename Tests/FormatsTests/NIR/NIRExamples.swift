import SynfireFormats
import SynfireHDF5
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// Networks for the tests, with numbers from a seed.
struct NIRExample {
    var stream: RandomStream
    init(seed: UInt64) { stream = RandomStream(seed: seed, stream: 7) }

    mutating func floats(_ low: Double, _ high: Double, _ count: Int) -> [Float] {
        (0..<count).map { _ in Float(stream.uniform(in: low..<high)) }
    }

    mutating func doubles(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
        (0..<count).map { _ in stream.uniform(in: low..<high) }
    }

    /// conv → IF → average pooling → conv → IF → flatten → dense → integrator, with a second branch around it.
    ///
    /// Non-trivial on purpose: names out of alphabetical order, thresholds in double precision, currents in all the
    /// places where they can stand, one of them in front of a projection that has no place for it.
    mutating func convolutional(reset: String = "subtract") throws -> Network {
        let pair = ConvolutionOperator.Pair.one
        let first = try ConvolutionOperator(
            outputChannels: 4, channelsPerGroup: 1, kernelSize: 3 &* pair, padding: pair, weight: floats(-0.4, 0.7, 36))
        let second = try ConvolutionOperator(
            outputChannels: 6, channelsPerGroup: 4, kernelSize: 3 &* pair, weight: floats(-0.6, 0.8, 216))
        let around = try DenseOperator(inputs: 64, outputs: 5, weight: floats(-0.1, 0.1, 320))
        let dense = try DenseOperator(inputs: 24, outputs: 5, weight: floats(-0.6, 0.8, 120))
        let pool = try PoolingOperator(.average(countsPadding: true), kernelSize: 2 &* pair, stride: 2 &* pair)
        let padded = try PoolingOperator(
            .average(countsPadding: false), kernelSize: 3 &* pair, stride: 2 &* pair, padding: pair)
        return try Network(
            name: "Beispiel ö",
            populations: [
                Population("zero", shape: [1, 8, 8], model: AnalogInput.self),
                Population(
                    "conv.a", shape: [4, 8, 8], model: IntegrateAndFire.self,
                    parameters: [
                        "i": .perChannel(floats(-0.05, 0.1, 4).map(Double.init)), "r": .uniform(0.75),
                        "v_threshold": .perNeuron(doubles(0.7, 1.3, 256)),
                    ], options: ["reset": reset], initialValues: ["v": .perChannel([0.5, 0.25, 0.1, 0])]),
                Population(
                    "b", shape: [6, 2, 2], model: IntegrateAndFire.self,
                    parameters: [
                        "i": .perChannel(doubles(-0.1, 0.2, 6)), "v_reset": .uniform(-0.125),
                        "onset": .perChannel([0, 0.5, 1, 0, 0, 2.25]),
                    ],
                    options: ["reset": reset], initialValues: ["v": .uniform(0.5)]),
                Population(
                    "pooled", shape: [4, 4, 4], model: IntegrateAndFire.self,
                    parameters: ["i": .perNeuron(doubles(-0.1, 0.1, 64)), "v_threshold": .uniform(0.3)]),
                Population("out", shape: [5], model: Integrator.self, parameters: ["i": .perNeuron(doubles(-1, 1, 5))]),
            ],
            projections: [
                Projection("in", from: "zero", to: "conv.a", operators: [first]),
                Projection("a to b", from: "conv.a", to: "b", operators: [pool, second]),
                Projection("a to pooled", from: "conv.a", to: "pooled", operators: [padded]),
                Projection("around", from: "zero", to: "out", operators: [FlattenOperator(startAxis: -3), around]),
                Projection(
                    "b to out", from: "b", to: "out",
                    operators: [FlattenOperator(), ScaleOperator(factors: floats(0.5, 2, 24)), dense]),
            ], readout: "out", metadata: ["recipe": "rate", "a/b.c%": "§", "": "empty"])
    }

    /// What both engines make of a network on two random inputs.
    mutating func results(_ network: Network, seed: UInt64) throws -> [TrialResult] {
        var inputs = NIRExample(seed: seed)
        let images = (0..<2).map { _ in
            network.analogInputs.map { inputs.floats(0, 1, $0.count) }
        }
        let recording = RecordingRequest(
            spikes: network.populations.filter { $0.model.schema.name == "if" }.map(\.name),
            potentials: [PotentialProbe(population: network.readout ?? "", neurons: [0, 2], interval: 4)])
        let pool = try WorkerPool(workers: 1)
        var results: [TrialResult] = []
        for engine in [Engine.event, .clock(step: .milliseconds(1))] {
            let simulation = try NetworkSimulation(
                network, engine: engine, duration: .milliseconds(32), recording: recording, countsPerNeuron: true)
            try simulation.run(trials: 2, pool: pool) {
                images[$0]
            } receive: {
                results.append($0)
            }
        }
        return results
    }
}

/// The error of reading or writing, which must be a ``NIRError``.
func nirError(_ work: () throws -> Void) -> NIRError? {
    do {
        try work()
        return nil
    } catch { return error as? NIRError }
}

/// Reads what some code puts into a file in memory.
func readNIR(_ build: (borrowing HDF5Group) throws -> Void) throws -> Network {
    let file = try HDF5File.inMemory()
    try build(file.root)
    return try NIRFile.read(file.root)
}
