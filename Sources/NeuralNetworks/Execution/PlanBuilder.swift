import Tensors

/// Decides what a plan computes, in which layouts and memory.
///
/// Only what the output and the wanted layers need is computed. Where a value comes in another layout than a kernel
/// reads, a change of layout is put between, once for all readers of that layout. Kernels that can, work in place: when
/// nobody else reads the memory afterwards, on the way there or back.
struct PlanBuilder {
    private(set) var kernels: [any LayerKernel] = []
    private(set) var reorders: [Reorder] = []
    private(set) var sinks: [String: ExecutionPlan.Sink] = [:]
    private(set) var forwardSteps: [KernelStep] = []
    private(set) var backwardSteps: [KernelStep] = []
    private(set) var output: ValueBuffer
    private(set) var outputGradient: ValueBuffer?
    private(set) var inputGradient: ValueBuffer?

    /// A value on its way: what made it and who reads it.
    private final class Value {
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
    private final class Gradient {
        let buffer: ValueBuffer
        var owners = 1

        init(_ buffer: ValueBuffer) {
            self.buffer = buffer
        }
    }

    /// A kernel with its values, for the way back.
    private enum Link {
        case kernel(any LayerKernel, inputs: [Value], output: Value)
        case reorder(backward: Reorder, input: Value, output: Value)
    }

    private let isTraining: Bool
    private let shardImages: Int
    private let slots: Int
    private let context: KernelContext
    private var links: [Link] = []

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
            for input in Set(node.inputs) { readers[input, default: 0] += 1 }
        }
        let wanted = Set(purpose.wanted)

        // The input.
        let inputLayout = ValueLayout(shape: graph.inputShape)
        let inputBuffer = try Self.buffer(inputLayout, slots, shardImages)
        output = inputBuffer
        let input = Value(
            inputBuffer, readers: readers[Graph.inputName] ?? 0,
            needsGradient: purpose.isTraining && purpose.needsInputGradient, isProtected: true)
        var values = [Graph.inputName: input]
        forwardSteps.append(
            .shards { shard in
                guard let images = source.images else { return }
                inputBuffer.pointer(shard).update(
                    from: images + shard.first * inputLayout.imageStride, count: inputBuffer.count(shard))
            })
        if wanted.contains(Graph.inputName) { try addSink(Graph.inputName, input) }

