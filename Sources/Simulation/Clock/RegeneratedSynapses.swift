import CSynfireSupport
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Synapses of one procedural projection onto the neurons of one worker: at each spike they are drawn again, and their
/// weights are added to the input of the steps at which they arrive.
final class RegeneratedSynapses {
    /// How many synapses spikes have passed.
    private(set) var events = 0
    /// What went wrong at a spike: the first of its kind.
    private(set) var failure: DrawFailure?

    /// The index of the projection.
    private let number: Int
    private var now = 0
    private let connections: OutgoingConnections
    private let draw: SynapseDraw
    private let shortTerm: (any ShortTermKernel)?
    /// For each neuron of the network its number among the sources, or −1.
    private let rowOfNeuron: [Int32]
    /// For each target its place in the worker's input, or −1.
    private let slots: [Int32]
    /// The blocks of targets that the worker has some of.
    private let blocks: [Int]
    private let ring: InputRing
    private var counts: [Int] = []
    private var list = ConnectionList()
    private var weights: [Float] = []
    private var delays: [Int32] = []

    /// - Parameters:
    ///   - projection: The projection; its synapses are procedural.
    ///   - number: Its index.
    ///   - connections: Its connections.
    ///   - slots: For each target its place in the worker's input, or −1.
    ///   - ring: The worker's input of coming steps.
    init(
        _ projection: ProjectionPlan, number: Int, _ connections: OutgoingConnections, slots: [Int32], ring: InputRing,
        step: Double
    ) {
        self.number = number
        self.connections = connections
        self.slots = slots
        self.ring = ring
        draw = projection.draw
        rowOfNeuron = projection.rowOfNeuron
        shortTerm = projection.synapse.shortTerm.map {
            $0.model.makeKernel($0.values, sources: projection.sources.count, step: step)
        }
        blocks = (0..<connections.blocks).filter { block in
            connections.targets(ofBlock: block).contains { slots[$0] >= 0 }
        }
    }

    /// Adds the weights of a spike of a neuron of the network at the end of a step to the steps at which they arrive.
    func add(neuron: Int, step: Int) {
        let source = Int(rowOfNeuron[neuron])
        guard source >= 0 else { return }
        // State goes on even where this worker has none of the source's synapses: it is the same on every worker.
        let factor = shortTerm?.factor(source: source, step: step) ?? 1
        guard !blocks.isEmpty else { return }
        connections.countTargets(of: source, into: &counts)
        do {
            for block in blocks where counts[block] > 0 {
                now = block
                try add(source, block, counts[block], factor: factor, step: step)
            }
        } catch {
            failure = failure ?? DrawFailure(place: [step, neuron, number, now], error: error)
        }
    }

    private func add(_ source: Int, _ block: Int, _ count: Int, factor: Float, step: Int) throws {
        list.removeAll()
        weights.removeAll(keepingCapacity: true)
        delays.removeAll(keepingCapacity: true)
        connections.appendTargets(of: source, block: block, count: count, to: &list.sources)
        try draw.append(source: source, block: block, targets: list, weights: &weights, delays: &delays)
        try ring.reserve(Int(delays.max() ?? 0))
        var passed = 0
        for (index, target) in list.sources.enumerated() {
            let slot = slots[Int(target)]
            guard slot >= 0 else { continue }
            ring.add(weights[index] * factor, slot: Int(slot), at: step + Int(delays[index]))
            passed += 1
        }
        events += passed
    }
}

/// What went wrong when synapses were drawn, and where: step, neuron, projection, block of targets.
struct DrawFailure {
    let place: [Int]
    let error: any Error

    /// Of two, the one that comes first for any number of workers.
    static func isEarlier(_ a: DrawFailure, _ b: DrawFailure) -> Bool { a.place.lexicographicallyPrecedes(b.place) }
}

/// The input of a worker's neurons in coming steps, a row for each.
final class InputRing {
    private let width: Int
    private var rows: UnsafeMutablePointer<Float>?
    /// A power of two; as many steps can be reached, less one.
    private var length = 0
    private var now = 0

    /// - Parameter width: How many numbers a step has.
    init(width: Int) { self.width = max(1, width) }

    deinit { if let rows { synfire_give_pages(rows, bytes(length)) } }

    private func bytes(_ length: Int) -> Int { length * width * MemoryLayout<Float>.stride }

    /// Makes room for delays of up to so many steps.
    ///
    /// - Throws: ``SimulationError/outOfMemory(bytes:)``
    func reserve(_ delay: Int) throws(SimulationError) {
        guard delay >= length else { return }
        var longer = max(16, length)
        while longer <= delay { longer *= 2 }
        guard let memory = synfire_take_pages(bytes(longer)) else { throw .outOfMemory(bytes: bytes(longer)) }
        let new = memory.bindMemory(to: Float.self, capacity: longer * width)
        if let rows {
            for step in now + 1..<now + 1 + length {
                (new + (step & (longer - 1)) * width)
                    .update(from: rows + (step & (length - 1)) * width, count: width)
            }
            synfire_give_pages(rows, bytes(length))
        }
        (rows, length) = (new, longer)
    }

    /// Adds to the input of a step, which is ahead by no more than was reserved.
    @inline(__always) func add(_ weight: Float, slot: Int, at step: Int) {
        rows.unsafelyUnwrapped[(step & (length - 1)) * width + slot] += weight
    }

    /// Adds what arrives at a step to the input, and forgets it.
    func deliver(step: Int, into input: UnsafeMutablePointer<Float>) {
        now = step
        guard let rows else { return }
        let row = rows + (step & (length - 1)) * width
        for slot in 0..<width {
            input[slot] += row[slot]
            row[slot] = 0
        }
    }
}
