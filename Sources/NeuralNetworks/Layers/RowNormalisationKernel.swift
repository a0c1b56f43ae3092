import SynfireTensors

/// Normalisation of rows of plain values, each by itself.
///
/// Unchecked `Sendable`: each shard writes its own moments.
final class RowNormalisationKernel: LayerKernel, @unchecked Sendable {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace, .backwardReadsInputs]

    private let request: KernelRequest
    private let normalisation: RowNormalisation
    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    /// By slot, image and row.
    private let moments: UnsafeMutablePointer<RowNormalisation.Moments>
    private let momentsPerSlot: Int
    // What each shard adds to the gradients.
    private let weightSums: DoubleBuffer
    private let biasSums: DoubleBuffer

    init(
        rows: Int, length: Int, affine: RowNormalisation.Affine, epsilon: Double, _ request: KernelRequest
    ) throws {
        self.request = request
        output = request.inputs[0].plain
        inputs = [output]
        normalisation = RowNormalisation(rows: rows, length: length, affine: affine, epsilon: epsilon)
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        momentsPerSlot = request.shardImages * rows
        moments = .allocate(capacity: momentsPerSlot * request.slots)
        moments.initialize(repeating: RowNormalisation.Moments(), count: momentsPerSlot * request.slots)
        let shards = request.isTraining ? request.shards : 0
        weightSums = DoubleBuffer(count: shards * (request.parameters["weight"]?.count ?? 0))
        biasSums = DoubleBuffer(count: shards * (request.parameters["bias"]?.count ?? 0))
    }

    deinit { moments.deallocate() }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                normalisation.forward(
                    inputs[0].pointer(shard), weight: weight?.values.base, bias: bias?.values.base,
                    into: output.pointer(shard), moments: moments + shard.slot * momentsPerSlot, images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        var steps: [KernelStep] = [
            .shards { [self] shard in
                normalisation.backward(
                    values.inputs[0].pointer(shard), values.outputGradient.pointer(shard), weight: weight?.values.base,
                    moments: moments + shard.slot * momentsPerSlot, into: values.inputGradients[0]?.pointer(shard),
                    weightSums: weight.map { weightSums.base + shard.index * $0.count },
                    biasSums: bias.map { biasSums.base + shard.index * $0.count }, images: shard.images)
            }
        ]
        if weight != nil {
            steps.append(
                .serial { [self] in
                    let shards = request.batch.shards
                    for (parameter, sums) in [(weight, weightSums), (bias, biasSums)] {
                        guard let parameter else { continue }
                        for (index, total) in sums.totals(of: parameter.count, shards: shards).enumerated() {
                            parameter.gradient.base[index] = Float(total)
                        }
                    }
                })
        }
        return steps
    }
}