        // The layers, in order.
        for (index, node) in graph.nodes.enumerated() where needed.contains(node.name) {
            let sources = node.inputs.compactMap { values[$0] }
            let parameters = store.buffers[index]
            let needsInputGradient = purpose.isTraining && sources.contains { $0.needsGradient }
            let request = KernelRequest(
                index: index, inputs: sources.map(\.buffer.layout), isTraining: purpose.isTraining,
                needsInputGradient: needsInputGradient, shardImages: shardImages, shards: shards, slots: slots,
                parameters: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) }), batch: batch,
                context: context, seed: purpose.seed)
            let kernel = try node.layer.makeKernel(request)
            kernels.append(kernel)
            let inputs = try zip(sources, kernel.inputs).map { try converted($0, to: $1) }
            let isOutput = node.name == graph.output.name
            let value = try addKernel(
                kernel, inputs, readers: readers[node.name] ?? 0, isKept: isOutput || wanted.contains(node.name),
                needsGradient: needsInputGradient || (purpose.isTraining && parameters.contains { $0.isTrainable }))
            values[node.name] = value
            if wanted.contains(node.name) { try addSink(node.name, value) }
        }

        let last = values[graph.output.name] ?? input
        let plain = try converted(last, to: last.buffer.layout.plain)
        output = plain.buffer
        guard purpose.isTraining else { return }
        let gradient = try Self.buffer(plain.buffer.layout, slots, shardImages)
        outputGradient = gradient
        plain.gradients.append(Gradient(gradient))
        if let loss = purpose.loss {
            let output = output
            forwardSteps.append(.shards { shard in loss(shard, output, gradient) })
        }
        for link in links.reversed() { try addBackward(link) }
        if input.needsGradient { inputGradient = try summedGradient(of: input)?.buffer }
    }

    /// The layers that the output and the wanted values depend on.
    private static func needed(_ graph: Graph, _ wanted: [String]) -> Set<String> {
        var needed = Set(wanted + [graph.output.name])
        for node in graph.nodes.reversed() where needed.contains(node.name) { needed.formUnion(node.inputs) }
        return needed
    }

    private static func buffer(_ layout: ValueLayout, _ slots: Int, _ shardImages: Int) throws -> ValueBuffer {
        let (perSlot, overflow) = layout.imageStride.multipliedReportingOverflow(by: shardImages)
        let (count, again) = perSlot.multipliedReportingOverflow(by: slots)
        guard !overflow, !again else { throw KernelError.outOfMemory(bytes: .max) }
        return ValueBuffer(layout: layout, memory: try FloatBuffer(count: count), shardImages: shardImages)
    }

    // MARK: Forward

    /// A value in the layout that a reader wants.
    private mutating func converted(_ value: Value, to layout: ValueLayout) throws -> Value {
        guard value.buffer.layout != layout else { return value }
        if let known = value.otherLayouts[layout] {
            known.isProtected = true
            return known
        }
        let buffer = try Self.buffer(layout, slots, shardImages)
        let result = Value(
            buffer, readers: value.readers, needsGradient: value.needsGradient, isProtected: value.readers > 1)
        value.otherLayouts[layout] = result
        let there = try addReorder(from: value.buffer.layout, to: layout)
        let from = value.buffer
        forwardSteps.append(
            .shards { shard in
                try there.run(
                    from.pointer(shard), into: buffer.pointer(shard), images: shard.images, worker: shard.worker)
            })
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
        let buffer: ValueBuffer
        let mayShare =
            use.contains(.forwardInPlace) && inputs[0].readers == 1 && !inputs[0].isProtected
            && inputs[0].buffer.layout.imageStride == kernel.output.imageStride
        if mayShare {
            buffer = inputs[0].buffer.viewed(as: kernel.output)
        } else {
            buffer = try Self.buffer(kernel.output, slots, shardImages)
        }
        let isProtected = isKept || (isTraining && use.contains(.backwardReadsOutput))
        let value = Value(buffer, readers: readers, needsGradient: needsGradient, isProtected: isProtected)
        forwardSteps += kernel.forward(inputs.map(\.buffer), buffer)
        if isTraining { links.append(.kernel(kernel, inputs: inputs, output: value)) }
        return value
    }

    private mutating func addSink(_ name: String, _ value: Value) throws {
        let plain = try converted(value, to: value.buffer.layout.plain).buffer
        let sink = ExecutionPlan.Sink()
        sinks[name] = sink
        forwardSteps.append(
            .shards { shard in
                guard let values = sink.values else { return }
                let first = values + shard.first * plain.layout.imageStride
                first.update(from: plain.pointer(shard), count: plain.count(shard))
            })
    }

    // MARK: Backward

    private mutating func addBackward(_ link: Link) throws {
        switch link {
        case .reorder(let reorder, let input, let output):
            guard let gradient = try summedGradient(of: output)?.buffer else { return }
            let result = try Self.buffer(input.buffer.layout, slots, shardImages)
            input.gradients.append(Gradient(result))
            backwardSteps.append(
                .shards { shard in
                    try reorder.run(
                        gradient.pointer(shard), into: result.pointer(shard), images: shard.images,
                        worker: shard.worker)
                })
        case .kernel(let kernel, let inputs, let output):
            guard output.needsGradient, let gradient = try summedGradient(of: output) else { return }
            defer { gradient.owners -= 1 }
            if kernel.memoryUse.contains(.backwardPassesGradient) {
                for input in inputs where input.needsGradient {
                    gradient.owners += 1
                    input.gradients.append(gradient)
                }
                return
            }
            var inputGradients: [ValueBuffer?] = []
            for (index, input) in inputs.enumerated() {
                guard input.needsGradient else {
                    inputGradients.append(nil)
                    continue
                }
                let mayShare =
                    index == 0 && inputs.count == 1 && gradient.owners == 1
                    && kernel.memoryUse.contains(.backwardInPlace)
                    && gradient.buffer.layout.imageStride == input.buffer.layout.imageStride
                let result =
                    try mayShare
                    ? gradient.buffer.viewed(as: input.buffer.layout)
                    : Self.buffer(input.buffer.layout, slots, shardImages)
                input.gradients.append(Gradient(result))
                inputGradients.append(result)
            }
            backwardSteps += kernel.backward(
                BackwardValues(
                    inputs: inputs.map(\.buffer), output: output.buffer, outputGradient: gradient.buffer,
                    inputGradients: inputGradients))
        }
    }

    /// The gradient of a value: the sum of what its readers found, in their order.
    ///
    /// It is summed where one of them may be written over, else in memory of its own.
    private mutating func summedGradient(of value: Value) throws -> Gradient? {
        guard var sum = value.gradients.first else { return nil }
        for other in value.gradients.dropFirst() {
            let result: Gradient
            if sum.owners == 1 {
                result = sum
            } else if other.owners == 1 {
                result = other
            } else {
                result = Gradient(try Self.buffer(sum.buffer.layout, slots, shardImages))
            }
            let (a, b, y) = (sum.buffer, other.buffer, result.buffer)
            backwardSteps.append(
                .shards { shard in
                    Elementwise.add(a.pointer(shard), b.pointer(shard), into: y.pointer(shard), count: y.count(shard))
                })
            if sum !== result { sum.owners -= 1 }
            if other !== result { other.owners -= 1 }
            sum = result
        }
        value.gradients = [sum]
        return sum
    }
}
