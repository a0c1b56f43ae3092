import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Losses")
struct LossTests {
    enum Target { case labels, dense, probabilities }

    private static let weight = [0.5, 1, 2, 0.25, 1.5]

    static let cases: [(name: String, loss: any LossFunction, target: Target)] = [
        ("cross-entropy", CrossEntropyLoss(), .labels),
        ("cross-entropy-smoothed", CrossEntropyLoss(labelSmoothing: 0.1), .labels),
        ("cross-entropy-weighted", CrossEntropyLoss(weight: weight), .labels),
        ("cross-entropy-weighted-smoothed", CrossEntropyLoss(weight: weight, labelSmoothing: 0.2), .labels),
        ("cross-entropy-dense", CrossEntropyLoss(), .probabilities),
        (
            "cross-entropy-dense-weighted-smoothed", CrossEntropyLoss(weight: weight, labelSmoothing: 0.2),
            .probabilities
        ),
        ("mse", MSELoss(), .labels), ("mse-dense", MSELoss(), .dense), ("l1", L1Loss(), .labels),
        ("l1-dense", L1Loss(), .dense), ("huber", HuberLoss(), .labels), ("huber-dense", HuberLoss(delta: 0.5), .dense),
        ("bce", BCEWithLogitsLoss(), .labels), ("bce-weighted", BCEWithLogitsLoss(positiveWeight: weight), .labels),
        ("bce-dense", BCEWithLogitsLoss(positiveWeight: [3]), .probabilities), ("kl", KLDivLoss(), .labels),
        ("kl-smoothed", KLDivLoss(labelSmoothing: 0.2), .labels), ("kl-dense", KLDivLoss(), .probabilities),
    ]

    @Test("agree with PyTorch in value and gradient", arguments: cases.indices)
    func reference(index: Int) throws {
        let (name, loss, target) = Self.cases[index]
        let reference = try LearningReference.load()
        let expected = try #require(reference.losses[name])
        let outputs = try reference.outputs.tensor()
        let (value, gradient) =
            switch target {
            case .labels: try loss.evaluate(outputs, labels: reference.labels)
            case .dense: try loss.evaluate(outputs, targets: reference.dense.tensor())
            case .probabilities: try loss.evaluate(outputs, targets: reference.probabilities.tensor())
            }
        // Outputs, targets and the gradient pass through single precision.
        #expect(abs(value - expected.loss) < 3e-7 * (1 + abs(expected.loss)), "\(value), not \(expected.loss)")
        expectClose(gradient, try expected.gradient.tensor(), tolerance: 2e-7, name)
    }

    @Test("there is a reference for every loss of the catalog")
    func complete() throws {
        let tested = Set(Self.cases.map { type(of: $0.loss).name })
        #expect(tested == Set(LossCatalog.names))
        #expect(try Set(LearningReference.load().losses.keys) == Set(Self.cases.map(\.name)))
    }

