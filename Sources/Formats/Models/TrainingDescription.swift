import SynfireNeuralNetworks

/// How a description says that its network is trained.
///
/// | Key | Meaning | Without it |
/// |---|---|---|
/// | `data` | the images to learn from, such as `fashion-mnist:train` | to be said elsewhere |
/// | `validation` | a fraction of them, or other images | none |
/// | `epochs` | how often each image is learned from | required |
/// | `batch_size` | images a step | 64 |
/// | `seed` | what all that is random is drawn from | 0 |
/// | `loss` | `{type, …}`, a loss of ``NeuralNetworks/LossCatalog`` | CrossEntropyLoss |
/// | `optimizer` | `{type, lr, …}`, one of ``NeuralNetworks/OptimizerCatalog`` | Adam |
/// | `schedule` | `{type, warmup, …}`, one of ``NeuralNetworks/ScheduleCatalog``, with its warm-up in epochs | constant |
/// | `regularization` | `{l1, l2, parameters}` | none |
/// | `clip_norm`, `clip_value` | the largest norm of all gradients, the largest size of a number in one | none |
/// | `accumulate` | batches a step | 1 |
/// | `ema` | `{decay}` of an average of the parameters | none |
/// | `early_stopping` | `{monitor, patience, min_delta, restore_best_weights}` | none |
/// | `freeze` | a list of layers that are not trained | none |
/// | `augmentation` | a list of changes such as `{type: horizontal_flip}`, see ``NeuralNetworks/AugmentationCatalog`` | none |
///
/// Settings are those of PyTorch (of early stopping: Keras), with its defaults. With `rule: perceptron` other keys hold, see
/// ``LearningRule``.
public struct TrainingDescription: Sendable {
    /// The settings.
    ///
    /// Validation is none or a fraction; images named by ``validationData`` are the caller's to load.
    public var settings: TrainingSettings
    /// The images to learn from, as a dataset reference.
    public var data: String?
    /// The images to validate on, as a dataset reference.
    public var validationData: String?
    /// The rule by which it learns.
    public var rule = LearningRule.gradientDescent

    /// Joins settings and references.
    public init(settings: TrainingSettings, data: String? = nil, validationData: String? = nil) {
        self.settings = settings
        self.data = data
        self.validationData = validationData
    }
}

// MARK: - Reading

extension TrainingDescription {
    private static let keys = [
        "data", "validation", "epochs", "batch_size", "seed", "loss", "optimizer", "schedule", "regularization",
        "clip_norm", "clip_value", "accumulate", "ema", "early_stopping", "freeze", "augmentation", "rule",
    ]

    /// Reads the section `training` of a network.
    init(_ value: DescriptionValue, of graph: Graph) throws {
        let (inputShape, layers) = (graph.inputShape, graph.nodes.map(\.name))
        let value = Self.titled(value, "training")
        if let perceptron = try Self.readPerceptron(value, otherKeys: Self.keys) {
            self = perceptron
            return
        }
        let section = try DescriptionSection(value, keys: Self.keys)
        var settings = TrainingSettings()
        settings.epochs = try section.required("epochs").integer(0...1_000_000)
        if let size = section["batch_size"] { settings.batchSize = try size.integer(1...65_536) }
        if let seed = section["seed"] { settings.seed = try seed.seed() }
        data = try section["data"]?.text()
        if let validation = section["validation"] {
            if let fraction = validation.realOrNil {
                guard fraction >= 0, fraction < 1 else {
                    throw validation.failure(
                        .outOfRange(what: validation.what, value: "\(fraction)", allowed: "at least 0 and below 1"))
                }
                settings.validation = .fraction(fraction)
            } else {
                validationData = try validation.text()
            }
        }
        if let loss = section["loss"] { settings.loss = try Self.readLoss(loss, outputs: graph.outputShape) }
        let rate = try Self.readOptimizer(section["optimizer"], into: &settings)
        try Self.readSchedule(section["schedule"], rate: rate, into: &settings)
        settings.regularization = try Self.readPart(section["regularization"])
        settings.average = try Self.readPart(section["ema"])
        settings.earlyStopping = try Self.readPart(section["early_stopping"])
        settings.clipNorm = try section["clip_norm"].map(Self.readLimit)
        settings.clipValue = try section["clip_value"].map(Self.readLimit)
        if let batches = section["accumulate"] { settings.accumulate = try batches.integer(1...65_536) }
        if let frozen = section["freeze"] { settings.frozen = try Self.readLayers(frozen, known: layers) }
        if let augmentation = section["augmentation"] {
            settings.augmentation = try AugmentationDescription.read(augmentation, inputShape: inputShape)
        }
        self.settings = settings
    }

