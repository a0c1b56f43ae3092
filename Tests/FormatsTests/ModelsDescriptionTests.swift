import SynfireFormats
import SynfireNeuralNetworks
import SynfireTensors
import SynfireTestSupport
import Testing

@Suite("Descriptions of networks")
struct ModelsDescriptionTests {
    /// The network of `models/fashion-cnn`, with everything a training can say.
    static let text = """
        # A comment with an & and a *star*.
        name: fashion-cnn
        input: [1, 28, 28]
        layers:
          - {name: conv1, type: Conv2d, in_channels: 1, out_channels: 32, kernel_size: 3, padding: 1}
          - {name: bn1, type: BatchNorm2d, num_features: 32}
          - {name: relu1, type: ReLU}
          - {name: pool1, type: AvgPool2d, kernel_size: 2}
          - name: conv2
            type: Conv2d
            in_channels: 32
            out_channels: 64
            kernel_size: [3, 3]
            padding: [1, 1]
          - {name: bn2, type: BatchNorm2d, num_features: 64, eps: 1.0e-4}
          - {name: relu2, type: ReLU}
          - {name: pool2, type: AvgPool2d, kernel_size: 2}
          - {name: flat, type: Flatten}
          - {name: fc1, type: Linear, in_features: 3136, out_features: 128}
          - {name: relu3, type: ReLU}
          - {name: fc2, type: Linear, in_features: 128, out_features: 10}
        training:
          data: fashion-mnist:train
          validation: 0.1
          epochs: 20
          batch_size: 128
          seed: 18446744073709551615
          optimizer: {type: Adam, lr: 0.002, betas: [0.8, 0.99], weight_decay: 1e-4}
          schedule: {type: cosine, warmup: 1.5, eta_min: 1e-05}
          augmentation: [{type: horizontal_flip}, {type: shift, pixels: 2}]
        """

