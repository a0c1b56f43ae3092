import NeuralNetworks

/// A kind of optimiser in a description: one entry of ``all`` reads and writes it.
struct OptimizerDescription: Sendable {
    let name: String
    /// The keys beside `type` and `lr`.
    let keys: [String]
    let read: @Sendable (DescriptionSection) throws -> any Optimizer
    /// The values to write, nil for an optimiser of another kind.
    let write: @Sendable (any Optimizer) -> [DescriptionWriter.Field]?

    static let defaultRate = 1e-3

    static let all = [
        OptimizerDescription(name: Adam.name, keys: ["betas", "eps", "weight_decay"]) { section in
            var adam = Adam()
            if let betas = section["betas"] {
                let numbers = try betas.list("a list of two numbers").map { try $0.real() }
                guard numbers.count == 2 else {
                    throw betas.failure(
                        .wrongKind(
                            what: betas.what, found: "a list of \(numbers.count)", expected: "a list of two numbers"))
                }
                adam.betas = (numbers[0], numbers[1])
            }
            if let epsilon = section["eps"] { adam.epsilon = try epsilon.real() }
            if let decay = section["weight_decay"] { adam.weightDecay = try decay.real() }
            return adam
        } write: { optimizer in
            guard let adam = optimizer as? Adam else { return nil }
            let betas = [adam.betas.0, adam.betas.1].map(DescriptionWriter.number).joined(separator: ", ")
            return [
                ("betas", "[\(betas)]"), ("eps", DescriptionWriter.number(adam.epsilon)),
                ("weight_decay", DescriptionWriter.number(adam.weightDecay)),
            ]
        },
        OptimizerDescription(name: SGD.name, keys: ["momentum", "nesterov", "weight_decay"]) { section in
            var descent = SGD()
            if let momentum = section["momentum"] { descent.momentum = try momentum.real() }
            if let nesterov = section["nesterov"] { descent.nesterov = try nesterov.flag() }
            if let decay = section["weight_decay"] { descent.weightDecay = try decay.real() }
            return descent
        } write: { optimizer in
            guard let descent = optimizer as? SGD else { return nil }
            return [
                ("momentum", DescriptionWriter.number(descent.momentum)), ("nesterov", "\(descent.nesterov)"),
                ("weight_decay", DescriptionWriter.number(descent.weightDecay)),
            ]
        },
    ]
}

/// A course of the learning rate in a description.
struct ScheduleDescription: Sendable {
    let name: String
    /// The keys beside `type` and `warmup`.
    let keys: [String]
    let read: @Sendable (DescriptionSection) throws -> LearningRateSchedule.Course

    static let all = [
        ScheduleDescription(name: "constant", keys: []) { _ in .constant },
        ScheduleDescription(name: "step", keys: ["step_size", "gamma"]) { section in
            .step(
                epochs: try section.required("step_size").integer(1...1_000_000),
                factor: try section["gamma"]?.real() ?? 0.1)
        },
        ScheduleDescription(name: "cosine", keys: ["eta_min"]) { section in
            .cosine(final: try section["eta_min"]?.real() ?? 0)
        },
    ]

    static func fields(_ course: LearningRateSchedule.Course) -> [DescriptionWriter.Field] {
        switch course {
        case .constant: [("type", "constant")]
        case .step(let epochs, let factor):
            [("type", "step"), ("step_size", "\(epochs)"), ("gamma", DescriptionWriter.number(factor))]
        case .cosine(let final): [("type", "cosine"), ("eta_min", DescriptionWriter.number(final))]
        }
    }
}
