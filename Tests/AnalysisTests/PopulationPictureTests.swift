import Foundation
import SynfireAnalysis
import Testing

@Suite("Pictures of populations")
struct PopulationPictureTests {
    /// The x of each mark of a path that consists of marks, with their y.
    private func marks(_ data: String) -> [(x: Double, y: Double)] {
        data.split(separator: "M").compactMap { part in
            let numbers = part.split { " v".contains($0) }.compactMap { Double($0) }
            return numbers.count >= 2 ? (numbers[0], numbers[1]) : nil
        }
    }

    @Test("activity: spikes and rates share the time axis, and rates are those of whole populations")
    func sharedAxis() throws {
        // Neuron 3 of 4 spikes at 50 of 100 ms, all four in the bin from 80 to 90.
        let events = SpikeEvents(
            name: "p", neuronCount: 4, times: [50, 82, 83, 84, 85], neurons: [3, 0, 1, 2, 3])
        let plot = ActivityPlot(title: "a", populations: [events], range: 0..<100, bin: 10)
        let found = XMLReader.read(plot.svg())
        let paths = try #require(found.attributes["path.d"])
        let raster = try #require(paths.first { marks($0).count == 5 && $0.contains("v") })
        let (left, right) = (60.0, 742.0)
        #expect(abs(marks(raster)[0].x - (left + right) / 2) < 0.11)
        // One bin holds four spikes of four neurons in 10 ms: 100 spikes/s; the other filled one a quarter of that.
        let steps = try #require(paths.first { $0.contains("V") && $0.contains("H") })
        let levels = steps.split { "MVH".contains($0) }.map(String.init)
        let tops = Set(levels.compactMap { $0.contains(" ") ? nil : Double($0) })
        // Edges of bins on the same pixels as in the raster.
        #expect(tops.contains { abs($0 - (left + 0.5 * (right - left))) < 0.11 })
        #expect(tops.contains { abs($0 - (left + 0.9 * (right - left))) < 0.11 })
        let verticals = steps.split(separator: "V").dropFirst().compactMap { Double($0.prefix { $0 != "H" }) }
        // From the top: four spikes, one spike, none.
        let distinct = Set(verticals).sorted()
        try #require(distinct.count == 3)
        #expect(abs((distinct[2] - distinct[1]) / (distinct[2] - distinct[0]) - 0.25) < 0.01)
        #expect(found.text.contains("in bins of 10 ms"))
    }

    @Test("activity: of a large population as many neurons as asked for are shown, evenly, at their places")
    func thinning() throws {
        // Every neuron spikes at a time that is its number.
        let all = SpikeEvents(
            name: "p", neuronCount: 1000, times: (0..<1000).map(Double.init), neurons: Array(0..<1000))
        let plot = ActivityPlot(title: "a", populations: [all], range: 0..<1000, neuronLimit: 30)
        let found = XMLReader.read(plot.svg())
        let raster = try #require(found.attributes["path.d"]?.first { marks($0).count == 30 && $0.contains("v") })
        // Time grows with the row: both are the neuron's number.
        let places = marks(raster)
        for (earlier, later) in zip(places, places.dropFirst()) { #expect(later.x > earlier.x && later.y > earlier.y) }
        let gaps = zip(places.dropFirst(), places).map { $0.x - $1.x }
        let (least, most) = (try #require(gaps.min()), try #require(gaps.max()))
        #expect(most - least < 1)
        #expect(found.text.contains("30 of 1,000"))
        let few = ActivityPlot(title: "a", populations: [all], range: 0..<1000, neuronLimit: 1000)
        #expect(XMLReader.read(few.svg()).text.contains("n = 1,000"))
    }

    @Test("activity: more spikes than can be marks are shaded, and the picture stays small")
    func shading() {
        let plot = ActivityPlot(
            title: "a", populations: Examples.denseRaster.bands, range: 0..<1000, neuronLimit: 20_000)
        let svg = plot.svg()
        #expect(XMLReader.read(svg).text.contains("counted in cells"))
        #expect(svg.utf8.count < 2_000_000)
    }

    @Test("rates: boxes lie between the quartiles, and references at their rate")
    func boxes() throws {
        // Ten neurons with 0 to 9 spikes in a second: quartiles 2.25 and 6.75, a scale from 0 to 10.
        let counts = Array(0..<10)
        let neurons = counts.flatMap { Array(repeating: $0, count: $0) }
        let events = SpikeEvents(
            name: "p", neuronCount: 10, times: neurons.indices.map { Double($0) }, neurons: neurons)
        let plot = RatesPlot(title: "r", populations: [events], range: 0..<1000, references: ["p": 5])
        let found = XMLReader.read(plot.svg())
        let widths = try #require(found.attributes["rect.width"]).compactMap { Double($0) }
        let each = (760.0 - 60 - 18 - 44) / 3
        // The first rectangle is the background, in per cent.
        #expect(widths.contains { abs($0 - each * 0.45) < 0.11 }, "\(widths), panel \(each)")
        let x = 60 + each / 2
        let isRuled = found.attributes["path.d"]?.contains { data in
            data.hasPrefix("M\(String(format: "%.1f", x)) ") || data.hasPrefix("M\(String(format: "%.0f", x)) ")
        }
        #expect(isRuled == true)
        #expect(found.text.contains("dashed: published mean"))
    }
}
