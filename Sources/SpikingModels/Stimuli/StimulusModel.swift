/// Something that acts on neurons without synapses: a current that is injected, or spikes that only they get.
///
/// A model is one file with one conforming type, and one line in ``StimulusCatalog``.
public protocol StimulusModel: Sendable {
    /// The rows that describe the model: its parameters may differ from neuron to neuron.
    static var schema: ModelSchema { get }

    /// What it adds to.
    static var effect: StimulusEffect { get }

    /// The stimulus of some neurons of its target, made ready to be advanced in steps.
    static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel

    /// The stimulus of some neurons of its target in continuous time.
    ///
    /// - Parameter setup: Its step is the length of a slice.
    /// - Returns: `nil` where what it does has no closed form between events.
    static func makeEventStimulus(_ setup: KernelSetup) -> EventStimulus?

    /// What is wrong with parameters that are each in their range but not together; `nil` by default.
    static func fault(_ values: ModelValues, neuron: Int) -> String?
}

extension StimulusModel {
    /// None.
    public static func makeEventStimulus(_ setup: KernelSetup) -> EventStimulus? { nil }
    /// Nothing.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { nil }
}

/// What a stimulus adds to.
public enum StimulusEffect: Sendable, Equatable {
    /// A current [pA], held over a step.
    case current
    /// The input of a receptor, as if spikes arrived there; its `weight` is in the receptor's unit.
    case receptor
}

/// A stimulus of the neurons that one worker advances.
///
/// As with ``NeuronKernel``, what a neuron gets depends only on its own parameters and its index among the stimulus's
/// targets.
public protocol StimulusKernel: AnyObject {
    /// Adds what each neuron gets in step `number`: currents that are held during it, or weights that arrive at its
    /// end.
    ///
    /// - Parameters:
    ///   - number: The step, from (number − 1)·h to number·h.
    ///   - input: One number for each neuron of the kernel.
    func add(step number: Int, to input: UnsafeMutablePointer<Float>)
}

/// Every stimulus that Synfire has.
public enum StimulusCatalog {
    /// The models, in the order of the documentation.
    public static let all: [any StimulusModel.Type] = [
        DirectCurrent.self,
        StepCurrent.self,
        AlternatingCurrent.self,
        NoisyCurrent.self,
        OrnsteinUhlenbeckCurrent.self,
        PoissonInput.self,
    ]

    /// The model of a name.
    public static func model(named name: String) -> (any StimulusModel.Type)? { all.first { $0.schema.name == name } }
}