    @Test("have the gradients of central differences", arguments: cases.indices, [1, 2] as [UInt64])
    func differences(index: Int, seed: UInt64) throws {
        let (name, loss, target) = Self.cases[index]
        var stream = RandomStream(seed: seed, stream: 31)
        let (rows, count, h) = (4, 5, Float(0x1p-10))
        // Outputs and both neighbours are exact, and none is at a kink: off by 2^-9 from targets, which are multiples of
        // 2^-8 or fortieths.
        func grid() -> Float { Float(stream.integer(below: 2048) - 1024) * 0x1p-8 + 0x1p-9 }
        let outputs = try Tensor(shape: [rows, count], scalars: (0..<rows * count).map { _ in grid() })
        let labels = (0..<rows).map { _ in stream.integer(below: count) }
        let targets: Tensor? =
            switch target {
            case .labels: nil
            case .dense:
                try Tensor(
                    shape: [rows, count],
                    scalars: (0..<rows * count).map { _ in Float(stream.integer(below: 1024) - 512) * 0x1p-7 })
            case .probabilities:
                try Tensor(
                    shape: [rows, count], scalars: (0..<rows * count).map { _ in Float(stream.integer(below: 9)) / 40 })
            }
        func value(_ outputs: Tensor) throws -> Double {
            if let targets { return try loss.evaluate(outputs, targets: targets).loss }
            return try loss.evaluate(outputs, labels: labels).loss
        }
        let gradient =
            try targets.map { try loss.evaluate(outputs, targets: $0).gradient }
            ?? loss.evaluate(outputs, labels: labels).gradient
        for position in 0..<rows * count {
            var scalars = outputs.scalars
            let here = scalars[position]
            scalars[position] = here + h
            let above = try value(Tensor(shape: outputs.shape, scalars: scalars))
            scalars[position] = here - h
            let below = try value(Tensor(shape: outputs.shape, scalars: scalars))
            let expected = (above - below) / (2 * Double(h))
            let found = Double(gradient.scalars[position])
            // The error of a central difference is h² / 6 times the third derivative, which is below 1 here.
            #expect(abs(found - expected) < 1e-6, "\(name) at \(position): \(found), not \(expected), seed \(seed)")
        }
    }

    @Test("survive outputs that overflow exponentials")
    func extremes() throws {
        let outputs = try Tensor(shape: [2, 3], scalars: [3e38, -3e38, 0, -200, 200, 0])
        for type in LossCatalog.all where type.name != MSELoss.name {
            let (value, gradient) = try type.init().evaluate(outputs, labels: [0, 1])
            #expect(value.isFinite, "\(type.name)")
            #expect(gradient.firstNonFinite == nil, "\(type.name)")
        }
    }

    @Test("say what does not fit")
    func errors() throws {
        func text(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch { return "\(error)" }
        }
        let outputs = try Tensor(shape: [1, 3], scalars: [1, 2, 3])
        #expect(
            text { _ = try LossCatalog.make("CrossEntropy") }
                == "There is no loss 'CrossEntropy'; the nearest name is 'CrossEntropyLoss'.")
        #expect(
            text { _ = try CrossEntropyLoss(weight: [1, 2]).evaluate(outputs, labels: [0]) }
                == "The setting 'weight' is a list of 2, but must be a list of 3, one for each class.")
        #expect(
            text { _ = try CrossEntropyLoss(weight: [0, 0, 0]).evaluate(outputs, labels: [0]) }
                == "The setting 'weight' is [0.0, 0.0, 0.0], but must be above 0 for some class.")
        #expect(
            text { _ = try CrossEntropyLoss(labelSmoothing: 1.5).evaluate(outputs, labels: [0]) }
                == "The setting 'label_smoothing' is 1.5, but must be 0 to 1.")
        #expect(
            text { _ = try BCEWithLogitsLoss(positiveWeight: [1, 2]).evaluate(outputs, labels: [0]) }
                == "The setting 'pos_weight' is a list of 2, but must be a list of one or of 3, one for each output.")
        #expect(
            text { _ = try HuberLoss(delta: 0).evaluate(outputs, labels: [0]) }
                == "The setting 'delta' is 0.0, but must be above 0.")
        #expect(
            text { _ = try KLDivLoss().evaluate(outputs, targets: Tensor(shape: [1, 3], scalars: [0.5, -0.5, 1])) }
                == "The data do not fit the network: target 1 of an image is -0.5, but must be 0 to 1 for KLDivLoss.")
        #expect(
            text { _ = try MSELoss().evaluate(outputs, targets: Tensor(shape: [1, 3], scalars: [0, .nan, 1])) }
                == "The data do not fit the network: target 1 of an image is nan, but must be a finite number for MSELoss."
        )
        #expect(
            text { _ = try MSELoss().evaluate(outputs, labels: [3]) }
                == "Image 0 has label 3, but the network tells 3 classes apart (0 to 2).")
    }
}
