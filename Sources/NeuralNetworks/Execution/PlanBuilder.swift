import SynfireTensors

/// Decides what a plan computes, in which layouts and memory.
///
/// Only what the outputs and the wanted layers need is computed. In use, a layer does what those behind it do where it
/// can. Where a value comes in another layout than a kernel reads, a change of layout is put between, once for all
/// readers of that layout. Kernels that can, work in place: when nobody else reads the memory afterwards, on the way
/// there or back. Values that are needed at different times share memory.
struct PlanBuilder {
    var kernels: [any LayerKernel] = []
    private(set) var reorders: [Reorder] = []
    private(set) var sinks: [String: ExecutionPlan.Sink] = [:]
    private(set) var forwardSteps: [KernelStep] = []
    var backwardSteps: [KernelStep] = []
    private(set) var outputs: [ValueBuffer] = []
    private(set) var inputGradients: [ValueBuffer] = []
    /// All values' memory, once it is placed.
    private(set) var arena: FloatBuffer?
    private(set) var memory = ActivationMemory(bytes: 0, lowerBound: 0, withoutReuse: 0)

    /// A value on its way: what made it and who reads it.
    final class Value {
        let buffer: ValueBuffer
        /// How many readers the graph has for it.
        let readers: Int
        /// Whether the loss depends on it through something that is trained, or its gradient is wanted.
        let needsGradient: Bool
        /// Whether its memory must not be written over.
        var isProtected: Bool
        /// The same value in other layouts.
        var otherLayouts: [ValueLayout: Value] = [:]
        /// What readers have found on the way back, to be summed.
        var gradients: [Gradient] = []

        init(_ buffer: ValueBuffer, readers: Int, needsGradient: Bool, isProtected: Bool) {
            self.buffer = buffer
            self.readers = readers
            self.needsGradient = needsGradient
            self.isProtected = isProtected
        }
    }

    /// A gradient on its way back, and for how many values it still stands: only a sole owner may write over it.
    final class Gradient {
        let buffer: ValueBuffer
        var owners = 1

        init(_ buffer: ValueBuffer) {
            self.buffer = buffer
        }
    }

    /// A kernel with its values, for the way back.
    enum Link {
        case kernel(any LayerKernel, inputs: [Value], output: Value)
        case reorder(backward: Reorder, input: Value, output: Value)
    }

    private let isTraining: Bool
    let shardImages: Int
    private let slots: Int
    private let context: KernelContext
    private var links: [Link] = []
    private var memories: [ValueMemory] = []

