import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Events from outside")
struct InputEventTests {
    /// Events → average pooling → convolution → integrator: the potentials are the operators of the counts.
    private static func network(side: Int, kernel: ConvolutionOperator, pool: PoolingOperator?) throws -> Network {
        let operators: [any ConnectionOperator] = (pool.map { [$0] } ?? []) + [kernel]
        let shape = try operators.reduce([2, side, side]) { try $1.outputShape(for: $0) }
        return try Network(
            name: "camera",
            populations: [
                Population("events", shape: [2, side, side], model: AnalogInput.self),
                Population("sum", shape: shape, model: Integrator.self),
            ], projections: [Projection("in", from: "events", to: "sum", operators: operators)], readout: "sum")
    }

    private static func kernel(_ draw: inout Draw) throws -> ConvolutionOperator {
        let pair = ConvolutionOperator.Pair(repeating: 1)
        return try ConvolutionOperator(
            outputChannels: 5, channelsPerGroup: 2, kernelSize: 3 &* pair, padding: pair,
            weight: draw.grid(-32...32, unit: 1 / 64, count: 90))
    }

    private static func events(_ count: Int, side: Int, until end: Double, _ draw: inout Draw) -> [InputEvent] {
        var events = (0..<count).map { _ in
            InputEvent(
                time: Double(draw.uniform(0...Float(end))),
                element: Int.random(in: 0..<2 * side * side, using: &draw.generator))
        }
        events.sort { $0.time < $1.time }
        return events
    }

    private static func result(_ network: Network, _ engine: Engine, _ events: [InputEvent]) throws -> TrialResult {
        let simulation = try NetworkSimulation(
            network, engine: engine, duration: .milliseconds(10), takesEvents: true)
        var result: TrialResult?
        try simulation.replay(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            [events]
        } receive: {
            result = $0
        }
        return try #require(result)
    }

    @Test(
        "Potentials after events are exactly the operators of the counts of events",
        arguments: [true, false], [Engine.event, .clock(step: .milliseconds(1))])
    func potentialsAreOperatorsOfCounts(isPooled: Bool, engine: Engine) throws {
        var draw = Draw(8)
        let pair = ConvolutionOperator.Pair(repeating: 2)
        let pool = isPooled ? try PoolingOperator(.average(countsPadding: true), kernelSize: pair, stride: pair) : nil
        let network = try Self.network(side: 12, kernel: try Self.kernel(&draw), pool: pool)
        let events = Self.events(400, side: 12, until: 10, &draw)
        // Weights are multiples of 1/64 and a window's quarter is exact, so that every sum is.
        var values = [Double](repeating: 0, count: 2 * 12 * 12)
        for event in events { values[event.element] += 1 }
        var shape = [2, 12, 12]
        for item in network.projections[0].operators {
            values = try item.applied(to: values, shape: shape)
            shape = try item.outputShape(for: shape)
        }
        #expect(values.contains { $0 != 0 })
        #expect(try Self.result(network, engine, events).checkpoints[0].readout == values)
    }

    @Test(
        "Events do to the bit what the same spikes of a population in front do",
        arguments: [true, false], [Engine.event, .clock(step: .milliseconds(0.5))])
    func sameAsSpikes(isPooled: Bool, engine: Engine) throws {
        var draw = Draw(10)
        let pair = ConvolutionOperator.Pair(repeating: 2)
        let pool = isPooled ? try PoolingOperator(.average(countsPadding: true), kernelSize: pair, stride: pair) : nil
        let operators: [any ConnectionOperator] = (pool.map { [$0] } ?? []) + [try Self.kernel(&draw)]
        let shape = try operators.reduce([2, 12, 12]) { try $1.outputShape(for: $0) }
        let cells = try Population(
            "cells", shape: shape, model: IntegrateAndFire.self, parameters: ["i": .uniform(0.01)])
        func network(behind source: Population) throws -> Network {
            try Network(
                name: "pair", populations: [source, cells],
                projections: [Projection("in", from: source.name, to: "cells", operators: operators)])
        }
        let currents = draw.uniform(0.1...0.9, count: 288).map { Double($0) }
        let front = try network(
            behind: Population(
                "front", shape: [2, 12, 12], model: IntegrateAndFire.self, parameters: ["i": .perNeuron(currents)]))
        var spikes: [SpikeTrain] = []
        let whole = try NetworkSimulation(
            front, engine: engine, duration: .milliseconds(20),
            recording: RecordingRequest(spikes: ["front", "cells"]))
        try whole.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            []
        } receive: {
            spikes = $0.trace.spikes
        }
        let events = zip(spikes[0].times, spikes[0].neurons).map { InputEvent(time: $0, element: Int($1)) }
        try #require(events.count > 1000 && spikes[1].times.count > 100)
        let camera = try network(
            behind: Population("camera", shape: [2, 12, 12], model: AnalogInput.self))
        let replay = try NetworkSimulation(
            camera, engine: engine, duration: .milliseconds(20), recording: RecordingRequest(spikes: ["cells"]),
            takesEvents: true)
        for workers in [1, 2] {
            var found: [SpikeTrain] = []
            // Trials follow each other in one engine: the second starts from rest again.
            try replay.replay(trials: 3, pool: WorkerPool(workers: workers)) { _ in
                [events]
            } receive: {
                found.append($0.trace.spikes[0])
            }
            #expect(found == [spikes[1], spikes[1], spikes[1]])
        }
    }

    @Test("Work is that of the events' kernels, whatever the size of the frame")
    func workFollowsEvents() throws {
        var draw = Draw(9)
        let kernel = try Self.kernel(&draw)
        let events = Self.events(300, side: 16, until: 10, &draw)
        for side in [16, 64, 256] {
            let network = try Self.network(side: side, kernel: kernel, pool: nil)
            // The same events in the middle of a larger frame: away from the border each has 9 pixels of 5 channels.
            let moved = events.map { event in
                let (channel, row, column) = (event.element / 256, event.element / 16 % 16, event.element % 16)
                let inside = [row, column].map { $0 % 14 + 1 + (side - 16) / 2 }
                return InputEvent(time: event.time, element: (channel * side + inside[0]) * side + inside[1])
            }
            let result = try Self.result(network, .event, moved)
            #expect(result.checkpoints[0].synapticOperations == 300 * 9 * 5)
            #expect(result.checkpoints[0].spikes == [300, 0])
        }
    }

    @Test("Events out of order, before the start or outside the source are refused with their place")
    func refusals() throws {
        var draw = Draw(1)
        let network = try Self.network(side: 4, kernel: try Self.kernel(&draw), pool: nil)
        for (time, element) in [(0.5, 3), (-1, 3), (2, 32), (2, -1), (.infinity, 0), (.nan, 0)] {
            let error = #expect(throws: SimulationError.self) {
                _ = try Self.result(
                    network, .event, [InputEvent(time: 1, element: 0), InputEvent(time: time, element: element)])
            }
            #expect(error?.description.hasPrefix("event 1 of input 0 for 'events' is at") == true)
        }
    }
}
