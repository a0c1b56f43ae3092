import NeuralNetworks

/// How a description says that its network is trained.
///
/// | Key | Meaning | Without it |
/// |---|---|---|
/// | `data` | the images to learn from, such as `fashion-mnist:train` | to be said elsewhere |
/// | `validation` | a fraction of them, or other images | none |
/// | `epochs` | how often each image is learned from | required |
/// | `batch_size` | images a step | 64 |
/// | `seed` | what all that is random is drawn from | 0 |
/// | `optimizer` | `{type: Adam, lr, betas, eps, weight_decay}` or `{type: SGD, lr, momentum, nesterov, weight_decay}` | Adam |
/// | `schedule` | `{type: constant}`, `{type: step, step_size, gamma}` or `{type: cosine, eta_min}`, each with `warmup` in epochs | constant |
/// | `augmentation` | a list of changes such as `{type: horizontal_flip}`, see ``AugmentationCatalog`` | none |
///
/// Settings are those of PyTorch, with its defaults. With `rule: perceptron` other keys hold, see ``LearningRule``.
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
        "data", "validation", "epochs", "batch_size", "seed", "optimizer", "schedule", "augmentation",
        "rule",
    ]

    /// Reads the section `training`.
    init(_ value: DescriptionValue, inputShape: [Int]) throws {
        let value = DescriptionValue(node: value.node, file: value.file, what: "training")
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
        let rate = try Self.readOptimizer(section["optimizer"], into: &settings)
        try Self.readSchedule(section["schedule"], rate: rate, into: &settings)
        if let augmentation = section["augmentation"] {
            settings.augmentation = try AugmentationDescription.read(augmentation, inputShape: inputShape)
        }
        self.settings = settings
    }

    /// Reads the optimiser and returns the learning rate.
    private static func readOptimizer(
        _ value: DescriptionValue?, into settings: inout TrainingSettings
    ) throws -> Double {
        guard let value else { return OptimizerDescription.defaultRate }
        let titled = DescriptionValue(node: value.node, file: value.file, what: "the optimizer")
        let (section, kind) = try choose(titled, among: OptimizerDescription.all, what: "optimizer", name: \.name)
        try section.allow(["type", "lr"] + kind.keys)
        settings.optimizer = try kind.read(section)
        let rate = try section["lr"]?.real() ?? OptimizerDescription.defaultRate
        guard rate > 0 else {
            throw (section["lr"] ?? titled).failure(
                .outOfRange(what: "'lr' of the optimizer", value: "\(rate)", allowed: "above 0"))
        }
        try located(titled, { section[$0] }) { try settings.optimizer.validate() }
        return rate
    }

    private static func readSchedule(
        _ value: DescriptionValue?, rate: Double, into settings: inout TrainingSettings
    ) throws {
        settings.schedule = LearningRateSchedule(base: rate)
        guard let value else { return }
        let titled = DescriptionValue(node: value.node, file: value.file, what: "the schedule")
        let (section, kind) = try choose(titled, among: ScheduleDescription.all, what: "schedule", name: \.name)
        try section.allow(["type", "warmup"] + kind.keys)
        settings.schedule.course = try kind.read(section)
        if let warmUp = section["warmup"] { settings.schedule.warmUpEpochs = try warmUp.real() }
        let (schedule, epochs) = (settings.schedule, settings.epochs)
        try located(titled, { section[$0] }) { try schedule.validate(epochs: epochs) }
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

    /// Says where a setting stands that is outside its range.
    private static func located(
        _ place: DescriptionValue, _ find: (String) -> DescriptionValue?, _ body: () throws -> Void
    ) throws {
        // The names by which settings check themselves, where keys are spelt otherwise.
        let keys = [
            "beta1": "betas", "beta2": "betas", "epsilon": "eps", "warm-up": "warmup", "step epochs": "step_size",
            "step factor": "gamma", "final learning rate": "eta_min",
        ]
        do {
            try body()
        } catch let error as NetworkError {
            guard case .invalidSetting(let name, let value, let allowed) = error else {
                throw place.failure(.network(error))
            }
            let key = keys[name] ?? name
            let setting = find(key)
            throw (setting ?? place).failure(
                .outOfRange(what: setting?.what ?? "'\(key)' of \(place.what)", value: value, allowed: allowed))
        }
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
        fields += [
            ("epochs", "\(settings.epochs)"), ("batch_size", "\(settings.batchSize)"), ("seed", "\(settings.seed)"),
            ("optimizer", DescriptionWriter.section(try optimizerFields())),
            ("schedule", DescriptionWriter.section(scheduleFields())),
        ]
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

    private func optimizerFields() throws -> [DescriptionWriter.Field] {
        for kind in OptimizerDescription.all {
            guard let own = kind.write(settings.optimizer) else { continue }
            return [("type", kind.name), ("lr", DescriptionWriter.number(settings.schedule.base))] + own
        }
        throw Self.unknown("optimizer", settings.optimizer)
    }

    private func scheduleFields() -> [DescriptionWriter.Field] {
        let warmUp: DescriptionWriter.Field = ("warmup", DescriptionWriter.number(settings.schedule.warmUpEpochs))
        return ScheduleDescription.fields(settings.schedule.course)
            + (settings.schedule.warmUpEpochs == 0 ? [] : [warmUp])
    }

    private static func unknown(_ what: String, _ value: Any) -> ModelDescriptionError {
        ModelDescriptionError(
            file: "description", position: nil,
            reason: .conflict("the \(what) '\(type(of: value))' cannot be written in a description"))
    }
}