    init(
        _ graph: Graph, store: ParameterStore, workers: Int, purpose: ExecutionPlan.Purpose, shardImages: Int,
        batch: BatchState, source: ExecutionPlan.Source
    ) throws {
        let capacity = max(1, purpose.capacity)
        let shards = (capacity + shardImages - 1) / shardImages
        isTraining = purpose.isTraining
        self.shardImages = shardImages
        slots = purpose.isTraining ? shards : workers
        context = try KernelContext(workers: workers)

        let needed = Self.needed(graph, purpose.wanted)
        var readers: [String: Int] = [:]
        for node in graph.nodes where needed.contains(node.name) {
            // A layer that reads a value twice counts as two: it must not write over what it still reads.
            for input in node.inputs { readers[input, default: 0] += 1 }
        }
        let wanted = Set(purpose.wanted)
        let kept = wanted.union(graph.outputs)
        let fusion = purpose.isTraining ? FusionPlan() : FusionPlan(graph, needed: needed, kept: kept)

        var values: [String: Value] = [:]
        for (index, input) in graph.inputs.enumerated() {
            let value = addInput(
                input, index, source, readers: readers[input.name] ?? 0,
                needsGradient: purpose.isTraining && purpose.needsInputGradient)
            values[input.name] = value
            if wanted.contains(input.name) { try addSink(input.name, value) }
        }

        // The layers, in order; a row that is done in one go counts as its last layer.
        for (index, node) in graph.nodes.enumerated() where needed.contains(node.name) {
            guard !fusion.absorbed.contains(index) else { continue }
            let row = fusion.followers[index] ?? []
            let last = graph.nodes[row.last ?? index]
            let sources = (node.inputs + Self.added(in: row, graph, first: node)).compactMap { values[$0] }
            let parameters = store.buffers[index]
            let needsInputGradient = purpose.isTraining && sources.contains { $0.needsGradient }
            let request = KernelRequest(
                index: index, inputs: sources.map(\.buffer.layout), isTraining: purpose.isTraining,
                needsInputGradient: needsInputGradient, shardImages: shardImages, shards: shards, slots: slots,
                parameters: Self.byName(parameters),
                followers: row.compactMap { position in
                    graph.nodes[position].layer.followUp.map {
                        FusedLayer(followUp: $0, parameters: Self.byName(store.buffers[position]))
                    }
                }, batch: batch, context: context, seed: purpose.seed)
            let kernel = try node.layer.makeKernel(request)
            kernels.append(kernel)
            let inputs = try zip(sources, kernel.inputs).map { try converted($0, to: $1) }
            let value = try addKernel(
                kernel, inputs, readers: readers[last.name] ?? 0, isKept: kept.contains(last.name),
                needsGradient: needsInputGradient || (purpose.isTraining && parameters.contains { $0.isTrainable }))
            values[last.name] = value
            if wanted.contains(last.name) { try addSink(last.name, value) }
        }

        let ends = try graph.outputs.compactMap { values[$0] }.map { try converted($0, to: $0.buffer.layout.plain) }
        outputs = ends.map(\.buffer)
        for output in outputs { output.memory.keep() }
        if purpose.isTraining {
            try addLosses(purpose.losses, to: ends)
            for link in links.reversed() { try addBackward(link) }
            let inputs = graph.inputs.compactMap { values[$0.name] }.filter(\.needsGradient)
            inputGradients = try inputs.compactMap { try summedGradient(of: $0)?.buffer }
            for gradient in inputGradients { gradient.memory.keep() }
            if store.hasShared { backwardSteps.append(.serial { store.gatherSharedGradients() }) }
        }
        try placeMemory(allocates: !purpose.isForecast)
    }

    /// The layers that the outputs and the wanted values depend on.
    private static func needed(_ graph: Graph, _ wanted: [String]) -> Set<String> {
        var needed = Set(wanted + graph.outputs)
        for node in graph.nodes.reversed() where needed.contains(node.name) { needed.formUnion(node.inputs) }
        return needed
    }

    /// What an addition in a row adds to the row's value.
    private static func added(in row: [Int], _ graph: Graph, first: Graph.Node) -> [String] {
        let own = Set([first.name] + row.map { graph.nodes[$0].name })
        return row.flatMap { graph.nodes[$0].inputs.filter { !own.contains($0) } }
    }

