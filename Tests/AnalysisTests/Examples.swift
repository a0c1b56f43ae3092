import Foundation
import SynfireAnalysis
import SynfireTestSupport

/// Data of the kind and size that simulations hand over, for the tests and for looking at the pictures.
enum Examples {
    /// Poisson spikes of a population.
    static func poisson(
        _ name: String, neurons: Int, rate: Double, duration: Double, seed: UInt64
    ) -> SpikeEvents {
        var random = SeededGenerator(seed: seed)
        var times: [Double] = [], sources: [Int] = []
        for neuron in 0..<neurons {
            var time = 0.0
            while true {
                time -= log(Double.random(in: .leastNonzeroMagnitude..<1, using: &random)) * 1000 / rate
                if time >= duration { break }
                times.append(time)
                sources.append(neuron)
            }
        }
        return SpikeEvents(name: name, neuronCount: neurons, times: times, neurons: sources)
    }

    static let raster = RasterPlot(
        title: "Spikes of the converted network, three images",
        bands: [
            poisson("conv1", neurons: 400, rate: 8, duration: 192, seed: 1),
            poisson("conv2", neurons: 120, rate: 15, duration: 192, seed: 2),
            poisson("fc1", neurons: 64, rate: 30, duration: 192, seed: 3),
            poisson("output", neurons: 10, rate: 60, duration: 192, seed: 4),
        ],
        range: 0...192,
        separators: [
            RasterPlot.Separator(time: 0, label: "image 0: Ankle boot"),
            RasterPlot.Separator(time: 64, label: "image 1: Pullover"),
            RasterPlot.Separator(time: 128, label: "image 2: T-shirt/top"),
        ])

    static let denseRaster = RasterPlot(
        title: "A large recording",
        bands: [
            poisson("L2/3 excitatory", neurons: 20_000, rate: 40, duration: 1000, seed: 5),
            poisson("L2/3 inhibitory", neurons: 5000, rate: 90, duration: 1000, seed: 6),
        ],
        range: 0...1000)

    static let rates = RatePlot(
        title: "Population rates", populations: denseRaster.bands, range: 0..<1000, bin: 10)

    static let activity = ActivityPlot(
        title: "Spikes and rates", populations: denseRaster.bands, range: 0..<200, bin: 1, neuronLimit: 50)

    static let neuronRates = RatesPlot(
        title: "Rates of neurons",
        populations: [
            poisson("L2/3 excitatory", neurons: 400, rate: 8, duration: 2000, seed: 51),
            poisson("L2/3 inhibitory", neurons: 100, rate: 15, duration: 2000, seed: 52),
        ], range: 0..<2000, references: ["L2/3 inhibitory": 15])

    static let intervals = ISIHistogram(
        title: "Intervals of a Poisson population",
        intervals: poisson("p", neurons: 200, rate: 20, duration: 5000, seed: 7).intervals)

    static let traces: TracePlot = {
        func trace(_ name: String, current: Double) -> TracePlot.Trace {
            var v = -70.0, points: [PlotPoint] = [], spikes: [Double] = []
            for step in 0..<3000 {
                let time = Double(step) * 0.1
                v += 0.1 * (-(v + 70) + current) / 20
                if v >= -50 {
                    spikes.append(time)
                    v = -65
                }
                points.append(PlotPoint(x: time, y: v))
            }
            return TracePlot.Trace(name: name, points: points, spikes: spikes)
        }
        return TracePlot(
            title: "Three leaky integrators under constant current",
            traces: [trace("neuron 3", current: 32), trace("neuron 17", current: 24), trace("neuron 40", current: 19)],
            threshold: -50)
    }()

    static let steps = [4, 8, 16, 32, 64]

    static let accuracy = DemoReport.Accuracy(
        imageCount: 1000, annAccuracy: 0.926, annOperations: 5_200_000,
        rows: zip(steps, [0.412, 0.785, 0.897, 0.921, 0.925]).map { steps, accuracy in
            .init(
                steps: steps, accuracy: accuracy, spikesPerNeuron: 0.031 * Double(steps),
                synapticOperations: 96_000 * Double(steps))
        },
        name: "channel-wise, 99.9 %",
        others: [
            AccuracyPlot.Series(
                name: "layer-wise, maximum",
                points: zip(steps, [0.182, 0.491, 0.763, 0.874, 0.911]).map {
                    AccuracyPlot.Point(steps: Double($0), accuracy: $1, spikesPerNeuron: 0.019 * Double($0))
                })
        ])

