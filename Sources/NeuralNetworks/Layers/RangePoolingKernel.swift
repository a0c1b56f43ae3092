import SynfireTensors

/// Pooling by loops of our own, in whatever layout the values come.
final class RangePoolingKernel: LayerKernel {
    private let pooling: RangePooling
    private let workspace: FloatBuffer?
    /// The numbers of workspace that an image takes.
    private let workspaceCount: Int
    private let shardImages: Int

    init(_ pooling: RangePooling, _ request: KernelRequest) throws {
        self.pooling = pooling
        shardImages = request.shardImages
        workspaceCount = request.isTraining ? pooling.workspaceBytes / MemoryLayout<Float>.stride : 0
        workspace =
            workspaceCount > 0 ? try FloatBuffer(count: workspaceCount * shardImages * request.slots) : nil
    }

    var inputs: [ValueLayout] { [pooling.input] }
    var output: ValueLayout { pooling.output }
    let memoryUse: MemoryUse = []

    private func workspace(_ shard: Shard) -> UnsafeMutableRawPointer? {
        workspace.map { UnsafeMutableRawPointer($0.base + shard.slot * shardImages * workspaceCount) }
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                pooling.forward(
                    inputs[0].pointer(shard), into: output.pointer(shard), workspace: workspace(shard),
                    images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { [self] shard in
                pooling.backward(
                    values.outputGradient.pointer(shard), into: inputGradient.pointer(shard),
                    workspace: workspace(shard).map { UnsafeRawPointer($0) }, images: shard.images)
            }
        ]
    }
}
