import SynfireSpikingNetworks
import Testing

@Suite("Connectors of linear operators")
struct OperatorConnectorTests {
    private func whole(_ source: [Int], _ target: [Int]) -> ConnectionSite {
        site(source.reduce(1, *), target.reduce(1, *), shapes: (source, target))
    }

    @Test("The factors are the matrix of the chain")
    func matrix() throws {
        let convolution = try ConvolutionOperator(
            outputChannels: 4, channelsPerGroup: 1, kernelSize: .init(3, 2), stride: .init(2, 1), padding: .init(1, 1),
            dilation: .init(1, 2), groups: 2, weight: (0..<24).map { Float($0 % 5) - 2 })
        let pooling = try PoolingOperator(
            .average(countsPadding: false), kernelSize: .init(2, 3), stride: .init(1, 2), padding: .init(1, 1))
        let flatten = FlattenOperator()
        let size = 4 * 4 * 4
        let dense = try DenseOperator(
            inputs: size, outputs: 5, weight: (0..<5 * size).map { $0 % 3 == 0 ? 0 : Float($0 % 11) / 4 - 1 })
        let chains: [(operators: [any ConnectionOperator], input: [Int])] = [
            ([], [2, 6, 7]), ([convolution], [2, 6, 7]), ([pooling], [2, 6, 7]), ([convolution, pooling], [2, 6, 7]),
            ([convolution, pooling, flatten, dense], [2, 6, 7]), ([try ScaleOperator(factors: [2, 0, -1])], [3]),
        ]
        for (operators, input) in chains {
            var shape = input
            for item in operators { shape = try item.outputShape(for: shape) }
            let place = whole(input, shape)
            let connector = LinearOperatorConnector(operators: operators)
            try #require(connector.fault(place) == nil, "\(connector.fault(place) ?? "")")
            let maker = try connector.prepared(place)
            var found = [[Double]](repeating: [Double](repeating: 0, count: place.targets), count: place.sources)
            var count = 0
            for target in 0..<place.targets {
                var list = ConnectionList()
                maker.appendSources(ofTarget: target, to: &list)
                #expect(list.weightsAreFactors && list.weights.count == list.sources.count)
                #expect(list.sources == list.sources.sorted() && list.weights.allSatisfy { $0 != 0 })
                for (source, factor) in zip(list.sources, list.weights) { found[Int(source)][target] = Double(factor) }
                count += list.sources.count
            }
            for source in 0..<place.sources {
                var values = [Double](repeating: 0, count: place.sources)
                values[source] = 1
                var behind = input
                for item in operators {
                    values = try item.applied(to: values, shape: behind)
                    behind = try item.outputShape(for: behind)
                }
                #expect(zip(values, found[source]).allSatisfy { abs($0 - $1) <= 1e-6 * abs($0) + 1e-12 })
            }
            #expect(connector.expectedCount(place) == Double(count))
        }
    }

    @Test("What does not fit is said in words")
    func faults() throws {
        let dense = try DenseOperator(inputs: 3, outputs: 2, weight: [1, 2, 3, 4, 5, 6])
        let connector = LinearOperatorConnector(operators: [dense])
        #expect(
            connector.fault(site(3, 2))
                == "operators connect whole populations: name one population as source and one as target")
        #expect(connector.fault(whole([3], [4])) == "the operators end in the shape [2], but the target has [4]")
        #expect(
            connector.fault(whole([5], [2]))
                == "operator 'dense' cannot take an input of shape [5]: it has weights for [3]")
        #expect(
            LinearOperatorConnector(operators: []).fault(whole([5], [2]))
                == "the operators end in the shape [5], but the target has [2]")
        #expect(throws: SpikingNetworkError.self) { try connector.prepared(whole([5], [2])) }
        #expect(connector.expectedCount(whole([5], [2])) == 0)
    }

    @Test("Every connector is in the catalog under a name of its own")
    func catalog() {
        #expect(Set(ConnectorCatalog.names).count == ConnectorCatalog.all.count)
        #expect(
            ConnectorCatalog.names == [
                "all_to_all", "one_to_one", "fixed_probability", "fixed_in_degree", "fixed_out_degree",
                "fixed_total_number", "distance_dependent", "small_world", "from_list", "from_file", "linear_operators",
            ])
    }
}
