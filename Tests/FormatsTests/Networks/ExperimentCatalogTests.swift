import Foundation
import SynfireFormats
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Descriptions and the catalogs of models")
struct ExperimentCatalogTests {
    /// The units that the guide says numbers are in.
    private static let units = [
        "ms", "mV", "pA", "nS", "pF", "Hz", "MOhm", "mV/ms", "pA/ms", "nS/ms", "pA/mV", "um", "1/ms",
    ]

    @Test("every row is in a unit that constants are kept in, so that arithmetic on them is right")
    func canonicalUnits() {
        let schemas =
            ModelCatalog.all.map { $0.schema } + StimulusCatalog.all.map { $0.schema }
            + SynapseCatalog.shortTerm.map { $0.schema } + SynapseCatalog.longTerm.map { $0.schema }
        for schema in schemas {
            let rows = (schema.parameters + schema.state).map { ($0.symbol, $0.unit) }
            for (symbol, unit) in rows + schema.tables.map({ ($0.symbol, $0.unit) }) where unit != "1" {
                #expect(Self.units.contains(unit), "\(schema.name).\(symbol) is in \(unit)")
            }
        }
    }

    @Test("tables are lists or a file beside the description")
    func tables() throws {
        let schema = SpikeSourceArray.schema
        let symbol = schema.tables[0].symbol
        let folder = try TemporaryDirectory()
        func read(_ table: String, _ file: String = "") throws -> [[Double]]? {
            try file.write(toFile: folder.file("t.csv"), atomically: true, encoding: .utf8)
            return try Experiment(
                parsing: """
                    network: n
                    populations: {p: {size: 3, model: \(schema.name), tables: {\(symbol): \(table)}}}
                    """, file: folder.file("n.yaml")
            ).network.populations[0].values.tables[symbol]
        }
        func message(_ table: String, _ file: String = "") -> String {
            do {
                return "\(String(describing: try read(table, file)))"
            } catch { return "\(error)" }
        }
        #expect(try read("[1, 2.5]") == [[1, 2.5]])
        #expect(try read("[[1, 2.5], [], [3]]") == [[1, 2.5], [], [3]])
        #expect(
            try read("{file: t.csv}", "# neuron, number\n0, 1.5\n2\t4 # late\n\n0 ; 7\r\n") == [[1.5, 7], [], [4]])
        #expect(message("[[1], [2]]").contains("is a list of 2 lists, but must be one list for all 3 neurons"))
        let place = folder.file("t.csv")
        #expect(message("{file: t.csv}", "0, 1\n3, 1\n") == "\(place):2:1: the neuron is 3, but must be 0 to 2")
        #expect(message("{file: t.csv}", "0, x").contains("t.csv:1:1: the line is '0, x', but must be a neuron"))
        #expect(message("{file: t.csv}", "0, nan").contains("must be a neuron and a number"))
        #expect(message("{file: u.csv}").contains("u.csv: there is no such file"))
    }
}
