import SynfireNeuralNetworks
import SynfireTensors
import Testing

/// The text of the error that `body` throws.
private func text(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

@Suite("What is said of bad input")
struct ErrorTests {
    private func graph(_ nodes: [Graph.Node], input: [Int] = [1, 8, 8]) throws {
        _ = try Graph(name: "net", inputShape: input, nodes: nodes)
    }

    @Test("layers that do not join")
    func graphs() throws {
        #expect(text { try graph([]) } == "The network 'net' has no layers.")
        #expect(
            text { try graph([.init("a", ReLU(), inputs: ["input"])], input: [2, 0, 3]) }
                == "The input of the network 'net' has shape [2, 0, 3]; allowed are 1 to 6 numbers, such as [features] or "
                + "[channels, rows, columns], each at least 1.")
        #expect(
            text { try graph([.init("a/b", ReLU(), inputs: ["input"])]) }
                == "'a/b' cannot name a layer: a name has 1 to 200 letters, digits, '_', '-' or '.', and is not 'input'."
        )
        #expect(
            text { try graph([.init("a", ReLU(), inputs: ["input"]), .init("a", ReLU(), inputs: ["input"])]) }
                == "Two layers are named 'a'; each needs a name of its own.")
        #expect(
            text { try graph([.init("conv1", ReLU(), inputs: ["input"]), .init("b", ReLU(), inputs: ["cnov1"])]) }
                == "The layer 'b' reads 'cnov1', which is neither a layer nor 'input'; the nearest name is 'conv1'.")
        #expect(
            text { try graph([.init("b", ReLU(), inputs: ["somewhere"])]) }
                == "The layer 'b' reads 'somewhere', which is neither a layer nor 'input'.")
        #expect(
            text {
                try graph([
                    .init("z", ReLU(), inputs: ["a"]), .init("a", ReLU(), inputs: ["b"]),
                    .init("b", ReLU(), inputs: ["a"]),
                ])
            } == "These layers wait for each other in a cycle: 'b', 'a'.")
        #expect(
            text { try graph([.init("a", ReLU(), inputs: ["input", "input"])]) }
                == "The layer 'a' (ReLU) takes 1 input, but 2 are given.")
    }

    @Test("shapes that do not fit")
    func shapes() throws {
        func one(_ layer: any Layer, _ input: [Int]) -> String {
            text { try graph([.init("it", layer, inputs: ["input"])], input: input) }
        }
        #expect(
            try one(Linear(7, 2), [1, 8, 8])
                == "The layer 'it' (Linear) is given values of shape [1, 8, 8], but needs 7 features along "
                + "the last axis (a Flatten before it makes one vector of a feature map).")
        #expect(
            try one(Linear(7, 2), [8])
                == "The layer 'it' (Linear) is given values of shape [8], but needs 7 features along the last axis.")
        #expect(
            try one(Conv2d(3, 4, kernelSize: 3), [1, 8, 8])
                == "The layer 'it' (Conv2d) is given values of shape [1, 8, 8], but needs a feature map of shape "
                + "[3, rows, columns].")
        #expect(
            try one(Conv2d(1, 4, kernelSize: 5, dilation: 2), [1, 8, 9])
                == "The layer 'it' (Conv2d) is given values of shape [1, 8, 9], but needs at least 9 rows and "
                + "9 columns for its window to fit.")
        #expect(
            try one(BatchNorm2d(4), [5])
                == "The layer 'it' (BatchNorm2d) is given values of shape [5], but needs a feature map of shape "
                + "[4, rows, columns].")
        #expect(
            try one(MaxPool2d(kernelSize: 3), [1, 2, 4])
                == "The layer 'it' (MaxPool2d) is given values of shape [1, 2, 4], but needs at least 3 rows and "
                + "3 columns for its window to fit.")
        #expect(
            try one(AvgPool2d(kernelSize: 2), [9])
                == "The layer 'it' (AvgPool2d) is given values of shape [9], but needs a feature map of shape "
                + "[channels, rows, columns].")
    }

    @Test("settings of layers")
    func hyperparameters() {
        func make(_ kind: String, _ values: [String: HyperparameterValue]) -> String {
            text { _ = try LayerCatalog.makeLayer(kind, values) }
        }
        #expect(make("Conv2D", [:]) == "There is no kind of layer 'Conv2D'; the nearest name is 'Conv2d'.")
        #expect(
            make("Transformer", [:])
                == "There is no kind of layer 'Transformer'; there are "
                + LayerCatalog.kinds.map { "'\($0)'" }.joined(separator: ", ") + ".")
        #expect(
            make("Linear", ["in_feature": .integer(3)])
                == "Linear has no setting 'in_feature'; the nearest name is 'in_features'.")
        #expect(make("Linear", ["in_features": .integer(3)]) == "Linear needs a value for 'out_features'.")
        #expect(
            make("Linear", ["in_features": .real(3.5), "out_features": .integer(1)])
                == "The setting 'in_features' of Linear is 3.5, but must be a whole number.")
        #expect(
            make("Linear", ["in_features": .integer(0), "out_features": .integer(1)])
                == "The setting 'in_features' of Linear is 0, but must be at least 1.")
        #expect(
            make("Linear", ["in_features": .integer(1 << 50), "out_features": .integer(1)])
                == "The setting 'in_features' of Linear is 1125899906842624, but must be below 2^40.")
        #expect(
            make("Linear", ["in_features": .integer(1 << 38), "out_features": .integer(1 << 38)])
                == "A tensor of shape [274877906944, 274877906944] is too large for this machine.")
        #expect(
            make("Dropout", ["p": .real(1)]) == "The setting 'p' of Dropout is 1.0, but must be at least 0 and below 1."
        )
        #expect(make("Dropout", ["p": .real(.nan)]).hasPrefix("The setting 'p' of Dropout is nan"))
        #expect(
            make("BatchNorm2d", ["num_features": .integer(2), "eps": .integer(0)])
                == "The setting 'eps' of BatchNorm2d is 0, but must be above 0.")
        #expect(
            make("MaxPool2d", ["kernel_size": .pair(Pair(2, 0))])
                == "The setting 'kernel_size' of MaxPool2d is [2, 0], but must be at least 1.")
        #expect(
            make("MaxPool2d", ["kernel_size": .integer(2), "padding": .integer(2)])
                == "The settings of MaxPool2d contradict each other: padding is 2, which is more than half of "
                + "kernel_size [2, 2].")
        #expect(
            make(
                "Conv2d",
                [
                    "in_channels": .integer(3), "out_channels": .integer(4), "kernel_size": .integer(1),
                    "groups": .integer(2),
                ])
                == "The settings of Conv2d contradict each other: in_channels is 3, which does not divide into 2 groups."
        )
    }

    @Test("parameters")
    func parameters() throws {
        var graph = try barNetwork()
        func set(_ layer: String, _ parameter: String, _ tensor: Tensor) -> String {
            text { try graph.setParameter(parameter, of: layer, to: tensor) }
        }
        let vector = try Tensor(shape: [8], repeating: 1)
        #expect(set("con1", "weight", vector) == "The network has no layer 'con1'; the nearest name is 'conv1'.")
        #expect(
            set("fc", "gain", vector) == "The layer 'fc' has no parameter 'gain'; it has 'weight', 'bias'.")
        #expect(set("relu1", "weight", vector) == "The layer 'relu1' has no parameter 'weight'; it has none at all.")
        #expect(
            set("conv2", "weight", vector)
                == "The parameter 'weight' of layer 'conv2' must have shape [16, 8, 3, 3], but has [8].")
        var broken = try Tensor(shape: [16, 8, 3, 3])
        broken[3, 0, 2, 1] = .nan
        #expect(
            set("conv2", "weight", broken)
                == "The parameter 'weight' of layer 'conv2' is nan at [3, 0, 2, 1]; all its numbers must be finite.")
        var negative = vector
        negative[5] = -0.5
        #expect(
            set("bn1", "running_var", negative)
                == "The parameter 'running_var' of layer 'bn1' is -0.5 at [5], but must not be negative.")
        #expect(set("bn1", "running_mean", negative) == "no error")
    }

    @Test("images and data")
    func data() throws {
        let graph = try barNetwork()
        let predictor = try Predictor(graph)
        #expect(
            text { _ = try predictor.predict(Tensor(shape: [2, 1, 28, 28])) }
                == "The network takes batches of images of shape [1, 8, 8], but was given a tensor of shape "
                + "[2, 1, 28, 28].")
        var batch = try Tensor(shape: [3, 1, 8, 8])
        batch[2, 0, 7, 1] = .infinity
        #expect(
            text { _ = try predictor.predict(batch) }
                == "The images hold a number that is infinite or not a number, first at [2, 0, 7, 1].")
        #expect(
            text { _ = try predictor.activations(of: ["relu9"], for: batch) }
                == "The network has no layer 'relu9'; the nearest name is 'relu1'.")
        #expect(text { _ = try predictor.evaluate(Bars(count: 0, seed: 1)) } == "There are no images for evaluation.")
        let images = try Tensor(shape: [2, 1, 8, 8])
        #expect(
            text { _ = try InMemoryData(images: images, labels: [0], classes: 3) }
                == "The data do not fit the network: there are 2 images but 1 labels.")
        #expect(
            text { _ = try InMemoryData(images: images, labels: [0, 3], classes: 3) }
                == "Image 1 has label 3, but the network tells 3 classes apart (0 to 2).")
        #expect(
            text { _ = try predictor.evaluate(InMemoryData(images: images, labels: [0, 1], classes: 4)) }
                == "The data do not fit the network: there are 4 classes, but the network's output has shape [3].")
        let wide = try InMemoryData(images: Tensor(shape: [1, 1, 8, 9]), labels: [0], classes: 3)
        #expect(
            text { _ = try Trainer(TrainingSettings()).train(graph, on: wide) }
                == "The data do not fit the network: images have shape [1, 8, 9], the network takes [1, 8, 8].")
        #expect(
            text { _ = try Trainer(TrainingSettings()).train(graph, on: Bars(count: 0, seed: 1)) }
                == "There are no images for training.")
    }

    @Test("settings of training")
    func settings() {
        func make(_ change: (inout TrainingSettings) -> Void) -> String {
            var settings = TrainingSettings()
            change(&settings)
            return text { _ = try Trainer(settings) }
        }
        #expect(make { $0.batchSize = 0 } == "The setting 'batch size' is 0, but must be 1 to 65536.")
        #expect(make { $0.epochs = -1 } == "The setting 'epochs' is -1, but must be 0 to 1000000.")
        #expect(make { $0.workers = 0 } == "The setting 'workers' is 0, but must be 1 to 1024.")
        #expect(
            make { $0.validation = .fraction(1) }
                == "The setting 'validation fraction' is 1, but must be at least 0 and below 1.")
        #expect(make { $0.schedule = .constant(0) } == "The setting 'learning rate' is 0.0, but must be above 0.")
        #expect(
            make { $0.schedule = .constant(.nan) } == "The setting 'learning rate' is nan, but must be above 0.")
        #expect(
            make { $0.optimizer = SGD(momentum: 1) }
                == "The setting 'momentum' is 1.0, but must be at least 0 and below 1.")
        #expect(
            make { $0.optimizer = SGD(nesterov: true) }
                == "The setting 'momentum' is 0, but must be above 0 with nesterov.")
        #expect(
            make { $0.optimizer = Adam(betas: (0.9, 1)) }
                == "The setting 'betas' is 1.0, but must be at least 0 and below 1.")
    }

    @Test("a loss that is no longer finite")
    func diverging() throws {
        let trainer = try Trainer(
            TrainingSettings(epochs: 3, batchSize: 16, optimizer: SGD(), schedule: .constant(1e30)))
        let found = text { _ = try trainer.train(barNetwork(), on: Bars(count: 32, seed: 2)) }
        #expect(
            found
                == "The loss is no longer a finite number in epoch 1, batch 2: the values of layer 'conv2' are the first that "
                + "are not finite; a lower learning rate may help.")
    }

    @Test("checkpoints of other settings")
    func checkpoints() throws {
        let data = Bars(count: 40, seed: 3)
        var settings = TrainingSettings(epochs: 1, batchSize: 16, seed: 5)
        let checkpoint = try Trainer(settings).train(barNetwork(), on: data).checkpoint
        func resume(_ checkpoint: TrainingCheckpoint, _ data: Bars) -> String {
            text { _ = try Trainer(settings).resume(checkpoint, on: data) }
        }
        let prefix = "Training cannot be continued from this checkpoint: "
        #expect(resume(checkpoint, data) == "no error")
        #expect(
            resume(checkpoint, Bars(count: 41, seed: 3))
                == prefix + "its number of training images is 40, not 41.")
        var lacking = checkpoint
        lacking.optimizerState.removeFirst()
        #expect(resume(lacking, data) == prefix + "it lacks the optimiser's 'conv1/weight/exp_avg'.")
        var extra = checkpoint
        extra.optimizerState.append(
            .init(layer: "fc", parameter: "weight", name: "other", tensor: try Tensor(shape: [1])))
        #expect(resume(extra, data) == prefix + "it holds 'fc/weight/other', which the optimiser does not use.")
        var bent = checkpoint
        bent.optimizerState[0] = .init(
            layer: "conv1", parameter: "weight", name: "exp_avg", tensor: try Tensor(shape: [2]))
        #expect(
            resume(bent, data)
                == prefix + "the optimiser's 'conv1/weight/exp_avg' has shape [2], not [8, 1, 3, 3].")
        var lost = checkpoint
        lost.batch = 99
        #expect(resume(lost, data) == prefix + "its position in the training is not possible.")
        settings.seed = 6
        #expect(resume(checkpoint, data) == prefix + "its seed is 5, not 6.")
        settings.optimizer = SGD()
        #expect(resume(checkpoint, data) == prefix + "its optimiser is Adam, not SGD.")
    }
}
