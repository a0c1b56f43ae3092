import SpikingModels
import SpikingNetworks
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
            }
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
