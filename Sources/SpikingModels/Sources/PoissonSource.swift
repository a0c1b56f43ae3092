/// Neurons that spike as independent Poisson processes of constant rate.
///
/// The number of spikes of a neuron in a step is Poisson distributed with mean rate·h, and all are stamped with the end
/// of the step. It is an inversion of the random draw that (seed, population, neuron, step) names, so that a neuron's
/// spikes do not depend on other neurons.
///
/// Unlike NEST's `poisson_generator`, whose targets each get spikes of their own, a neuron has one spike train, as in
/// PyNN; for drive of its own for each target see ``PoissonInput``.
public enum PoissonSource: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "poisson_source", aliases: ["poisson_generator", "SpikeSourcePoisson"],
        summary: "Poisson spikes of constant rate between two times",
        equations: ["P(n spikes in a step) = (rate·h)ⁿ/n!·e^(−rate·h) for start < t ≤ stop"],
        source: "PyNN 0.12 (SpikeSourcePoisson), doi:10.3389/neuro.11.011.2008; NEST 3 (poisson_generator)",
        parameters: [SourceRows.rate(10, "Spikes a second, on average."), SourceRows.start, SourceRows.stop],
        state: [])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that draws counts.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    /// Spikes at times of their own.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        let trains = PoissonTrains(setup)
        return TrainKernel(setup, first: { trains.first($0) }, following: { trains.following($0, $1) })
    }

    private final class Kernel: NeuronKernel {
        private let sampler: PoissonSampler

        init(_ setup: KernelSetup) { sampler = PoissonSampler(rates: setup) }

        func advance(_ frame: StepFrame) { sampler.emit(step: frame.number, to: frame.spikes) }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
