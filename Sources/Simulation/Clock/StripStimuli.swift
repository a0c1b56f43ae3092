import SynfireSpikingModels

/// A stimulus of neighbouring neurons, or of neurons that are listed, in one population of one worker.
final class StripStimulus {
    private let kernel: any StimulusKernel
    private let memory: KernelMemory
    private let input: UnsafeMutablePointer<Float>
    private let places: [Int32]?
    private let scratch: WorkBuffer<Float>

    /// - Parameters:
    ///   - kernel: The stimulus.
    ///   - memory: Its columns.
    ///   - input: What it adds to: one number for each neuron of the strip, or from the kernel's first neuron on.
    ///   - places: For each neuron of the kernel its place in `input`; `nil` where they are the same.
    init(
        _ kernel: any StimulusKernel, memory: KernelMemory, input: UnsafeMutablePointer<Float>, places: [Int32]?
    ) {
        self.kernel = kernel
        self.memory = memory
        self.input = input
        self.places = places
        scratch = WorkBuffer(repeating: 0, count: places?.count ?? 0)
    }

    func add(step: Int) {
        guard let places else {
            kernel.add(step: step, to: input)
            return
        }
        scratch.fill(0)
        kernel.add(step: step, to: scratch.base)
        for (index, place) in places.enumerated() { input[Int(place)] += scratch.base[index] }
    }
}
