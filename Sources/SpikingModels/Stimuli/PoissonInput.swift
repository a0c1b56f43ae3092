/// Poisson spikes of one weight, independent for each target: the drive of large networks.
///
/// In each step a target's receptor gets weight times a Poisson number with mean rate·h. It stands for many sources
/// with one summed rate, without their memory, as NEST's `poisson_generator` in front of a static synapse does. Spikes
/// that are drawn in a step arrive at its end; a delay would only shift a process that is the same at all times.
///
/// The number is an inversion of the random draw that (seed, stimulus, target, step) names.
public enum PoissonInput: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "poisson_input",
        summary: "Independent Poisson spikes of one weight to each target",
        equations: ["input ← input + weight·n, n ~ Poisson(rate·h), for start < t ≤ stop"],
        source: "NEST 3 (poisson_generator), doi:10.4249/scholarpedia.1430; Brian 2 (PoissonInput), "
            + "doi:10.7554/eLife.47314",
        parameters: [
            SourceRows.rate(0, "Spikes a second to each target, on average."),
            ParameterRow(
                "weight", unit: "1", default: 0, nest: "weight", isWeight: true,
                "Weight of a spike, in the receptor's unit."),
            SourceRows.start, SourceRows.stop,
        ], state: [], emitsSpikes: false)

    /// Spikes at a receptor.
    public static let effect = StimulusEffect.receptor

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that draws counts.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    /// Spikes at times of their own; none comes where the rate is 0.
    public static func makeEventStimulus(_ setup: KernelSetup) -> EventStimulus? {
        if setup.count > 0, setup.isUniform(["rate", "weight", "start", "stop"]) {
            let mean = setup.value("rate", 0) * setup.step * 1e-3
            let window = setup.value("start", 0)..<max(setup.value("start", 0), setup.value("stop", 0))
            if mean > 0, !window.isEmpty {
                return .spikes(
                    PoissonBlockDrive(setup, mean: mean, weight: setup.value("weight", 0), window: window))
            }
        }
        let trains = PoissonTrains(setup)
        return .spikes(
            TrainDrive(
                setup, weights: (0..<setup.count).map { Float(setup.value("weight", $0)) },
                first: { trains.first($0) }, following: { trains.following($0, $1) }))
    }

    private final class Kernel: StimulusKernel {
        private let sampler: PoissonSampler
        private let weights: KernelConstants
        /// Keeps the weights.
        private let memory: KernelMemory

        init(_ setup: KernelSetup) {
            sampler = PoissonSampler(rates: setup)
            weights = setup.constants(from: ["weight"]) { [setup.value("weight", $0)] }
            memory = setup.columns
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            if weights.areShared {
                sampler.add(step: number, weight: SharedConstant(weights, 0), to: input)
            } else {
                sampler.add(step: number, weight: EachConstant(weights, 0), to: input)
            }
        }
    }
}
