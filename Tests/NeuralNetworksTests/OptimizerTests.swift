import SynfireNeuralNetworks
import SynfireTensors
import Testing

@Suite("Optimisers")
struct OptimizerTests {
    static let optimizers: [(name: String, optimizer: any Optimizer, rate: Double)] = [
        ("sgd-dampening", SGD(momentum: 0.9, dampening: 0.3, weightDecay: 0.01), 0.1),
        ("adam-amsgrad", Adam(betas: (0.8, 0.7), amsgrad: true), 0.05), ("adamw", AdamW(), AdamW.defaultRate),
        ("adamw-amsgrad", AdamW(betas: (0.8, 0.7), weightDecay: 0.1, amsgrad: true), 0.05),
        ("rmsprop", RMSprop(), RMSprop.defaultRate),
        ("rmsprop-momentum", RMSprop(alpha: 0.9, epsilon: 1e-5, weightDecay: 0.1, momentum: 0.8), 0.02),
        ("rmsprop-centered", RMSprop(alpha: 0.9, momentum: 0.5, centered: true), 0.02),
        ("adagrad", Adagrad(), Adagrad.defaultRate),
        (
            "adagrad-decay",
            Adagrad(rateDecay: 0.1, weightDecay: 0.05, initialAccumulatorValue: 0.2, epsilon: 1e-6), 0.1
        ),
    ]

    @Test("agree with PyTorch over eight steps", arguments: optimizers.indices)
    func reference(index: Int) throws {
        let (name, optimizer, rate) = Self.optimizers[index]
        let reference = try #require(try LearningReference.load().optimizers[name])
        try optimizer.validate()
        let values = try FloatBuffer(count: 4)
        values.load(reference.start.values)
        let state = try optimizer.stateNames.map { state in
            let buffer = try FloatBuffer(count: 4)
            buffer.base.update(repeating: optimizer.initialValue(of: state), count: 4)
            return buffer
        }
        for (number, step) in reference.steps.enumerated() {
            let gradient = try FloatBuffer(count: 4)
            gradient.load(step.gradient.values)
            optimizer.update(
                values.base, gradient: gradient.base, state: state.map(\.base), count: 4, rate: rate, step: number + 1)
            expectClose(
                Tensor(values.array(count: 4)), try step.after.tensor(), tolerance: 1e-6, "\(name), step \(number + 1)")
        }
        #expect(reference.steps.count == 8)
    }

    @Test("there is a reference for every optimiser of the catalog")
    func complete() throws {
        let tested = Set(Self.optimizers.map { type(of: $0.optimizer).name })
        #expect(tested == Set(OptimizerCatalog.names))
        #expect(try Set(LearningReference.load().optimizers.keys) == Set(Self.optimizers.map(\.name)))
    }

    @Test("say what does not fit")
    func errors() {
        func text(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(
            text { _ = try OptimizerCatalog.make("adamw") }
                == "There is no optimiser 'adamw'; the nearest name is 'AdamW'.")
        #expect(
            text { try SGD(momentum: 0.9, dampening: 0.1, nesterov: true).validate() }
                == "The setting 'dampening' is 0.1, but must be 0 with nesterov.")
        #expect(
            text { try RMSprop(alpha: 1).validate() }
                == "The setting 'alpha' is 1.0, but must be at least 0 and below 1.")
        #expect(
            text { try Adagrad(rateDecay: -1).validate() }
                == "The setting 'lr_decay' is -1.0, but must be at least 0.")
        #expect(
            text { try AdamW(epsilon: .nan).validate() } == "The setting 'eps' is nan, but must be at least 0.")
        #expect(
            text { _ = try TrainingSettings(validation: .none).with { $0.earlyStopping = EarlyStopping() } }
                == "Training has no validation images, but 'early_stopping' goes by them.")
        #expect(
            text { _ = try TrainingSettings().with { $0.schedule = .init(base: 1, course: .reduceOnPlateau()) } }
                == "Training has no validation images, but the schedule 'reduce_on_plateau' goes by them.")
        #expect(
            text { _ = try TrainingSettings().with { $0.clipNorm = 0 } }
                == "The setting 'clip_norm' is 0, but must be above 0.")
        #expect(
            text { _ = try TrainingSettings().with { $0.accumulate = 0 } }
                == "The setting 'accumulate' is 0, but must be 1 to 65536.")
        #expect(
            text { _ = try TrainingSettings().with { $0.average = WeightAverage(decay: 1) } }
                == "The setting 'decay' is 1.0, but must be at least 0 and below 1.")
        #expect(
            text { _ = try TrainingSettings().with { $0.regularization = Regularization(l1: -1) } }
                == "The setting 'l1' is -1.0, but must be at least 0.")
    }
}

extension TrainingSettings {
    /// Checked settings with a change.
    func with(_ change: (inout TrainingSettings) -> Void) throws -> TrainingSettings {
        var settings = self
        change(&settings)
        _ = try Trainer(settings)
        return settings
    }
}
