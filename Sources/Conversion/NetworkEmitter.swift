import SynfireNeuralNetworks
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Writes a chain as populations and projections, with weights balanced so that every threshold is 1.
struct NetworkEmitter {
    private let graph: Graph
    private let recipe: ConversionRecipe
    private let levels: [String: [Double]]

    private var populations: [Population]
    private var projections: [Projection] = []
    private var layers: [ConvertedLayer] = []

    /// What stands between the last population and the next.
    private var waiting: [AffineChain.Step] = []
    /// The name of the last population and its level of each channel.
    private var source: (name: String, shape: [Int], levels: [Double])
    private var names: Set<String> = [Converter.inputName]

    init(graph: Graph, recipe: ConversionRecipe, levels: [String: [Double]]) throws {
        self.graph = graph
        self.recipe = recipe
        self.levels = levels
        populations = [try Population(Converter.inputName, shape: graph.inputShape, model: AnalogInput.self)]
        source = (Converter.inputName, graph.inputShape, Array(repeating: 1, count: graph.inputShape[0]))
    }

    mutating func add(_ step: AffineChain.Step) throws {
        guard case .neurons(let activation) = step else {
            waiting.append(step)
            return
        }
        guard let levels = levels[activation] else { preconditionFailure("no level of '\(activation)'") }
        let name = populationName(fallback: activation)
        let (shape, current) = try project(to: name, levels: levels)
        let onset = recipe.onsets[min(layers.count, recipe.onsets.count - 1)]
        populations.append(
            try Population(
                name, shape: shape, model: IntegrateAndFire.self,
                parameters: ["i": ParameterValue(current), "onset": .uniform(onset)],
                options: ["reset": recipe.reset == .subtract ? "subtract" : "to_value"],
                initialValues: ["v": ParameterValue(initialPotentials(shape))]))
        layers.append(ConvertedLayer(population: name, activation: activation, levels: levels))
        source = (name, shape, levels)
    }

    /// Ends the network: what is left becomes the readout, which adds up and never spikes.
    ///
    /// A network that ends in neurons gets a readout behind them, too: a spike of channel c stands for λ_c, so that
    /// counts of spikes cannot be compared between channels. The readout adds up λ_c a spike.
    consuming func finished() throws -> ConvertedNetwork {
        let name = populationName(fallback: graph.output.name)
        let (shape, current) = try project(to: name, levels: nil)
        populations.append(
            try Population(name, shape: shape, model: Integrator.self, parameters: ["i": ParameterValue(current)]))
        let network = try Network(
            name: graph.name, populations: populations, projections: projections, readout: name,
            metadata: [
                "recipe": recipe.name, "granularity": recipe.granularity.rawValue,
                "statistic": recipe.statistic.description, "reset": recipe.reset.rawValue,
                "initial_potential": recipe.start == .spread ? "spread" : "\(recipe.initialPotential)",
                "allocation": recipe.allocation.rawValue,
                "onsets": recipe.onsets.map { "\($0)" }.joined(separator: ","), "converted_from": graph.name,
            ])
        return ConvertedNetwork(network: network, layers: layers, recipe: recipe)
    }

    /// The potential at the start of each neuron, in thresholds.
    private func initialPotentials(_ shape: [Int]) -> Column {
        guard recipe.start == .spread, shape.count == 3 else { return .uniform(recipe.initialPotential) }
        return .perNeuron(
            (0..<shape.reduce(1, *)).map { neuron in
                let (row, column) = (neuron / shape[2] % shape[1], neuron % shape[2])
                return (Double(Self.order[row % 4][column % 4]) + 0.5) / 16
            })
    }

    /// The ordered dither of 4×4: every aligned 2×2 block of it is spread evenly, too.
    ///
    /// - Source: B. E. Bayer 1973, "An optimum method for two-level rendition of continuous-tone pictures", IEEE
    ///   International Conference on Communications.
    private static let order = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]

    /// The name of the weighted layer in front, which is what people call a layer by.
    private mutating func populationName(fallback: String) -> String {
        let weighted = waiting.compactMap { if case .weighted(let step) = $0 { step.name } else { nil } }
        var (free, number) = (weighted.last ?? fallback, 1)
        if names.contains(free) { free = fallback }
        while !names.insert(free).inserted {
            number += 1
            free = "\(fallback)_\(number)"
        }
        return free
    }

    /// Makes a projection of what is waiting, from the last population to a new one.
    ///
    /// Weights behind a population of level λ are multiplied by it, weights in front of one are divided by it: a spike
    /// stands for λ on one side and for 1 on the other.
    ///
    /// - Returns: The shape behind it, and the constant current that the biases come to there.
    private mutating func project(to name: String, levels: [Double]?) throws -> ([Int], Column) {
        var operators: [any ConnectionOperator] = []
        var shape = source.shape
        var inputLevels: [Double]? = source.levels
        var constant = [Double]()
        let lastWeighted = waiting.lastIndex { if case .weighted = $0 { true } else { false } }
        func push(_ item: any ConnectionOperator) throws {
            let before = shape
            shape = try item.outputShape(for: shape)
            if !constant.isEmpty { constant = try item.applied(to: constant, shape: before) }
            operators.append(item)
        }
        for (index, step) in waiting.enumerated() {
            switch step {
            case .neurons: preconditionFailure("neurons do not wait")
            case .pool(let pool, _): try push(pool)
            case .flatten:
                inputLevels = inputLevels.map { values in
                    values.flatMap { Array(repeating: $0, count: shape.dropFirst().reduce(1, *)) }
                }
                try push(FlattenOperator())
            case .weighted(var weighted):
                weighted.scale(
                    input: inputLevels, output: index == lastWeighted ? levels.map { $0.map { 1 / $0 } } : nil)
                inputLevels = nil
                try push(try weighted.emit(weighted.weight.map { Float($0) }))
                let each = shape.dropFirst().reduce(1, *)
                if constant.isEmpty { constant = Array(repeating: 0, count: shape.reduce(1, *)) }
                for place in constant.indices { constant[place] += Double(Float(weighted.bias[place / each])) }
            }
        }
        if lastWeighted == nil {
            // Pooling alone between two populations: the two levels meet in a factor for each element.
            let each = shape.dropFirst().reduce(1, *)
            let from = inputLevels ?? []
            let factors = (0..<shape.reduce(1, *)).map { Float(from[$0 / each] / (levels?[$0 / each] ?? 1)) }
            if factors.contains(where: { $0 != 1 }) { try push(try ScaleOperator(factors: factors)) }
        }
        if constant.isEmpty { constant = Array(repeating: 0, count: shape.reduce(1, *)) }
        let projection = Projection("\(source.name)-\(name)", from: source.name, to: name, operators: operators)
        projections.append(projection)
        waiting = []
        return (shape, Column.compact(constant, shape: shape))
    }
}
