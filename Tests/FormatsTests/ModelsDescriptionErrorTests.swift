import SynfireFormats
import SynfireNeuralNetworks
import SynfireTestSupport
import Testing

/// A description that is wrong, and what has to be said of it.
struct WrongDescription: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let expected: String

    init(_ name: String, _ text: String, _ expected: String) {
        testDescription = name
        self.text = text
        self.expected = expected
    }

    /// One wrong layer on line 4, after one that makes 2 values of 4.
    init(layer: String, _ expected: String) {
        let text = """
            name: n
            input: [4]
            layers: [{name: a, type: Linear, in_features: 4, out_features: 2},
              \(layer)]
            """
        self.init(layer, text, expected)
    }

    /// A wrong section for training, which begins on line 5.
    init(training: String, _ expected: String) {
        let text = """
            name: n
            input: [1, 4, 4]
            layers: [{name: f, type: Flatten}, {name: a, type: Linear, in_features: 16, out_features: 2}]
            training:
              \(training)
            """
        self.init(training, text, expected)
    }
}

@Suite("Wrong descriptions of networks")
struct ModelsDescriptionErrorTests {
    static let layers: [WrongDescription] = [
        WrongDescription(
            layer: "{name: b, type: Relu}",
            "n.yaml:4:19: there is no kind of layer 'Relu'; did you mean 'ReLU'? Valid names: Linear, Conv2d,"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_feature: 2, out_features: 3}",
            "n.yaml:4:27: layer 'b' has no key 'in_feature'; did you mean 'in_features'?"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 2}",
            "n.yaml:4:3: Linear needs a value for 'out_features'."),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: two, out_features: 3}",
            "n.yaml:4:40: 'in_features' of layer 'b' is 'two', but must be a whole number"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: '2', out_features: 3}",
            "n.yaml:4:40: 'in_features' of layer 'b' is '2', but must be a whole number"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 2.5, out_features: 3}",
            "n.yaml:4:40: The setting 'in_features' of Linear is 2.5, but must be a whole number."),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 2, out_features: 0}",
            "n.yaml:4:57: The setting 'out_features' of Linear is 0, but must be at least 1."),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 2, out_features: 3, bias: 1}",
            "n.yaml:4:66: The setting 'bias' of Linear is 1, but must be true or false."),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 2, out_features: 99999999999999999999}",
            "n.yaml:4:57: 'out_features' of layer 'b' is '99999999999999999999', but must be less than 2^63"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 1073741824, out_features: 1073741824}",
            "n.yaml:4:3: the network up to layer 'b' is too large; the limit is 2^28 parameters"),
        WrongDescription(
            layer: "{name: b, type: Dropout, p: 1.5}",
            "n.yaml:4:31: The setting 'p' of Dropout is 1.5, but must be at least 0 and below 1."),
        WrongDescription(
            layer: "{name: b, type: Dropout, p: .nan}",
            "n.yaml:4:31: 'p' of layer 'b' is '.nan', but must be a number"),
        WrongDescription(
            layer: "{name: b, type: Linear, in_features: 3, out_features: 3}",
            "n.yaml:4:3: The layer 'b' (Linear) is given values of shape [2], but needs"),
        WrongDescription(
            layer: "{name: b, type: ReLU, inputs: [c]}",
            "n.yaml:4:33: The layer 'b' reads 'c', which is neither a layer nor 'input'"),
        WrongDescription(
            layer: "{name: b, type: ReLU, inputs: [a, input]}",
            "n.yaml:4:3: The layer 'b' (ReLU) takes 1 input, but 2 are given."),
        WrongDescription(
            layer: "{name: b, type: ReLU, inputs: [b]}",
            "n.yaml:4:3: These layers wait for each other in a cycle: 'b'."),
        WrongDescription(layer: "{name: a, type: ReLU}", "n.yaml:4:10: Two layers are named 'a'"),
        WrongDescription(layer: "{name: a/b, type: ReLU}", "n.yaml:4:10: 'a/b' cannot name a layer"),
        WrongDescription(layer: "{type: ReLU}", "n.yaml:4:3: layer 2 lacks the key 'name'"),
        WrongDescription(layer: "{name: b}", "n.yaml:4:3: layer 'b' lacks the key 'type'"),
        WrongDescription(layer: "ReLU", "n.yaml:4:3: layer 2 is 'ReLU', but must be a section of keys and values"),
        WrongDescription(
            layer: "{name: b, type: ReLU, type: ReLU}", "n.yaml:4:13: 'type' is given more than once; give it once"),
        WrongDescription(
            layer: "{name: b, type: ReLU, inputs: a}",
            "n.yaml:4:33: 'inputs' of layer 'b' is 'a', but must be a list of layers' names"),
    ]

    static let trainings: [WrongDescription] = [
        WrongDescription(training: "{batch_size: 3}", "n.yaml:5:3: training lacks the key 'epochs'"),
        WrongDescription(
            training: "{rule: perceptrons, epochs: 3}",
            "n.yaml:5:10: there is no learning rule 'perceptrons'; did you mean 'perceptron'?"),
        WrongDescription(
            training: "{rule: perceptron, epochs: 3, batch_size: 4}",
            "n.yaml:5:33: 'batch_size' is for gradient descent; the rule perceptron takes data, validation, epochs,"),
        WrongDescription(
            training: "{rule: perceptron, epochs: 3, lr: 0}",
            "n.yaml:5:37: 'lr' of training is 0.0, but must be above 0"),
        WrongDescription(
            training: "{rule: perceptron, epochs: 3, average: true}",
            "n.yaml:5:33: training has no key 'average'; did you mean 'averaged'?"),
        WrongDescription(
            training: "{rule: perceptron, lr: 1}", "n.yaml:5:3: training lacks the key 'epochs'"),
        WrongDescription(
            training: "{epochs: -1}", "n.yaml:5:12: 'epochs' of training is '-1', but must be 0 to 1000000"),
        WrongDescription(
            training: "{epochs: 1, batchsize: 3}",
            "n.yaml:5:15: training has no key 'batchsize'; did you mean 'batch_size'?"),
        WrongDescription(
            training: "{epochs: 1, validation: 1}",
            "n.yaml:5:27: 'validation' of training is 1.0, but must be at least 0 and below 1"),
        WrongDescription(
            training: "{epochs: 1, seed: -4}", "n.yaml:5:21: 'seed' of training is '-4', but must be 0 to 2^64 - 1"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: adam}}",
            "n.yaml:5:33: there is no optimizer 'adam'; did you mean 'Adam'? Valid names: Adam, AdamW, SGD,"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: SGD, momentum: 1}}",
            "n.yaml:5:48: 'momentum' of the optimizer is 1.0, but must be at least 0 and below 1"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: SGD, betas: [1, 2]}}",
            "n.yaml:5:38: the optimizer has no key 'betas'; valid names: type, lr, momentum"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: Adam, betas: [0.9, 1]}}",
            "n.yaml:5:46: 'betas' of the optimizer is 1.0, but must be at least 0 and below 1"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: Adam, lr: 0}}",
            "n.yaml:5:43: 'lr' of the optimizer is 0.0, but must be above 0"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: cosine, warmup: 2}}",
            "n.yaml:5:48: 'warmup' of the schedule is 2.0, but must be 0 to 1"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: cosinus}}",
            "n.yaml:5:32: there is no schedule 'cosinus'; did you mean 'cosine'?"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: SGD, momentum: 0.9, dampening: 0.1, nesterov: true}}",
            "n.yaml:5:64: 'dampening' of the optimizer is 0.1, but must be 0 with nesterov"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: Adam, betas: [0.9]}}",
            "n.yaml:5:46: 'betas' of the optimizer is a list of 1, but must be a list of two numbers"),
        WrongDescription(
            training: "{epochs: 1, optimizer: {type: Adam, amsgrad: 1}}",
            "n.yaml:5:48: 'amsgrad' of the optimizer is '1', but must be true or false"),
        WrongDescription(
            training: "{epochs: 1, loss: {type: CrossEntropy}}",
            "n.yaml:5:28: there is no loss 'CrossEntropy'; did you mean 'CrossEntropyLoss'? Valid names: CrossEntropyLoss, "
        ),
        WrongDescription(
            training: "{epochs: 1, loss: {type: CrossEntropyLoss, label_smoothing: 2}}",
            "n.yaml:5:63: 'label_smoothing' of the loss is 2.0, but must be 0 to 1"),
        WrongDescription(
            training: "{epochs: 1, loss: {type: CrossEntropyLoss, weight: [1, x]}}",
            "n.yaml:5:58: entry 2 of 'weight' of the loss is 'x', but must be a number"),
        WrongDescription(
            training: "{epochs: 1, loss: {type: CrossEntropyLoss, weight: [1, 2, 3]}}",
            "n.yaml:5:54: 'weight' of the loss is a list of 3, but must be a list of 2, one for each class"),
        WrongDescription(
            training: "{epochs: 1, loss: {type: MSELoss, delta: 2}}", "n.yaml:5:37: the loss has no key 'delta'; valid"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: step}}",
            "n.yaml:5:25: the schedule lacks the key 'step_size'"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: multi_step, milestones: [1, 2.5]}}",
            "n.yaml:5:60: entry 2 of 'milestones' of the schedule is '2.5', but must be a whole number"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: one_cycle, anneal_strategy: cosine}}",
            "n.yaml:5:60: there is no value for 'anneal_strategy' of the schedule: 'cosine'; valid names: cos, linear"),
        WrongDescription(
            training: "{epochs: 1, schedule: {type: cosine, eta_min: 1}}",
            "n.yaml:5:49: 'eta_min' of the schedule is 1.0, but must be 0 to 0.001"),
        WrongDescription(
            training: "{epochs: 1, regularization: {l3: 1}}",
            "n.yaml:5:32: 'regularization' has no key 'l3'; did you mean 'l1'?"),
        WrongDescription(
            training: "{epochs: 1, ema: {decay: 1}}",
            "n.yaml:5:28: 'decay' of 'ema' is 1.0, but must be at least 0 and below 1"),
        WrongDescription(
            training: "{epochs: 1, early_stopping: {monitor: loss}}",
            "n.yaml:5:41: there is no value for 'monitor' of 'early_stopping': 'loss'; "),
        WrongDescription(
            training: "{epochs: 1, clip_norm: 0}", "n.yaml:5:26: 'clip_norm' of training is 0.0, but must be above 0"),
        WrongDescription(
            training: "{epochs: 1, accumulate: 0}",
            "n.yaml:5:27: 'accumulate' of training is '0', but must be 1 to 65536"),
        WrongDescription(
            training: "{epochs: 1, freeze: [b]}", "n.yaml:5:24: there is no layer 'b'; "),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: shift, pixels: 4}]}",
            "n.yaml:5:52: 'pixels' of entry 1 of 'augmentation' of training is '4', but must be 0 to 3"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: horizontal_flip}, {type: horizontal_flip}]}",
            "n.yaml:5:55: the augmentation 'horizontal_flip' is given twice; give it once"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: rotate}]}",
            "n.yaml:5:37: there is no augmentation 'rotate'; valid names: horizontal_flip, vertical_flip, shift, "),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: rotation}]}",
            "n.yaml:5:30: entry 1 of 'augmentation' of training lacks the key 'degrees'"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: rotation, degrees: 9, interpolation: cubic}]}",
            "n.yaml:5:74: 'interpolation' of entry 1 of 'augmentation' of training is 'cubic', but must be 'nearest' or "
                + "'bilinear'"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: shift, pixels: 1.5}]}",
            "n.yaml:5:52: 'pixels' of entry 1 of 'augmentation' of training is '1.5', but must be a whole number"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: erasing, scale: [0.5, 0.1]}]}",
            "n.yaml:5:53: 'scale' of entry 1 of 'augmentation' of training is [0.5, 0.1], but must be a range from its "
                + "smaller to its larger end"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: noise, std: much}]}",
            "n.yaml:5:49: 'std' of entry 1 of 'augmentation' of training is 'much', but must be a number"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: noise, std: }]}",
            "n.yaml:5:49: 'std' of entry 1 of 'augmentation' of training is left empty, but must be a number"),
        WrongDescription(
            training: "{epochs: 1, augmentation: [{type: mixup}, {type: cutout, size: 2}]}",
            "n.yaml:5:45: the augmentation 'cutout' changes single images, so it must stand before 'mixup', which mixes "
                + "those of a batch"),
        WrongDescription(
            training: "{epochs: 1, augmentation: {type: mixup}}",
            "n.yaml:5:29: 'augmentation' of training is a section of keys and values, but must be a list of changes, each "
                + "with a type"),
    ]

    static let texts: [WrongDescription] = [
        WrongDescription("empty", "", "n.yaml: the description is empty"),
        WrongDescription("comments only", "# nothing\n---\n", "n.yaml: the description is empty"),
        WrongDescription(
            "a text", "hello", "n.yaml:1:1: the description is 'hello', but must be a section of keys and values"),
        WrongDescription("a list", "- a", "n.yaml:1:1: the description is a list, but must be a section"),
        WrongDescription("syntax", "name: n\ninput: [1, 2\nlayers: []", "n.yaml:3:7: this is not valid YAML: "),
        WrongDescription("a tab", "name: n\n\tinput: [1]", "n.yaml:2:1: this is not valid YAML: "),
        WrongDescription("control characters", "name: n\ninput: \u{1}", "n.yaml:2:8: this is not valid YAML: control"),
        WrongDescription("two documents", "name: n\n---\nname: m", "n.yaml:2:1: this is not valid YAML: "),
        WrongDescription("an alias without anchor", "name: *n", "n.yaml:1:7: this is not valid YAML: "),
        WrongDescription("an anchor", "name: n\r\ninput: &i [4]", "n.yaml:2:8: anchors"),
        WrongDescription("an anchor behind a false comment", "a: \"\n # \" \nb: [' # ', &x 1]", "n.yaml:3:12: anchors"),
        WrongDescription("an anchor after a rare line end", "a: 1 # c\u{2028}&x b: 2", "n.yaml:2:1: anchors"),
        WrongDescription(
            "a missing section", "name: n\ninput: [4]", "n.yaml:1:1: the description lacks the key 'layers'"),
        WrongDescription(
            "an unknown section", "name: n\ninput: [4]\nlayer: []",
            "n.yaml:3:1: the description has no key 'layer'; did you mean 'layers'?"),
        WrongDescription(
            "a repeated section", "name: n\ninput: [4]\nname: m", "'name' is given more than once; give it once"),
        WrongDescription(
            "seven extents", "name: n\ninput: [4, 4, 4, 4, 4, 4, 4]\nlayers: []",
            "n.yaml:2:8: 'input' of the description is a list of 7, but must be [features], [channels, length] or "
                + "[channels, rows, columns]"
        ),
        WrongDescription(
            "an extent of zero", "name: n\ninput: [0]\nlayers: []",
            "n.yaml:2:9: entry 1 of 'input' of the description is '0', but must be 1 to"),
        WrongDescription(
            "a huge input", "name: n\ninput: [100000, 100000, 100000]\nlayers: []",
            "n.yaml:2:8: 'input' of the description is too large; the limit is 2^28 values"),
        WrongDescription("no layers", "name: n\ninput: [4]\nlayers: []", "n.yaml:3:9: The network 'n' has no layers."),
        WrongDescription(
            "layers left empty", "name: n\ninput: [4]\nlayers:",
            "n.yaml:3:8: 'layers' of the description is left empty, but must be a list of layers"),
        WrongDescription(
            "a layer that does not fit its image",
            "name: n\ninput: [1, 4, 4]\nlayers:\n- {name: c, type: Conv2d, in_channels: 3, out_channels: 2, kernel_size: 3}",
            "n.yaml:4:3: The layer 'c' (Conv2d) is given values of shape [1, 4, 4], but needs a feature map of shape [3,"
        ),
        WrongDescription(
            "augmentation of features",
            "name: n\ninput: [4]\nlayers: [{name: a, type: ReLU}]\n"
                + "training: {epochs: 1, augmentation: [{type: horizontal_flip}]}",
            "n.yaml:4:38: the augmentation 'horizontal_flip' changes images, but the network's input is a list of features"
        ),
    ]

    @Test("are refused with place, fault and what is allowed", arguments: layers + trainings + texts)
    func refused(_ wrong: WrongDescription) throws {
        let error = #expect(throws: ModelDescriptionError.self) {
            try ModelDescription(parsing: wrong.text, file: "n.yaml")
        }
        let description = try #require(error).description
        #expect(description.hasPrefix(wrong.expected) || description.hasSuffix(wrong.expected), "\(description)")
        #expect(!description.contains("\n"))
    }

    @Test("give the place of the first byte that is not UTF-8")
    func notUTF8() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("latin.yaml")
        try (Array("name: n\ninput: [4] # f".utf8) + [0xFC] + Array("r".utf8)).write(to: path)
        #expect(throws: ModelDescriptionError(file: path, position: .init(line: 2, column: 15), reason: .notUTF8)) {
            try ModelDescription.read(path)
        }
    }

    @Test("are refused where they are no files, or too long")
    func noFiles() throws {
        let folder = try TemporaryDirectory()
        let long = folder.file("long.yaml")
        try [UInt8](repeating: UInt8(ascii: "#"), count: 5 << 20).write(to: long)
        for (path, expected) in [
            (folder.file("none.yaml"), "there is no such file"), (folder.path, "it is a folder, not a file"),
            ("/dev/zero", "it is a device or a pipe, not a file"), (long, "the file is too large; the limit is 4 MiB"),
        ] {
            let error = #expect(throws: ModelDescriptionError.self) { try ModelDescription.read(path) }
            #expect(error?.description == "\(path): \(expected)")
        }
    }

    @Test("end the parser at once where they are nested without end", .timeLimit(.minutes(10)))
    func deep() throws {
        for text in [
            String(repeating: "[", count: 200_000), String(repeating: "{a: ", count: 200_000),
            "a: " + String(repeating: "- ", count: 200_000), String(repeating: "? ", count: 200_000),
        ] {
            #expect(throws: ModelDescriptionError.self) { try ModelDescription(parsing: text, file: "deep.yaml") }
        }
    }

    @Test("refuses more layers than any network has")
    func manyLayers() throws {
        let layers = (0..<10_001).map { "- {name: l\($0), type: ReLU}" }.joined(separator: "\n")
        let error = #expect(throws: ModelDescriptionError.self) {
            try ModelDescription(parsing: "name: n\ninput: [4]\nlayers:\n" + layers, file: "n.yaml")
        }
        #expect(error?.description.hasSuffix("the number of layers, 10001, is too large; the limit is 10000") == true)
    }
}
