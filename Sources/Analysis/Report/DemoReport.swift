/// Everything a demonstration found out, ready to be shown as one page.
///
///     let page = DemoReport(title: …).html()      // a self-contained file: no request, no script
public struct DemoReport: Sendable {
    /// The heading.
    public var title: String
    /// What came out, in one or two sentences.
    public var summary: String
    /// What was run, on what: network, recipe, seed, engine, versions, wall time.
    public var facts: [Fact]
    /// Accuracy and operations over the number of time steps.
    public var accuracy: Accuracy
    /// What the conversion did to each layer, in the order of the network.
    public var layers: [Layer]
    /// Some images, and what the network did with them.
    public var examples: [Example]
    /// How to go on with the files, in code.
    public var recipes: [CodeBlock]
    /// The files that were written.
    public var files: [Fact]

    /// Makes a report of its parts.
    public init(
        title: String, summary: String, facts: [Fact], accuracy: Accuracy, layers: [Layer], examples: [Example],
        recipes: [CodeBlock] = [], files: [Fact] = []
    ) {
        self.title = title
        self.summary = summary
        self.facts = facts
        self.accuracy = accuracy
        self.layers = layers
        self.examples = examples
        self.recipes = recipes
        self.files = files
    }

    /// A line of a table of two columns.
    public struct Fact: Sendable, Equatable {
        /// What it is.
        public let name: String
        /// How much or which.
        public let value: String

        /// Makes a fact.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A piece of code with a heading.
    public struct CodeBlock: Sendable, Equatable {
        /// What the code does.
        public let title: String
        /// The code, as it is to be copied.
        public let code: String

        /// Makes a code block.
        public init(title: String, code: String) {
            self.title = title
            self.code = code
        }
    }

    /// Accuracy and cost of the spiking network, beside those of the network it was made from.
    public struct Accuracy: Sendable, Equatable {
        /// What a number of time steps led to.
        public struct Row: Sendable, Equatable {
            /// The number of time steps, T.
            public let steps: Int
            /// The share of images classified right, from 0 to 1.
            public let accuracy: Double
            /// The mean number of spikes of a neuron for one image.
            public let spikesPerNeuron: Double
            /// The mean number of synaptic operations for one image: additions of a weight.
            public let synapticOperations: Double

            /// Makes a row.
            public init(steps: Int, accuracy: Double, spikesPerNeuron: Double, synapticOperations: Double) {
                self.steps = steps
                self.accuracy = accuracy
                self.spikesPerNeuron = spikesPerNeuron
                self.synapticOperations = synapticOperations
            }
        }

        /// How many images were classified.
        public let imageCount: Int
        /// The share the conventional network classifies right, from 0 to 1.
        public let annAccuracy: Double
        /// The multiply-accumulate operations of the conventional network for one image.
        public let annOperations: Double
        /// In order of the number of steps.
        public let rows: [Row]
        /// What the converted network is called in the picture, such as its recipe.
        public let name: String
        /// Other recipes to show in the same picture.
        public let others: [AccuracyPlot.Series]

        /// Makes the table.
        public init(
            imageCount: Int, annAccuracy: Double, annOperations: Double, rows: [Row], name: String = "SNN",
            others: [AccuracyPlot.Series] = []
        ) {
            self.imageCount = imageCount
            self.annAccuracy = annAccuracy
            self.annOperations = annOperations
            self.rows = rows.sorted { $0.steps < $1.steps }
            self.name = name
            self.others = others
        }

        /// The same numbers as a picture.
        public var plot: AccuracyPlot {
            let points = rows.map {
                AccuracyPlot.Point(steps: Double($0.steps), accuracy: $0.accuracy, spikesPerNeuron: $0.spikesPerNeuron)
            }
            return AccuracyPlot(
                title: "Accuracy and spikes over the number of time steps",
                series: [AccuracyPlot.Series(name: name, points: points)] + others, reference: annAccuracy)
        }
    }
}
