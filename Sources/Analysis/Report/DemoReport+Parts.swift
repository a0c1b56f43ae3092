extension DemoReport {
    /// What the conversion did to one layer.
    public struct Layer: Sendable, Equatable {
        /// The layer's name in the network.
        public let name: String
        /// How many neurons it has.
        public let neuronCount: Int
        /// The thresholds in use: one for the layer, or one a channel.
        public let thresholds: [Double]
        /// The correlation of activation and rate over neurons and images; nil where it is not defined.
        public let correlation: Double?
        /// The mean absolute difference of normalised activation and rate.
        public let meanError: Double
        /// The share of neurons that never fire, from 0 to 1.
        public let silentShare: Double
        /// The share of neurons that fire in every step, from 0 to 1.
        public let saturatedShare: Double
        /// Activation in the conventional network (x) against rate in the spiking one (y); a sample will do.
        public let points: [PlotPoint]

        /// Makes the diagnostics of a layer.
        public init(
            name: String, neuronCount: Int, thresholds: [Double], correlation: Double?, meanError: Double,
            silentShare: Double, saturatedShare: Double, points: [PlotPoint]
        ) {
            self.name = name
            self.neuronCount = neuronCount
            self.thresholds = thresholds
            self.correlation = correlation
            self.meanError = meanError
            self.silentShare = silentShare
            self.saturatedShare = saturatedShare
            self.points = points
        }
    }

    /// One image and what the network did with it.
    public struct Example: Sendable, Equatable {
        /// What the network was shown.
        public let image: GreyImage
        /// Where it is in the data set.
        public let index: Int
        /// The class it belongs to, an index into `classNames`.
        public let label: Int
        /// The class the spiking network chose.
        public let prediction: Int
        /// The class the conventional network chose, if it was asked.
        public let annPrediction: Int?
        /// The names of the classes.
        public let classNames: [String]
        /// The output of each class over time: time in ms or steps, accumulated potential.
        public let outputs: [[PlotPoint]]
        /// The spikes of each layer.
        public let spikes: [SpikeEvents]
        /// How long the image was shown, in the unit of the times.
        public let duration: Double
        /// What stands below the time axes.
        public let timeName: String

        /// Makes an example.
        ///
        /// - Precondition: `label`, `prediction` and `annPrediction` name classes, and there are outputs for no class or all.
        public init(
            image: GreyImage, index: Int, label: Int, prediction: Int, annPrediction: Int? = nil, classNames: [String],
            outputs: [[PlotPoint]], spikes: [SpikeEvents], duration: Double, timeName: String = "time (ms)"
        ) {
            for choice in [label, prediction, annPrediction ?? label] {
                precondition(classNames.indices.contains(choice), "class \(choice) of \(classNames.count)")
            }
            precondition(outputs.isEmpty || outputs.count == classNames.count, "\(outputs.count) outputs")
            self.image = image
            self.index = index
            self.label = label
            self.prediction = prediction
            self.annPrediction = annPrediction
            self.classNames = classNames
            self.outputs = outputs
            self.spikes = spikes
            self.duration = duration
            self.timeName = timeName
        }
    }
}
