import SynfireNeuralNetworks

/// By what rule a description's network learns.
///
/// A description names it as `rule`; without one it is gradient descent, with all other keys of ``TrainingDescription``.
/// The perceptron's rule takes `data`, `validation`, `epochs` and `seed`, too, and its own:
///
/// | Key | Meaning | Without it |
/// |---|---|---|
/// | `rule` | `perceptron` | `gradient_descent` |
/// | `lr` | the factor of a change | 1 |
/// | `averaged` | whether the result is the mean of the weights after each sample | false |
/// | `shuffle` | whether each epoch takes the samples in an order of its own | true |
public enum LearningRule: Sendable, Hashable {
    /// Batches, gradients and an optimiser, as ``Trainer`` does it.
    case gradientDescent
    /// The rule of ``Perceptron``; its epochs and seed are those of the training.
    case perceptron(learningRate: Double, isAveraged: Bool, shuffles: Bool)

    static let names = ["gradient_descent", "perceptron"]
}

extension TrainingDescription {
    /// The perceptron's rule as it is described, where that is the rule.
    public var perceptron: Perceptron? {
        guard case .perceptron(let rate, let isAveraged, let shuffles) = rule else { return nil }
        return Perceptron(
            epochs: settings.epochs, learningRate: rate, isAveraged: isAveraged, shuffles: shuffles,
            seed: settings.seed)
    }

    private static let perceptronKeys = ["rule", "data", "validation", "epochs", "seed", "lr", "averaged", "shuffle"]

    /// Reads a section whose `rule` is the perceptron's; nil where it is gradient descent's.
    static func readPerceptron(_ value: DescriptionValue, otherKeys: [String]) throws -> TrainingDescription? {
        let section = try DescriptionSection(value)
        guard let rule = section["rule"] else { return nil }
        let name = try rule.text()
        guard LearningRule.names.contains(name) else {
            throw rule.failure(.unknownName(name, what: "learning rule", known: LearningRule.names))
        }
        guard name == "perceptron" else { return nil }
        if let other = section.entries.first(where: {
            otherKeys.contains($0.name) && !perceptronKeys.contains($0.name)
        }) {
            throw other.key.failure(
                .conflict(
                    "'\(other.name)' is for gradient descent; the rule perceptron takes "
                        + perceptronKeys.dropFirst().joined(separator: ", ")))
        }
        try section.allow(perceptronKeys)
        var settings = TrainingSettings()
        settings.epochs = try section.required("epochs").integer(0...1_000_000)
        if let seed = section["seed"] { settings.seed = try seed.seed() }
        var training = TrainingDescription(settings: settings, data: try section["data"]?.text())
        if let validation = section["validation"] {
            if let fraction = validation.realOrNil {
                guard fraction >= 0, fraction < 1 else {
                    throw validation.failure(
                        .outOfRange(what: validation.what, value: "\(fraction)", allowed: "at least 0 and below 1"))
                }
                training.settings.validation = .fraction(fraction)
            } else {
                training.validationData = try validation.text()
            }
        }
        let rate = try section["lr"]?.real() ?? 1
        guard rate > 0 else {
            throw (section["lr"] ?? value).failure(
                .outOfRange(what: "'lr' of training", value: "\(rate)", allowed: "above 0"))
        }
        training.rule = .perceptron(
            learningRate: rate, isAveraged: try section["averaged"]?.flag() ?? false,
            shuffles: try section["shuffle"]?.flag() ?? true)
        return training
    }

    /// The keys and values of the perceptron's rule; nil for gradient descent.
    func perceptronFields() -> [DescriptionWriter.Field]? {
        guard case .perceptron(let rate, let isAveraged, let shuffles) = rule else { return nil }
        var fields: [DescriptionWriter.Field] = [("rule", "perceptron")]
        if let data { fields.append(("data", DescriptionWriter.text(data))) }
        if let validationData {
            fields.append(("validation", DescriptionWriter.text(validationData)))
        } else if case .fraction(let fraction) = settings.validation {
            fields.append(("validation", DescriptionWriter.number(fraction)))
        }
        return fields + [
            ("epochs", "\(settings.epochs)"), ("seed", "\(settings.seed)"), ("lr", DescriptionWriter.number(rate)),
            ("averaged", "\(isAveraged)"), ("shuffle", "\(shuffles)"),
        ]
    }
}
