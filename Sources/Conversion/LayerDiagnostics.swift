/// How well a population's rates stand for the activations of the trained network.
public struct LayerDiagnostics: Sendable, Equatable, Codable {
    /// The name of the population.
    public var population: String
    /// How many neurons it has.
    public var neurons: Int
    /// The least, the median and the greatest threshold, in the units of the trained network's activations.
    public var thresholds: [Double]
    /// Pearson's correlation of activations and rates over all neurons and images; `nil` where one of them is constant.
    public var correlation: Double?
    /// The mean distance of a rate from its activation, in the units of the layer's greatest threshold.
    public var meanError: Double
    /// The share of neurons that did not spike on any image.
    public var silentShare: Double
    /// The share of neurons and images with a spike in every millisecond or more, where a clock of 1 ms clips.
    public var saturatedShare: Double
    /// Mean number of spikes of a neuron on an image.
    public var spikesPerNeuron: Double
    /// Some pairs of activation and rate, both in thresholds, evenly taken, for pictures.
    public var samples: [[Float]]
}

/// Gathers ``LayerDiagnostics`` image by image.
public struct DiagnosticsAccumulator: Sendable {
    /// The layer.
    public let layer: ConvertedLayer
    private let neurons: Int
    private let duration: Double
    private var images = 0
    private var sums = (x: 0.0, y: 0.0, xx: 0.0, yy: 0.0, xy: 0.0)
    private var error = 0.0
    private var saturated = 0
    private var spikes = 0
    private var hasSpiked: [Bool]
    private var samples: [[Float]] = []

    /// Starts for a layer of `neurons` neurons, simulated for `duration` milliseconds an image.
    public init(layer: ConvertedLayer, neurons: Int, duration: Double) {
        self.layer = layer
        self.neurons = neurons
        self.duration = duration
        hasSpiked = Array(repeating: false, count: neurons)
    }

    /// Takes one image.
    ///
    /// - Parameters:
    ///   - activations: The activation of each neuron, row-major.
    ///   - counts: The spikes of each neuron, row-major.
    public mutating func add(activations: ArraySlice<Float>, counts: [UInt32]) {
        precondition(activations.count == neurons && counts.count == neurons)
        let each = neurons / layer.levels.count
        // About 100 points an image for the first images: enough for a picture, small enough for a page.
        let stride = max(1, neurons / 97)
        for (neuron, activation) in activations.enumerated() {
            let level = layer.levels[neuron / each]
            let x = Double(activation)
            let y = Double(counts[neuron]) / duration * level
            sums = (sums.x + x, sums.y + y, sums.xx + x * x, sums.yy + y * y, sums.xy + x * y)
            error += abs(x - y)
            spikes += Int(counts[neuron])
            if Double(counts[neuron]) >= duration { saturated += 1 }
            if counts[neuron] > 0 { hasSpiked[neuron] = true }
            if images < 8, neuron % stride == images % stride {
                samples.append([Float(x / level), Float(y / level)])
            }
        }
        images += 1
    }

    /// The result over all images taken.
    public var diagnostics: LayerDiagnostics {
        let n = Double(max(images * neurons, 1))
        let (mx, my) = (sums.x / n, sums.y / n)
        let spread = ((sums.xx / n - mx * mx) * (sums.yy / n - my * my)).squareRoot()
        let sorted = layer.levels.sorted()
        return LayerDiagnostics(
            population: layer.population, neurons: neurons,
            thresholds: [sorted[0], sorted[sorted.count / 2], sorted[sorted.count - 1]],
            correlation: spread > 0 ? (sums.xy / n - mx * my) / spread : nil,
            meanError: error / n / sorted[sorted.count - 1],
            silentShare: Double(hasSpiked.lazy.filter { !$0 }.count) / Double(max(neurons, 1)),
            saturatedShare: Double(saturated) / n, spikesPerNeuron: Double(spikes) / n, samples: samples)
    }
}
