import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// What holds for every entry of the catalogs, so that a new model or operator is tested by being listed.
@Suite("Catalogs of models and operators")
struct CatalogTests {
    @Test("Every model's rows are complete, its defaults allowed, and a population can be made of it")
    func models() throws {
        #expect(Set(ModelCatalog.names).count == ModelCatalog.all.count)
        for model in ModelCatalog.all {
            let schema = model.schema
            let rows = schema.parameters + schema.state
            #expect(!schema.summary.isEmpty && !schema.equations.isEmpty && !schema.source.isEmpty, "\(schema.name)")
            #expect(Set(rows.map(\.symbol)).count == rows.count, "\(schema.name)")
            for row in rows {
                #expect(row.allowed.contains(row.defaultValue), "\(schema.name).\(row.symbol)")
                #expect(!row.allowed.contains(.nan) && !row.allowed.contains(.infinity))
                #expect(!row.summary.isEmpty && !row.unit.isEmpty, "\(schema.name).\(row.symbol)")
            }
            for option in schema.options { #expect(!option.choices.isEmpty && !option.summary.isEmpty) }
            #expect(ModelCatalog.model(named: schema.name)?.schema.name == schema.name)
            let population = try Population("p", shape: [2, 3, 4], model: model)
            #expect(population.count == 24)
            switch population.dynamics {
            case .analog: #expect(schema.state.isEmpty)
            case .integrating(let dynamics): #expect(dynamics.initialPotential == .uniform(0))
            case .stepped:
                #expect(
                    model.makeKernel(setup(of: population)) != nil, "\(schema.name) has neither dynamics nor a kernel")
            }
        }
    }

    private func setup(of population: Population) -> KernelSetup {
        KernelSetup(
            neurons: 0..<population.count, neuronsPerChannel: population.neuronsPerChannel, step: 0.1,
            values: population.values, seed: 1, stream: 0)
    }

    @Test("What a row follows is a parameter before it with the same unit, and units are units")
    func rows() {
        for schema in ModelCatalog.all.map({ $0.schema }) {
            for (index, row) in (schema.parameters + schema.state).enumerated() {
                #expect(UnitScale.isUnit(row.unit), "\(schema.name).\(row.symbol)")
                guard let followed = row.follows else { continue }
                let rows = (schema.parameters + schema.state)[..<index]
                let target = rows.first { $0.symbol == followed }
                #expect(target?.unit == row.unit, "\(schema.name).\(row.symbol)")
                #expect(target?.defaultValue == row.defaultValue, "\(schema.name).\(row.symbol)")
            }
            #expect(Set(schema.receptors.map(\.name)).count == schema.receptors.count)
            for receptor in schema.receptors {
                #expect(UnitScale.isUnit(receptor.unit) && !receptor.summary.isEmpty, "\(schema.name).\(receptor.name)")
            }
        }
    }

    @Test("A kernel begins with the initial values that a population was given")
    func initialValues() throws {
        for model in ModelCatalog.all {
            let schema = model.schema
            var given: [String: ParameterValue] = [:]
            for (index, row) in schema.state.enumerated() {
                // A little off the default, as each row allows.
                let shifted = row.defaultValue + 0.01 * Double(index + 1)
                given[row.symbol] = .uniform(row.allowed.contains(shifted) ? shifted : row.defaultValue * 0.9)
            }
            let last = Dictionary(
                uniqueKeysWithValues: schema.options.map { ($0.symbol, $0.choices[$0.choices.count - 1]) })
            let population = try Population("p", count: 3, model: model, options: last, initialValues: given)
            // The memory of a kernel is the setup's.
            let setup = setup(of: population)
            guard let kernel = model.makeKernel(setup) else { continue }
            for row in schema.state {
                let value = kernel.value(of: row.symbol, neuron: 2)
                let expected = population.values[row.symbol].storedValues[0]
                #expect(abs(value - expected) < 1e-5 * max(1, abs(expected)), "\(schema.name).\(row.symbol): \(value)")
            }
            withExtendedLifetime(setup) {}
        }
    }

    @Test("Every operator is linear, and its fan-out is its matrix")
    func operators() throws {
        let three = ConvolutionOperator.Pair(3, 3)
        let examples: [(any ConnectionOperator, [Int])] = [
            (try DenseOperator(inputs: 3, outputs: 2, weight: [1, -2, 3, 4, 5, -6]), [3]),
            (
                try ConvolutionOperator(
                    outputChannels: 4, channelsPerGroup: 1, kernelSize: three, stride: .init(2, 1),
                    padding: .init(1, 0),
                    dilation: .init(1, 2), groups: 2, weight: (0..<36).map { Float($0 % 7) - 3 }), [2, 6, 7]
            ),
            (try PoolingOperator(.sum, kernelSize: three, stride: .init(2, 2), padding: .init(1, 1)), [2, 5, 6]),
            (FlattenOperator(startAxis: 1), [2, 3, 4]), (try ScaleOperator(factors: [2, 0.5, -1]), [3]),
        ]
        #expect(Set(examples.map { type(of: $0.0).kind }) == Set(OperatorCatalog.all.map { $0.kind }))
        for (item, shape) in examples {
            let kind = type(of: item).kind
            let count = shape.reduce(1, *)
            let output = try item.outputShape(for: shape)
            let x = (0..<count).map { Double(($0 * 5 + 3) % 11) - 4 }
            let y = try item.applied(to: x, shape: shape)
            #expect(y.count == output.reduce(1, *), "\(kind)")
            // The sum of the columns, each times its element, is the whole.
            var sum = [Double](repeating: 0, count: y.count)
            for element in 0..<count {
                var unit = [Double](repeating: 0, count: count)
                unit[element] = 1
                for (index, value) in try item.applied(to: unit, shape: shape).enumerated() {
                    sum[index] += value * x[element]
                }
            }
            #expect(zip(sum, y).allSatisfy { abs($0 - $1) < 1e-9 }, "\(kind)")
            #expect(throws: SpikingNetworkError.self, "\(kind)") { try item.outputShape(for: []) }
        }
    }
}
