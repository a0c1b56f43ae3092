import SynfireNeuralNetworks
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// A converted network, and how its numbers relate to those of the trained one.
public struct ConvertedNetwork: Sendable {
    /// The spiking network: thresholds are 1, and 1 ms is one time step.
    public let network: Network
    /// The populations that stand for activations, in the order of the network.
    public let layers: [ConvertedLayer]
    /// The recipe.
    public let recipe: ConversionRecipe
}

/// A population of spiking neurons and the activations that it stands for.
public struct ConvertedLayer: Sendable, Equatable {
    /// The name of the population.
    public let population: String
    /// The name of the activation layer in the trained network.
    public let activation: String
    /// The activation of each channel that is one spike a millisecond: the threshold before weights were balanced.
    public let levels: [Double]
}

/// Turns trained networks into spiking ones.
///
///     let converted = try Converter(recipe: .named("rate")).convert(graph, calibration: images)
public struct Converter: Sendable {
    /// The recipe.
    public let recipe: ConversionRecipe

    /// Makes a converter of a recipe.
    public init(recipe: ConversionRecipe) { self.recipe = recipe }

    /// The name of the population that takes the input.
    public static let inputName = "input"

    /// Converts a trained network.
    ///
    /// - Parameters:
    ///   - graph: The trained network: layers in a row, ReLU activations, average pooling.
    ///   - calibration: Images like those that it will see; a few hundred are enough.
    ///   - pool: The workers that run the trained network; by default as many as there are cores.
    ///   - progress: Told how many images have been run, of how many; what it throws ends the work.
    /// - Returns: A network whose readout accumulates the outputs of the trained one.
    /// - Throws: ``ConversionError`` where the network or the data cannot be used, and what `progress` throws.
    /// - Complexity: O(images × operations of the trained network).
    public func convert(
        _ graph: Graph, calibration: some TrainingData, pool: WorkerPool? = nil,
        progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
    ) throws -> ConvertedNetwork {
        let chain = try AffineChain(graph)
        let activations = chain.steps.compactMap { if case .neurons(let name) = $0 { name } else { nil } }
        let found = try ThresholdCalibration(
            Predictor(graph, pool: pool), activations: activations, data: calibration, recipe: recipe,
            progress: progress)
        let levels =
            recipe.allocation == .economical
            ? LevelAllocation(chain, graph: graph, calibration: found).levels : found.levels
        var emitter = try NetworkEmitter(graph: graph, recipe: recipe, levels: levels)
        for step in chain.steps { try emitter.add(step) }
        return try emitter.finished()
    }
}
