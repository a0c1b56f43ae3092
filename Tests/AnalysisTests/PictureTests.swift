import Foundation
import SynfireAnalysis
import SynfireTestSupport
import Testing

@Suite("Pictures")
struct PictureTests {
    static let all: [(name: String, picture: any Picture)] = [
        ("raster", Examples.raster), ("dense-raster", Examples.denseRaster), ("rate", Examples.rates),
        ("activity", Examples.activity), ("rates", Examples.neuronRates), ("intervals", Examples.intervals),
        ("traces", Examples.traces), ("accuracy", Examples.accuracy.plot),
        (
            "scatter",
            ScatterPlot(
                title: "conv1", points: Examples.report.layers[0].points, xName: "ANN activation", yName: "SNN rate",
                showsIdentity: true)
        ),
    ]

    @Test("are well-formed, accessible, scalable and below 2 MB", arguments: all.indices)
    func wellFormed(index: Int) throws {
        let (name, picture) = Self.all[index]
        let svg = picture.svg()
        let found = XMLReader.read(svg)
        #expect(found.elements["svg"] == 1, "\(name)")
        #expect(found.elements["title"] == 1 && found.elements["desc"] == 1)
        #expect(found.attributes["svg.viewBox"]?.count == 1)
        #expect(svg.utf8.count < 2_000_000, "\(name): \(svg.utf8.count) bytes")
        #expect(!svg.contains("nan") && !svg.contains("inf "))
        if let folder = ProcessInfo.processInfo.environment["SYNFIRE_PICTURES"] {
            try svg.write(toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
        }
    }

    @Test("draw each spike of a small raster, at its place")
    func marks() throws {
        let plot = RasterPlot(
            title: "two", bands: [SpikeEvents(name: "a", neuronCount: 2, times: [0, 50, 120], neurons: [0, 1, 1])],
            range: 0...100)
        let found = XMLReader.read(plot.svg())
        let data = try #require(found.attributes["path.d"]?.first { $0.hasSuffix("v8") && $0.contains("M") })
        let starts = data.split(separator: "M").map { $0.prefix { $0 != " " } }.compactMap { Double($0) }
        // The third spike is outside; the second is in the middle between the left and the right edge.
        #expect(starts.count == 2)
        #expect(abs(starts[1] - starts[0] - (760 - 60 - 18) / 2) < 0.11)
    }

    @Test("stay below 2 MB with the worst mixture of counts")
    func worstCase() {
        // Every second cell one spike, every other one many: no two neighbours share a shade.
        var random = SeededGenerator(seed: 41)
        var times: [Double] = [], neurons: [Int] = []
        for neuron in 0..<2000 {
            for cell in 0..<700 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    times.append(Double(cell))
                    neurons.append(neuron)
                }
            }
        }
        let band = SpikeEvents(name: "mixed", neuronCount: 2000, times: times, neurons: neurons)
        let plot = RasterPlot(title: "worst", bands: [band, band, band, band], range: 0...700)
        #expect(plot.svg().utf8.count < 2_000_000)
        // And just below the limit, where each spike is a mark.
        let few = SpikeEvents(
            name: "few", neuronCount: 2000, times: Array(times.prefix(RasterPlot.markLimit)),
            neurons: Array(neurons.prefix(RasterPlot.markLimit)))
        #expect(RasterPlot(title: "few", bands: [few], range: 0...700).svg().utf8.count < 2_000_000)
    }

    @Test("say that marks were counted in cells when there are too many")
    func caption() {
        let text = XMLReader.read(Examples.denseRaster.svg()).text
        let count = Examples.denseRaster.bands.reduce(0) { $0 + $1.count }
        #expect(count > 1_000_000)
        #expect(text.contains("spikes, counted in cells of 3.2 ms; the stronger the colour, the more"), "\(text)")
        #expect(!XMLReader.read(Examples.raster.svg()).text.contains("cells"))
    }

    @Test("escape what users name")
    func escaping() {
        let name = "<b>&\"'\u{7}"
        let plot = TracePlot(
            title: name, traces: [.init(name: name, points: []), .init(name: "]]>", points: [])], valueName: name)
        let found = XMLReader.read(plot.svg())
        #expect(found.elements["b"] == nil)
        #expect(found.text.contains("<b>&\"'\u{FFFD}"))
        #expect(found.text.contains("]]>"))
    }

    @Test("draw something sensible of nothing")
    func empty() {
        let none = SpikeEvents(name: "none", neuronCount: 0, times: [], neurons: [])
        let pictures: [any Picture] = [
            RasterPlot(title: "r", bands: [none], range: 0...0), RasterPlot(title: "r", bands: [], range: 0...10),
            RatePlot(title: "r", populations: [none], range: 0..<0), ISIHistogram(title: "i", intervals: []),
            TracePlot(title: "t", traces: []), AccuracyPlot(title: "a", series: []),
            ScatterPlot(title: "s", points: [], xName: "x", yName: "y"), ISIHistogram(title: "i", intervals: [0, 0]),
            ActivityPlot(title: "a", populations: [none], range: 0..<0),
            ActivityPlot(title: "a", populations: [], range: 0..<10),
            RatesPlot(title: "r", populations: [none], range: 0..<0, references: ["none": 1]),
            RatesPlot(title: "r", populations: [], range: 0..<10),
            TracePlot(title: "t", traces: [.init(name: "n", points: [PlotPoint(x: .nan, y: .infinity)], spikes: [1])]),
        ]
        for picture in pictures {
            let svg = picture.svg()
            _ = XMLReader.read(svg)
            #expect(!svg.lowercased().contains("nan") && !svg.contains("inf"), "\(svg)")
        }
    }

    @Test("keep the peaks of a line with more samples than pixels")
    func peaks() throws {
        var points = (0..<200_000).map { PlotPoint(x: Double($0), y: 0) }
        points[123_456] = PlotPoint(x: 123_456, y: 10)
        let svg = TracePlot(title: "one peak", traces: [.init(name: "v", points: points)]).svg()
        #expect(svg.utf8.count < 100_000)
        let line = try #require(XMLReader.read(svg).attributes["path.d"]?.max { $0.count < $1.count })
        let levels = line.split { "ML".contains($0) }.compactMap { Double($0.split(separator: " ").last ?? "") }
        let lowest = try #require(levels.min()), highest = try #require(levels.max())
        #expect(highest - lowest > 200)
    }

    @Test("embed an image as a PNG that other tools read")
    func png() throws {
        let image = GreyImage(width: 3, height: 2, pixels: [0, 128, 255, 1, 2, 3])
        let bytes = image.png
        #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        // The same picture written by an independent encoder (zlib level 0, filter 0).
        let expected =
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAE0lEQVR4AQEIAPf/AACA/wABAgMIDQGGAulXFgAAAABJRU5ErkJggg=="
        #expect(Data(bytes).base64EncodedString() == expected)
    }
}