    private static func byName(_ parameters: [ParameterBuffer]) -> [String: ParameterBuffer] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    }

    // MARK: Memory

    mutating func buffer(_ layout: ValueLayout) -> ValueBuffer {
        let memory = ValueMemory(layout)
        memories.append(memory)
        return ValueBuffer(layout: layout, memory: memory)
    }

    /// Gives all values their places, now that it is known when they are needed.
    private mutating func placeMemory(allocates: Bool) throws {
        // Parts of a batch are not at the same step of a stage at the same time, unless each has a place of its own.
        var stages: [Int] = []
        for steps in [forwardSteps, backwardSteps] {
            for (index, step) in steps.enumerated() {
                var isNew = true
                if isTraining, index > 0, case .shards = step, case .shards = steps[index - 1] { isNew = false }
                stages.append((stages.last ?? -1) + (isNew ? 1 : 0))
            }
        }
        let planner = MemoryPlanner(slots: slots, shardImages: shardImages, isBySlot: !isTraining)
        let (arena, memory) = try planner.place(memories, stages: stages, allocates: allocates)
        self.arena = arena
        self.memory = memory
    }

    /// Appends steps of the way there that use the given values.
    private mutating func addForward(_ steps: [KernelStep], _ values: [ValueBuffer]) {
        let range = forwardSteps.count..<forwardSteps.count + steps.count
        for value in values { value.memory.use(at: range) }
        forwardSteps += steps
    }

    /// Appends steps of the way back that use the given values.
    mutating func addBackward(_ steps: [KernelStep], _ values: [ValueBuffer]) {
        let first = forwardSteps.count + backwardSteps.count
        for value in values { value.memory.use(at: first..<first + steps.count) }
        backwardSteps += steps
    }

    // MARK: Forward

    private mutating func addInput(
        _ input: Graph.Input, _ index: Int, _ source: ExecutionPlan.Source, readers: Int, needsGradient: Bool
    ) -> Value {
        let layout = ValueLayout(shape: input.shape)
        let buffer = buffer(layout)
        addForward(
            [
                .shards { shard in
                    guard let images = source.images[index] else { return }
                    buffer.pointer(shard).update(
                        from: images + shard.first * layout.imageStride, count: buffer.count(shard))
                }
            ], [buffer])
        return Value(buffer, readers: readers, needsGradient: needsGradient, isProtected: true)
    }

    /// A value in the layout that a reader wants.
    private mutating func converted(_ value: Value, to layout: ValueLayout) throws -> Value {
        guard value.buffer.layout != layout else { return value }
        if let known = value.otherLayouts[layout] {
            known.isProtected = true
            return known
        }
        let buffer = buffer(layout)
        let result = Value(
            buffer, readers: value.readers, needsGradient: value.needsGradient, isProtected: value.readers > 1)
        value.otherLayouts[layout] = result
        let there = try addReorder(from: value.buffer.layout, to: layout)
        let from = value.buffer
        addForward(
            [
                .shards { shard in
                    try there.run(
                        from.pointer(shard), into: buffer.pointer(shard), images: shard.images, worker: shard.worker)
                }
            ], [from, buffer])
        if value.needsGradient {
            let back = try addReorder(from: layout, to: value.buffer.layout)
            links.append(.reorder(backward: back, input: value, output: result))
        }
        return result
    }

    private mutating func addReorder(from: ValueLayout, to: ValueLayout) throws -> Reorder {
        let reorder = Reorder(from: from, to: to, context: context)
        try reorder.prepare(images: shardImages)
        reorders.append(reorder)
        return reorder
    }

    private mutating func addKernel(
        _ kernel: any LayerKernel, _ inputs: [Value], readers: Int, isKept: Bool, needsGradient: Bool
    ) throws -> Value {
        let use = kernel.memoryUse
        if isTraining, use.contains(.backwardReadsInputs) { for input in inputs { input.isProtected = true } }
        func mayGive(_ input: Value) -> Bool {
            input.readers == 1 && !input.isProtected
                && input.buffer.layout.imageStride == kernel.output.imageStride
        }
        let output: ValueBuffer
        if use.contains(.forwardInPlace), mayGive(inputs[0]) {
            output = inputs[0].buffer.viewed(as: kernel.output)
        } else if use.contains(.forwardIntoLast), let last = inputs.last, mayGive(last) {
            output = last.buffer.viewed(as: kernel.output)
        } else {
            output = buffer(kernel.output)
        }
        let isProtected = isKept || (isTraining && use.contains(.backwardReadsOutput))
        let value = Value(output, readers: readers, needsGradient: needsGradient, isProtected: isProtected)
        addForward(kernel.forward(inputs.map(\.buffer), output), inputs.map(\.buffer) + [output])
        if isTraining { links.append(.kernel(kernel, inputs: inputs, output: value)) }
        return value
    }

    private mutating func addSink(_ name: String, _ value: Value) throws {
        let plain = try converted(value, to: value.buffer.layout.plain).buffer
        let sink = ExecutionPlan.Sink()
        sinks[name] = sink
        addForward(
            [
                .shards { shard in
                    guard let values = sink.values else { return }
                    let first = values + shard.first * plain.layout.imageStride
                    first.update(from: plain.pointer(shard), count: plain.count(shard))
                }
            ], [plain])
    }

    private mutating func addLosses(_ losses: [ExecutionPlan.Loss], to ends: [Value]) throws {
        for (loss, end) in zip(losses, ends) {
            let (output, gradient) = (end.buffer, buffer(end.buffer.layout))
            gradient.memory.keep()
            end.gradients.append(Gradient(gradient))
            addForward([.shards { shard in loss(shard, output, gradient) }], [output, gradient])
        }
    }
}