    private static func titled(_ value: DescriptionValue, _ what: String) -> DescriptionValue {
        DescriptionValue(node: value.node, file: value.file, what: what)
    }

    private static func readLoss(_ value: DescriptionValue, outputs: [Int]) throws -> any LossFunction {
        func read(_ type: (some LossFunction).Type, _ section: DescriptionSection) throws -> any LossFunction {
            try SettingDescription.read(section, as: type, beside: ["type"])
        }
        let (section, type) = try choose(
            titled(value, "the loss"), among: LossCatalog.all, what: "loss", name: { $0.name })
        let loss = try read(type, section)
        try SettingDescription.located(section) { try loss.check(outputs: outputs.reduce(1, *)) }
        return loss
    }

    /// Reads the optimiser and returns the learning rate.
    private static func readOptimizer(
        _ value: DescriptionValue?, into settings: inout TrainingSettings
    ) throws -> Double {
        func read(_ type: (some Optimizer).Type, _ section: DescriptionSection) throws -> any Optimizer {
            try SettingDescription.read(section, as: type, beside: ["type", "lr"])
        }
        guard let value else { return type(of: settings.optimizer).defaultRate }
        let (section, type) = try choose(
            titled(value, "the optimizer"), among: OptimizerCatalog.all, what: "optimizer", name: { $0.name })
        settings.optimizer = try read(type, section)
        let rate = try section["lr"]?.real() ?? type.defaultRate
        guard rate > 0 else {
            throw (section["lr"] ?? section.value).failure(
                .outOfRange(what: "'lr' of the optimizer", value: "\(rate)", allowed: "above 0"))
        }
        return rate
    }

    private static func readSchedule(
        _ value: DescriptionValue?, rate: Double, into settings: inout TrainingSettings
    ) throws {
        func read(
            _ type: (some LearningRateCourse).Type, _ section: DescriptionSection
        ) throws -> any LearningRateCourse {
            try SettingDescription.read(section, as: type, beside: ["type", "warmup"])
        }
        settings.schedule = .constant(rate)
        guard let value else { return }
        let (section, type) = try choose(
            titled(value, "the schedule"), among: ScheduleCatalog.all, what: "schedule", name: { $0.name })
        settings.schedule.course = try read(type, section)
        if let warmUp = section["warmup"] { settings.schedule.warmUpEpochs = try warmUp.real() }
        let (schedule, epochs) = (settings.schedule, settings.epochs)
        try SettingDescription.located(section) { try schedule.validate(epochs: epochs) }
    }

    private static func readPart<Part: Configurable>(_ value: DescriptionValue?) throws -> Part? {
        try value.map { try SettingDescription.read(DescriptionSection(titled($0, "'\(Part.name)'")), as: Part.self) }
    }

    private static func readLimit(_ value: DescriptionValue) throws -> Double {
        let limit = try value.real()
        guard limit > 0 else {
            throw value.failure(.outOfRange(what: value.what, value: "\(limit)", allowed: "above 0"))
        }
        return limit
    }

    private static func readLayers(_ value: DescriptionValue, known: [String]) throws -> [String] {
        try value.list("a list of layers' names").map { entry in
            let name = try entry.text()
            guard known.contains(name) else {
                throw entry.failure(.unknownName(name, what: "layer", known: known))
            }
            return name
        }
    }

