import Synchronization
import SynfireNeuralNetworks
import SynfireTensors

/// What test layers have found wrong with the memory that they were given.
final class LayoutFaults: Sendable {
    private let number = Atomic<Int>(0)

    /// How many times the filling of a blocked layout was not zero.
    var count: Int { number.load(ordering: .relaxed) }

    /// Looks at the filling of some images' values.
    func check(_ values: UnsafePointer<Float>, _ layout: ValueLayout, images: Int) {
        forEachFilling(of: layout, images: images) {
            if values[$0] != 0 { number.add(1, ordering: .relaxed) }
        }
    }
}

/// Calls `body` with the offset of each number that only fills a block up.
private func forEachFilling(of layout: ValueLayout, images: Int, _ body: (Int) -> Void) {
    for image in 0..<images {
        for channel in layout.channels..<max(layout.channels, layout.blocks * layout.block) {
            for position in 0..<layout.positions {
                body(image * layout.imageStride + offset(layout, channel, position))
            }
        }
    }
}

/// Where a number lies in an image.
private func offset(_ layout: ValueLayout, _ channel: Int, _ position: Int) -> Int {
    guard !layout.isPlain else { return channel * layout.positions + position }
    return (channel / layout.block * layout.positions + position) * layout.block + channel % layout.block
}

/// A part of a vector as values of some shape, in a layout of choice: what the tested layer reads.
struct Part: Layer {
    static let schema = LayerSchema("Part", "A part of a vector.")

    let first: Int
    let layout: ValueLayout
    let faults: LayoutFaults

    init(from first: Int, _ layout: ValueLayout, _ faults: LayoutFaults) {
        self.first = first
        self.layout = layout
        self.faults = faults
    }

    init(_ values: HyperparameterValues) throws { self.init(from: 0, ValueLayout(shape: [1]), LayoutFaults()) }

    var hyperparameters: HyperparameterValues {
        guard let values = try? Self.schema.resolve([:]) else { preconditionFailure("a schema without rows") }
        return values
    }

    func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { layout.shape }

    func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { PartKernel(self, request) }
}

private final class PartKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = []

    private let part: Part

    init(_ part: Part, _ request: KernelRequest) {
        self.part = part
        inputs = request.inputs
        output = part.layout
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let (part, total) = (part, inputs[0].layout.imageStride)
        return [
            .shards { shard in
                let layout = part.layout
                for image in 0..<shard.images {
                    let x = inputs[0].pointer(shard) + image * total + part.first
                    let y = output.pointer(shard) + image * layout.imageStride
                    y.update(repeating: 0, count: layout.imageStride)
                    for channel in 0..<layout.channels {
                        for position in 0..<layout.positions {
                            y[offset(layout, channel, position)] = x[channel * layout.positions + position]
                        }
                    }
                }
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        let (part, total) = (part, inputGradient.layout.imageStride)
        return [
            .shards { shard in
                let layout = part.layout
                let dy = values.outputGradient.pointer(shard)
                part.faults.check(dy, layout, images: shard.images)
                let dx = inputGradient.pointer(shard)
                dx.update(repeating: 0, count: inputGradient.count(shard))
                for image in 0..<shard.images {
                    let (dx, dy) = (dx + image * total + part.first, dy + image * layout.imageStride)
                    for channel in 0..<layout.channels {
                        for position in 0..<layout.positions {
                            dx[channel * layout.positions + position] = dy[offset(layout, channel, position)]
                        }
                    }
                }
            }
        ]
    }
}

/// Hands values on in whatever layout they come, and looks at the filling.
struct Outlet: Layer {
    static let schema = LayerSchema("Outlet", "Hands values on.")

    let faults: LayoutFaults

    init(_ faults: LayoutFaults) { self.faults = faults }

    init(_ values: HyperparameterValues) throws { self.init(LayoutFaults()) }

    var hyperparameters: HyperparameterValues {
        guard let values = try? Self.schema.resolve([:]) else { preconditionFailure("a schema without rows") }
        return values
    }

    func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { OutletKernel(faults, request) }
}

private final class OutletKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = []

    private let faults: LayoutFaults

    init(_ faults: LayoutFaults, _ request: KernelRequest) {
        self.faults = faults
        inputs = request.inputs
        output = request.inputs[0]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [faults] shard in
                faults.check(inputs[0].pointer(shard), output.layout, images: shard.images)
                output.pointer(shard).update(from: inputs[0].pointer(shard), count: output.count(shard))
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { shard in
                inputGradient.pointer(shard).update(
                    from: values.outputGradient.pointer(shard), count: inputGradient.count(shard))
            }
        ]
    }
}