    static let classes = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    static func layer(_ name: String, neurons: Int, noise: Double, points: Int, seed: UInt64) -> DemoReport.Layer {
        var random = SeededGenerator(seed: seed)
        let cloud = (0..<points).map { _ in
            let activation = pow(Double.random(in: 0...1, using: &random), 3)
            let rate = (activation + Double.random(in: -noise...noise, using: &random)) * 64
            return PlotPoint(x: activation, y: min(1, max(0, rate.rounded() / 64)))
        }
        return DemoReport.Layer(
            name: name, neuronCount: neurons, thresholds: (0..<32).map { 0.8 + 0.05 * Double($0) },
            correlation: SpikeStatistics.correlation(cloud.map(\.x), cloud.map(\.y)), meanError: noise / 2,
            silentShare: 0.231, saturatedShare: 0.0012, points: cloud)
    }

    static func example(_ index: Int, label: Int, prediction: Int) -> DemoReport.Example {
        var random = SeededGenerator(seed: UInt64(index))
        let pixels = (0..<784).map { pixel -> UInt8 in
            let x = Double(pixel % 28) - 13.5, y = Double(pixel / 28) - 13.5
            return x * x / 80 + y * y / 150 < 1 ? UInt8(120 + 6 * abs(Int(x))) : 0
        }
        let outputs = (0..<10).map { index -> [PlotPoint] in
            var value = 0.0
            let drift = index == prediction ? 0.5 : index == label ? 0.45 : -0.1 + 0.05 * Double(index % 4)
            return (0...64).map { step in
                if step > 0 { value += drift + Double.random(in: -0.4...0.4, using: &random) }
                return PlotPoint(x: Double(step), y: value)
            }
        }
        let spikes = [("conv1", 400, 9.0), ("conv2", 120, 14), ("fc1", 128, 25), ("output", 10, 60)].map {
            poisson($0.0, neurons: $0.1, rate: $0.2, duration: 64, seed: UInt64(index * 10 + $0.1))
        }
        return DemoReport.Example(
            image: GreyImage(width: 28, height: 28, pixels: pixels), index: index, label: label, prediction: prediction,
            annPrediction: label, classNames: classes, outputs: outputs, spikes: spikes, duration: 64,
            timeName: "time step")
    }

    static let report = DemoReport(
        title: "Fashion-MNIST, converted to spikes",
        summary:
            "A trained convolutional network was converted to integrate-and-fire neurons and simulated on 1,000 images.",
        facts: [
            .init("network", "models/fashion-cnn"), .init("recipe", "rate, channel-wise, percentile 99.9"),
            .init("seed", "1"), .init("engine", "event"), .init("workers", "2"), .init("Synfire", "0.1"),
            .init("wall time", "21.4 s"), .init("data", "fashion-mnist-sample:test"),
        ],
        accuracy: accuracy,
        layers: [
            layer("conv1", neurons: 25_088, noise: 0.02, points: 2500, seed: 11),
            layer("conv2", neurons: 12_544, noise: 0.05, points: 2500, seed: 12),
            layer("fc1", neurons: 128, noise: 0.08, points: 1200, seed: 13),
            layer("output", neurons: 10, noise: 0.1, points: 20_000, seed: 14),
        ],
        examples: [example(0, label: 9, prediction: 9), example(23, label: 6, prediction: 0)],
        recipes: [
            .init(
                title: "Spikes with h5py",
                code:
                    "import h5py\n\nwith h5py.File(\"demo/traces.h5\") as f:\n    t = f[\"spikes/conv1/timestamps\"][:]\n    n = t[t < 10 & True]"
            )
        ],
        files: [.init("traces.h5", "every spike, SONATA layout"), .init("raster.svg", "the raster as a picture")])
}
