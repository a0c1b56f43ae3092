import SynfireSpikingModels

/// The neurons of one population that one worker has.
final class StripPopulation {
    /// The index of the population.
    let index: Int
    /// Its neurons here.
    let neurons: Range<Int>
    /// The number of the first of them in the network.
    let firstNumber: Int
    let kernel: any NeuronKernel
    let memory: KernelMemory
    let spikes: SpikeList
    /// The current that stimuli inject, where any do.
    let current: WorkBuffer<Float>?
    var stimuli: [StripStimulus] = []
    /// Synapses that watch these neurons' spikes.
    var watchers: [PlasticSynapses] = []

    private let inputs: WorkBuffer<UnsafeMutablePointer<Float>>

    init(
        index: Int, neurons: Range<Int>, firstNumber: Int, kernel: any NeuronKernel, memory: KernelMemory,
        inputs: [UnsafeMutablePointer<Float>], hasCurrent: Bool
    ) {
        self.index = index
        self.neurons = neurons
        self.firstNumber = firstNumber
        self.kernel = kernel
        self.memory = memory
        spikes = SpikeList(capacity: neurons.count)
        current = hasCurrent ? WorkBuffer(repeating: 0, count: neurons.count) : nil
        self.inputs = WorkBuffer(holding: inputs)
    }

    func advance(step: Int, log: SpikeLog, stopwatch: Stopwatch) {
        current?.fill(0)
        if !stimuli.isEmpty {
            for stimulus in stimuli { stimulus.add(step: step) }
            stopwatch.lap(.drive)
        }
        spikes.removeAll()
        kernel.advance(
            StepFrame(
                number: step, inputs: UnsafePointer(inputs.base), current: current.map { UnsafePointer($0.base) },
                spikes: spikes))
        log.append(spikes.base, count: spikes.count, first: firstNumber)
        for watcher in watchers {
            for index in 0..<spikes.count { watcher.targetSpiked(Int(spikes.base[index]), step: step) }
        }
        stopwatch.lap(.update)
    }

    /// The first number that is not finite, column by column: its neuron (by index in the population) and the column.
    func firstNotFinite() -> (neuron: Int, name: String)? {
        for column in memory.floatColumns {
            if let place = Self.firstNotFinite(column.base, column.count) {
                return (neurons.lowerBound + place, column.name)
            }
        }
        for column in memory.doubleColumns {
            if let place = Self.firstNotFinite(column.base, column.count) {
                return (neurons.lowerBound + place, column.name)
            }
        }
        return nil
    }

    @inline(__always)
    private static func firstNotFinite<Real: BinaryFloatingPoint>(
        _ values: UnsafeMutablePointer<Real>, _ count: Int
    ) -> Int? {
        var sum: Real = 0
        // Nought times a number is nought unless the number is infinite or NaN.
        for index in 0..<count { sum += values[index] * 0 }
        return sum == 0 ? nil : (0..<count).first { !values[$0].isFinite }
    }
}