    /// Takes a section's `type` for one of several kinds.
    static func choose<Kind>(
        _ value: DescriptionValue, among kinds: [Kind], what: String, name: (Kind) -> String
    ) throws -> (DescriptionSection, Kind) {
        let section = try DescriptionSection(value)
        let type = try section.required("type")
        let text = try type.text()
        guard let kind = kinds.first(where: { name($0) == text }) else {
            throw type.failure(.unknownName(text, what: what, known: kinds.map(name)))
        }
        return (section, kind)
    }
}

// MARK: - Writing

extension TrainingDescription {
    /// The section's keys and values.
    func fields() throws -> [DescriptionWriter.Field] {
        if let fields = perceptronFields() { return fields }
        var fields: [DescriptionWriter.Field] = []
        if let data { fields.append(("data", DescriptionWriter.text(data))) }
        if let validationData {
            fields.append(("validation", DescriptionWriter.text(validationData)))
        } else if case .fraction(let fraction) = settings.validation {
            fields.append(("validation", DescriptionWriter.number(fraction)))
        }
        let optimizer = try Self.known(settings.optimizer, OptimizerCatalog.all, "optimizer")
        let schedule = try Self.known(settings.schedule.course, ScheduleCatalog.all, "schedule")
        let loss = try Self.known(settings.loss, LossCatalog.all, "loss")
        let warmUp = settings.schedule.warmUpEpochs
        fields += [
            ("epochs", "\(settings.epochs)"), ("batch_size", "\(settings.batchSize)"), ("seed", "\(settings.seed)"),
            ("loss", DescriptionWriter.section(loss)),
            (
                "optimizer",
                DescriptionWriter.section(
                    [optimizer[0], ("lr", DescriptionWriter.number(settings.schedule.base))] + optimizer.dropFirst())
            ),
            (
                "schedule",
                DescriptionWriter.section(
                    schedule + (warmUp == 0 ? [] : [("warmup", DescriptionWriter.number(warmUp))]))
            ),
        ]
        fields += optionalFields()
        if !settings.augmentation.isEmpty {
            let entries = try settings.augmentation.map { change in
                guard let entry = AugmentationDescription.fields(change) else {
                    throw Self.unknown("augmentation", change)
                }
                return DescriptionWriter.section(entry)
            }
            fields.append(("augmentation", "[" + entries.joined(separator: ", ") + "]"))
        }
        return fields
    }

    private func optionalFields() -> [DescriptionWriter.Field] {
        func part(_ part: (some Configurable)?) -> [DescriptionWriter.Field] {
            part.map { [(type(of: $0).name, DescriptionWriter.section(SettingDescription.fields($0)))] } ?? []
        }
        func limit(_ name: String, _ value: Double?) -> [DescriptionWriter.Field] {
            value.map { [(name, DescriptionWriter.number($0))] } ?? []
        }
        let frozen = settings.frozen.map(DescriptionWriter.text).joined(separator: ", ")
        return part(settings.regularization) + limit("clip_norm", settings.clipNorm)
            + limit("clip_value", settings.clipValue)
            + (settings.accumulate == 1 ? [] : [("accumulate", "\(settings.accumulate)")])
            + part(settings.average) + part(settings.earlyStopping)
            + (frozen.isEmpty ? [] : [("freeze", "[\(frozen)]")])
    }

    /// The type and settings of something that a catalog may have.
    private static func known<Value>(
        _ value: Value, _ catalog: [any Configurable.Type], _ what: String
    ) throws -> [DescriptionWriter.Field] {
        guard let value = value as? any Configurable, catalog.contains(where: { $0 == type(of: value) }) else {
            throw unknown(what, value)
        }
        return [("type", DescriptionWriter.text(type(of: value).name))] + SettingDescription.fields(value)
    }

    private static func unknown(_ what: String, _ value: Any) -> ModelDescriptionError {
        ModelDescriptionError(
            file: "description", position: nil,
            reason: .conflict("the \(what) '\(type(of: value))' cannot be written in a description"))
    }
}
