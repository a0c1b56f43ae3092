import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

@Suite("Connections drawn source by source")
struct ProceduralConnectorTests {
    /// The targets of each source, block by block, as a simulation draws them.
    private func targets(_ connector: some ProceduralConnector, _ site: ConnectionSite) throws -> [[Int32]] {
        try #require(connector.fault(site) == nil)
        let connections = OutgoingConnections(
            connector.outgoingRule(site), site: site, expected: connector.expectedCount(site))
        try #require(connections.fault == nil)
        var counts: [Int] = []
        return (0..<site.sources).map { source in
            connections.countTargets(of: source, into: &counts)
            var all: [Int32] = []
            for (block, count) in counts.enumerated() {
                var list: [Int32] = []
                connections.appendTargets(of: source, block: block, count: count, to: &list)
                let range = connections.targets(ofBlock: block)
                #expect(list.count == count && list.allSatisfy { range.contains(Int($0)) })
                all += list
            }
            return all
        }
    }

    @Test("One to one and all to all are what their names say, without autapses where asked")
    func regular() throws {
        #expect(try targets(OneToOneConnector(), site(700, 700)) == (0..<700).map { [$0] })
        #expect(try targets(AllToAllConnector(), site(3, 600)).allSatisfy { $0 == (0..<600).map { Int32($0) } })
        let rows = try targets(AllToAllConnector(allowsAutapses: false), site(600, 600, recurrent: true))
        for (source, row) in rows.enumerated() { #expect(row == (0..<600).filter { $0 != source }.map { Int32($0) }) }
    }

    @Test("A fixed out-degree is kept exactly, over many blocks of targets", arguments: [true, false])
    func outDegree(multapses: Bool) throws {
        let connector = FixedOutDegreeConnector(outDegree: 60, allowsAutapses: false, allowsMultapses: multapses)
        let rows = try targets(connector, site(400, 5000, recurrent: false))
        #expect(rows.allSatisfy { $0.count == 60 })
        #expect(multapses || rows.allSatisfy { Set($0).count == 60 })
        #expect(uniformScore(histogram(rows.flatMap { $0 }.map { Int($0) / 100 }, 50)) < 4.5)
        let own = try targets(connector, site(500, 500, recurrent: true))
        #expect(own.enumerated().allSatisfy { source, row in !row.contains(Int32(source)) && row.count == 60 })
    }

    @Test("A fixed total number is kept exactly, with binomial out- and in-degrees", arguments: [true, false])
    func totalNumber(multapses: Bool) throws {
        let connector = FixedTotalNumberConnector(count: 90_000, allowsAutapses: true, allowsMultapses: multapses)
        let rows = try targets(connector, site(300, 3000))
        #expect(rows.reduce(0) { $0 + $1.count } == 90_000)
        #expect(multapses || rows.allSatisfy { Set($0).count == $0.count })
        #expect(uniformScore(rows.map(\.count)) < 4.5)
        let inDegrees = histogram(rows.flatMap { $0 }.map { Int($0) }, 3000)
        // Of 300 sources each is drawn with probability 0.1.
        let variance = inDegrees.reduce(0.0) { $0 + (Double($1) - 30) * (Double($1) - 30) } / 3000
        #expect(abs(variance - (multapses ? 30 : 27)) < 4, "\(variance)")
    }

    @Test("A probability gives binomial out-degrees and leaves autapses out", arguments: [0.003, 0.1, 0.9])
    func probability(p: Double) throws {
        let connector = FixedProbabilityConnector(probability: p, allowsAutapses: false)
        let rows = try targets(connector, site(2000, 2000, recurrent: true))
        #expect(rows.enumerated().allSatisfy { source, row in !row.contains(Int32(source)) })
        #expect(rows.allSatisfy { Set($0).count == $0.count })
        let n = 1999.0
        let mean = rows.reduce(0.0) { $0 + Double($1.count) } / 2000
        let variance = rows.reduce(0.0) { $0 + (Double($1.count) - n * p) * (Double($1.count) - n * p) } / 2000
        #expect(abs(mean - n * p) < 4.5 * (n * p * (1 - p) / 2000).squareRoot())
        #expect(abs(variance / (n * p * (1 - p)) - 1) < 4.5 * (2.0 / 2000).squareRoot() + 0.05)
        #expect(uniformScore(histogram(rows.flatMap { $0 }.map { Int($0) / 100 }, 20)) < 4.5)
    }

    @Test("Synapses that have to be stored are refused with the reason")
    func refused() throws {
        func text(_ connector: any Connector, weight: SynapseValue = 1, learns: Bool = false) throws -> String {
            let population = try Population("n", count: 10, model: LIFCurrentExponential.self)
            let synapse = Synapse(
                weight: weight, delay: 1, longTerm: learns ? try PlasticityMechanism(PairSTDP.self) : nil,
                storage: .procedural)
            let error = #expect(throws: SpikingNetworkError.self) {
                _ = try Network(
                    name: "x", populations: [population],
                    projections: [Projection("p", from: "n", to: "n", connector: connector, synapse: synapse)])
            }
            return error?.description ?? ""
        }
        let start = "projection 'p': its synapses cannot be procedural: "
        #expect(try text(AllToAllConnector(), learns: true) == start + "weights that learn have to be stored")
        #expect(try text(AllToAllConnector(), weight: .listed) == start + "listed weights have to be stored")
        #expect(
            try text(FixedInDegreeConnector(inDegree: 3))
                == start + "'fixed_in_degree' does not draw its connections source by source; those that do are "
                + "all_to_all, one_to_one, fixed_probability, fixed_out_degree, fixed_total_number")
    }
}