    @Test("the perceptron's rule is read with its defaults, and written to be read again")
    func perceptron() throws {
        func description(_ training: String) throws -> ModelDescription {
            try ModelDescription(
                parsing: """
                    name: p
                    input: [4]
                    layers: [{name: fc, type: Linear, in_features: 4, out_features: 3}]
                    training: \(training)
                    """, file: "p.yaml")
        }
        let plain = try #require(try description("{rule: perceptron, epochs: 100, seed: 5}").training)
        #expect(plain.perceptron == Perceptron(epochs: 100, seed: 5))
        let all = try description(
            "{rule: perceptron, data: iris, validation: 0.25, epochs: 9, lr: 0.5, averaged: true, shuffle: false}")
        for read in [all, try ModelDescription(parsing: all.yaml(), file: "again.yaml")] {
            let training = try #require(read.training)
            #expect(
                training.perceptron == Perceptron(epochs: 9, learningRate: 0.5, isAveraged: true, shuffles: false))
            guard case .fraction(0.25) = training.settings.validation, training.data == "iris" else {
                Issue.record("the rest was lost: \(training)")
                return
            }
        }
        let usual = try description("{rule: gradient_descent, epochs: 2}").training
        #expect(usual?.rule == .gradientDescent && usual?.perceptron == nil)
    }

    @Test("reads layers, shapes and every setting of a training")
    func readsAll() throws {
        let description = try ModelDescription(parsing: Self.text, file: "cnn.yaml")
        let graph = description.graph
        #expect(graph.name == "fashion-cnn")
        #expect(graph.inputShape == [1, 28, 28])
        #expect(graph.outputShape == [10])
        #expect(graph.nodes.count == 12)
        #expect(graph.parameterCount == 320 + 64 + 18_496 + 128 + 401_536 + 1_290)
        #expect(graph["bn2"]?.layer.hyperparameters.real("eps") == 1e-4)
        #expect(graph["conv2"]?.layer.hyperparameters.padding("padding") == 1)

        let training = try #require(description.training)
        #expect(training.data == "fashion-mnist:train")
        #expect(training.validationData == nil)
        let settings = training.settings
        #expect(settings.epochs == 20)
        #expect(settings.batchSize == 128)
        #expect(settings.seed == .max)
        guard case .fraction(0.1) = settings.validation else {
            Issue.record("validation is \(settings.validation)")
            return
        }
        let adam = try #require(settings.optimizer as? Adam)
        #expect(adam.betas == (0.8, 0.99))
        #expect(adam.epsilon == 1e-8)
        #expect(adam.weightDecay == 1e-4)
        #expect(settings.schedule == LearningRateSchedule(base: 0.002, course: .cosine(final: 1e-5), warmUpEpochs: 1.5))
        #expect(settings.augmentation.map(\.name) == ["horizontal_flip", "shift"])
        #expect(settings.augmentation.map(\.probability) == [0.5, 1])
        #expect(settings.augmentation.last?.values.whole("pixels") == 2)
        try settings.validate()
    }

    @Test("starts parameters from the training's seed")
    func seeded() throws {
        let description = try ModelDescription(parsing: Self.text, file: "cnn.yaml")
        var again = description.graph
        again.initializeParameters(seed: .max)
        #expect(again.nodes.map(\.layer.parameters) == description.graph.nodes.map(\.layer.parameters))
        again.initializeParameters(seed: 0)
        #expect(again["fc1"]?.layer.parameters != description.graph["fc1"]?.layer.parameters)
    }

    @Test("names data to validate on where it is no fraction, and leaves all optional keys out")
    func shortTraining() throws {
        let text = """
            name: n
            input: [4]
            layers: [{name: fc, type: Linear, in_features: 4, out_features: 2}]
            training: {epochs: 1, validation: drawings.h5:50, optimizer: {type: SGD, momentum: 0.9, nesterov: true}}
            """
        let training = try #require(ModelDescription(parsing: text, file: "n.yaml").training)
        #expect(training.validationData == "drawings.h5:50")
        #expect(training.data == nil)
        #expect(training.settings.batchSize == 64)
        #expect(training.settings.schedule == .constant(1e-3))
        let descent = try #require(training.settings.optimizer as? SGD)
        #expect(descent.momentum == 0.9)
        #expect(descent.nesterov)
    }

    @Test("writes a text that reads back as the same network and training")
    func roundTrip() throws {
        let description = try ModelDescription(parsing: Self.text, file: "cnn.yaml")
        let written = try description.yaml()
        let again = try ModelDescription(parsing: written, file: "again.yaml")
        try expectSame(again.graph, description.graph)
        #expect(again.graph.nodes.map(\.layer.parameters) == description.graph.nodes.map(\.layer.parameters))
        #expect(try again.yaml() == written)
        #expect(again.training?.settings.schedule == description.training?.settings.schedule)
        // Readers of YAML 1.1 take a number with an exponent for a text if it has no point.
        #expect(written.contains("eta_min: 1.0e-05"))
    }

    /// A training with a loss, an optimiser and a schedule of a kind, and all other settings.
    private func training(_ keys: String) throws -> TrainingDescription {
        let text = """
            name: n
            input: [4]
            layers: [{name: fc, type: Linear, in_features: 4, out_features: 2}, {name: last, type: ReLU}]
            training: {epochs: 9, validation: 0.1, \(keys)}
            """
        return try #require(ModelDescription(parsing: text, file: "n.yaml").training)
    }

    @Test("reads what else a training can say")
    func allSettings() throws {
        let settings = try training(
            """
            loss: {type: CrossEntropyLoss, weight: [1, 0.5], label_smoothing: 0.1},
            optimizer: {type: RMSprop, alpha: 0.9, centered: true, momentum: 0.5},
            schedule: {type: one_cycle, max_lr: 0.1, pct_start: 0.25, anneal_strategy: linear},
            regularization: {l1: 1e-5, l2: 0.001, parameters: all}, clip_norm: 1, clip_value: 0.5, accumulate: 4,
            ema: {decay: 0.99}, early_stopping: {monitor: validation_accuracy, patience: 3, min_delta: 0.01},
            freeze: [fc]
            """
        ).settings
        let loss = try #require(settings.loss as? CrossEntropyLoss)
        #expect(loss.weight == [1, 0.5])
        #expect(loss.labelSmoothing == 0.1)
        let optimizer = try #require(settings.optimizer as? RMSprop)
        #expect(optimizer.settingValues == RMSprop(alpha: 0.9, momentum: 0.5, centered: true).settingValues)
        // PyTorch's rate for this rule.
        #expect(settings.schedule.base == 0.01)
        let course = try #require(settings.schedule.course as? OneCycleCourse)
        #expect(course.maximum == 0.1)
        #expect(course.rising == 0.25)
        #expect(course.annealing == .linear)
        #expect(settings.regularization?.l1 == 1e-5)
        #expect(settings.regularization?.l2 == 1e-3)
        #expect(settings.regularization?.parameters == .all)
        #expect(settings.clipNorm == 1)
        #expect(settings.clipValue == 0.5)
        #expect(settings.accumulate == 4)
        #expect(settings.average?.decay == 0.99)
        #expect(settings.earlyStopping?.monitor == .validationAccuracy)
        #expect(settings.earlyStopping?.patience == 3)
        #expect(settings.earlyStopping?.minimumDelta == 0.01)
        #expect(settings.earlyStopping?.restoresBest == true)
        #expect(settings.frozen == ["fc"])
        try settings.validate()
        let bce = try #require(
            try training("loss: {type: BCEWithLogitsLoss, pos_weight: 3}").settings.loss as? BCEWithLogitsLoss)
        #expect(bce.positiveWeight == [3])
    }

    @Test("writes every loss, optimiser and schedule of the catalogs so that it reads back the same")
    func catalogs() throws {
        func keys(_ type: any Configurable.Type, _ section: String) -> String {
            let needed = [
                "step": ", step_size: 3", "multi_step": ", milestones: [1, 4]", "exponential": ", gamma: 0.5",
            ]
            return "\(section): {type: \(type.name)\(needed[type.name] ?? "")}"
        }
        let all =
            LossCatalog.all.map { keys($0, "loss") } + OptimizerCatalog.all.map { keys($0, "optimizer") }
            + ScheduleCatalog.all.map { keys($0, "schedule") }
            + [
                "regularization: {l1: 1e-5}, ema: {decay: 0.5}, early_stopping: {patience: 2}", "clip_norm: 1e-3",
                "clip_value: 2, accumulate: 3, freeze: [fc, last]",
                "loss: {type: BCEWithLogitsLoss, pos_weight: [1, 2]}",
            ]
        for keys in all {
            let first = try training(keys)
            let graph = try Graph(
                name: "n", inputShape: [4], sequence: [("fc", try Linear(4, 2)), ("last", ReLU())])
            let text = try ModelDescription.yaml(for: graph, training: first)
            let again = try #require(ModelDescription(parsing: text, file: "again.yaml").training)
            #expect(again.settings.loss.summary == first.settings.loss.summary, "\(text)")
            #expect(again.settings.optimizer.summary == first.settings.optimizer.summary, "\(text)")
            #expect(again.settings.schedule == first.settings.schedule, "\(text)")
            #expect(try ModelDescription.yaml(for: graph, training: again) == text)
            #expect(text.contains("type: ") && again.settings.frozen == first.settings.frozen)
            #expect(again.settings.clipNorm == first.settings.clipNorm)
            #expect(again.settings.clipValue == first.settings.clipValue)
            #expect(again.settings.accumulate == first.settings.accumulate)
            #expect(again.settings.average?.summary == first.settings.average?.summary)
            #expect(again.settings.earlyStopping?.summary == first.settings.earlyStopping?.summary)
            #expect(again.settings.regularization?.summary == first.settings.regularization?.summary)
        }
    }

    @Test("writes settings away from their defaults, and names of any kind")
    func everyKind() throws {
        let graph = try Graph(
            name: "\"all: #1\" &\u{2028}\\ \u{1F600} é\n", inputShape: [4, 12, 12],
            sequence: [
                (
                    "0",
                    Conv2d(
                        4, 8, kernelSize: Pair(3, 2), stride: Pair(1, 2), padding: Padding(Pair(2, 1)), dilation: 2,
                        groups: 2,
                        bias: false)
                ),
                ("true", BatchNorm2d(8, epsilon: 1e-20, momentum: 1 / 3)), ("-", ReLU()),
                ("null", try MaxPool2d(kernelSize: 3, stride: 1, padding: Padding(Pair(1, 0)))),
                (
                    "späte_Schicht.1",
                    try AvgPool2d(kernelSize: Pair(2, 1), padding: Padding(Pair(1, 0)), countsPadding: false)
                ),
                ("Dropout", try Dropout(0.125)), ("flat", Flatten()), ("1e5", try Linear(224, 3, bias: false)),
            ])
        let values = try Graph(
            name: "values", inputShape: [12],
            sequence: [
                ("a", LeakyReLU(negativeSlope: 0.3)), ("b", PReLU(12, initialSlope: -0.5)), ("c", ReLU6()),
                ("d", ELU(alpha: 0.1)), ("e", SELU()), ("f", GELU(.tanh)), ("g", SiLU()), ("h", Mish()),
                ("i", Softplus(beta: 2, threshold: -1e-9)), ("j", Sigmoid()), ("k", LogSigmoid()), ("l", Tanh()),
                ("m", Softsign()), ("n", Hardtanh(minimum: 0, maximum: 0.1)), ("o", Hardsigmoid()), ("p", Hardswish()),
                ("q", Softmax(axis: -1)), ("r", LogSoftmax(axis: -1)), ("s", BatchNorm1d(12, isAffine: false)),
                ("t", GroupNorm(groups: 3, 12, epsilon: 1e-3, isAffine: false)), ("u", Identity()),
                ("v", QCFS(levels: 3, initialThreshold: 0.7)), ("w", Unflatten(axis: -1, sizes: [4, -1])),
                ("x", Dropout1d(0.25)), ("y", ZeroPad1d([0, 1])),
                ("z", LayerNorm([4, 4], isAffine: false, bias: false)),
                ("1", Permute([2, 1])), ("2", Reshape(to: [1, 2, -1])), ("3", Dropout2d(0.75)),
                ("4", ZeroPad2d([0, 1, 2, 3])), ("5", Flatten(from: 2, to: 3)),
            ])
        let joined = try Graph(
            name: "joined", inputShape: [3],
            nodes: [
                .init("a", ReLU(), inputs: ["input"]), .init("b", Add(), inputs: ["a", "input"]),
                .init("c", Multiply(), inputs: ["b", "a", "input"]), .init("d", Concat(axis: -1), inputs: ["c", "a"]),
            ])
        let graphs = [graph, values, joined]
        for graph in graphs {
            let text = try ModelDescription.yaml(for: graph)
            try expectSame(ModelDescription(parsing: text, file: "all.yaml").graph, graph)
        }
    }

    @Test("reads and writes every kind of augmentation, in its order")
    func augmentation() throws {
        let entries = """
            {type: vertical_flip}, {type: horizontal_flip, p: 0.25}, {type: shift, pixels: 2, fill: -0.5}, \
            {type: random_crop, padding: 3, padding_mode: reflect}, \
            {type: rotation, degrees: [-5, 12.5], interpolation: bilinear, fill: 1}, \
            {type: affine, degrees: 10, translate: [0.1, 0.05], scale: [0.9, 1.1], shear: [-4, 4, 0, 2], p: 0.5}, \
            {type: color_jitter, brightness: 0.4, contrast: [0.5, 2]}, {type: noise, std: 1.0e-05}, \
            {type: erasing, value: random, p: 1}, {type: cutout, size: 3}, {type: mixup, alpha: 0.2}, \
            {type: cutmix, p: 0.5}
            """
        let text = """
            name: n
            input: [1, 8, 8]
            layers: [{name: flat, type: Flatten}, {name: fc, type: Linear, in_features: 64, out_features: 2}]
            training: {epochs: 1, augmentation: [\(entries)]}
            """
        let description = try ModelDescription(parsing: text, file: "n.yaml")
        let changes = try #require(description.training?.settings.augmentation)
        #expect(Set(changes.map(\.name)) == Set(AugmentationCatalog.names), "the test leaves out a kind")
        let written = try description.yaml()
        #expect(written.contains("augmentation: [\(entries)]"), "\(written)")
        let again = try #require(try ModelDescription(parsing: written, file: "m.yaml").training?.settings.augmentation)
        #expect(again.map(\.name) == changes.map(\.name))
        #expect(again.map(\.values) == changes.map(\.values))
    }

    @Test("takes noise and mixup for lists of features, and an empty list for no augmentation")
    func augmentationOfFeatures() throws {
        func changes(_ list: String) throws -> [String]? {
            try ModelDescription(
                parsing: """
                    name: n
                    input: [4]
                    layers: [{name: fc, type: Linear, in_features: 4, out_features: 2}]
                    training: {epochs: 1, augmentation: \(list)}
                    """, file: "n.yaml"
            ).training?.settings.augmentation.map(\.name)
        }
        #expect(try changes("[{type: noise}, {type: mixup}]") == ["noise", "mixup"])
        #expect(try changes("[]") == [])
    }

    @Test("keeps branches, whatever the order in which layers are described")
    func branches() throws {
        let text = """
            name: b
            input: [4]
            layers:
              - {name: late, type: ReLU, inputs: [early]}
              - {name: early, type: Linear, in_features: 4, out_features: 2, inputs: [input]}
              - {name: last, type: Linear, in_features: 2, out_features: 3, inputs: [early]}
            """
        let graph = try ModelDescription(parsing: text, file: "b.yaml").graph
        #expect(
            graph.nodes.map(\.name) == ["early", "last", "late"]
                || graph.nodes.map(\.name) == ["early", "late", "last"])
        try expectSame(ModelDescription(parsing: ModelDescription.yaml(for: graph), file: "b2.yaml").graph, graph)
    }

    @Test("reads files, with Windows line ends and a byte order mark too")
    func files() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("net.txt")
        let text =
            "\u{FEFF}" + Self.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        try Array(text.utf8).write(to: path)
        #expect(try ModelDescription.read(path).graph.nodes.count == 12)
        guard case .description(let description) = try ModelSource.read(path) else {
            Issue.record("not taken for a description")
            return
        }
        #expect(description.training?.settings.epochs == 20)
    }

    private func expectSame(_ found: Graph, _ expected: Graph) throws {
        #expect(found.name == expected.name)
        #expect(found.inputShape == expected.inputShape)
        #expect(found.nodes.map(\.name) == expected.nodes.map(\.name))
        #expect(found.nodes.map(\.inputs) == expected.nodes.map(\.inputs))
        #expect(found.nodes.map(\.layer.kind) == expected.nodes.map(\.layer.kind))
        #expect(found.nodes.map(\.layer.hyperparameters) == expected.nodes.map(\.layer.hyperparameters))
        #expect(found.shapes == expected.shapes)
    }
}
