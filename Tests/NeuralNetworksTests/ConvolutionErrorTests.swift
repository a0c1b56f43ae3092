import SynfireNeuralNetworks
import Testing

@Suite("Wrong settings and shapes of convolutions, poolings and resampling")
struct ConvolutionErrorTests {
    private func text(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func make(_ kind: String, _ values: [String: HyperparameterValue]) -> String {
        text { _ = try LayerCatalog.makeLayer(kind, values) }
    }

    @Test("settings that contradict each other")
    func settings() {
        let prefix = "contradict each other: "
        let conv: [String: HyperparameterValue] = [
            "in_channels": .integer(4), "out_channels": .integer(6), "kernel_size": .integer(3),
        ]
        func changed(_ more: [String: HyperparameterValue]) -> [String: HyperparameterValue] {
            conv.merging(more) { $1 }
        }
        #expect(
            make("Conv1d", changed(["padding": .list([0, 1, 2, 3])]))
                == "The settings of Conv1d \(prefix)padding is [0, 1, 2, 3], but a signal has two sides: "
                + "[before, after].")
        #expect(
            make("Conv1d", changed(["groups": .integer(3)]))
                == "The settings of Conv1d \(prefix)in_channels is 4, which does not divide into 3 groups.")
        #expect(
            make("Conv2d", changed(["padding": .pair(Pair(1, -1))]))
                == "The setting 'padding' of Conv2d is [1, -1], but must be at least 0.")
        #expect(
            make("Conv2d", changed(["padding": .text("full")])).hasPrefix("The setting 'padding' of Conv2d is full"))
        #expect(
            make("Conv2d", changed(["padding": .list([1, 2, 3])])).hasPrefix("The setting 'padding' of Conv2d is [1"))
        #expect(
            make("ConvTranspose2d", changed(["output_padding": .pair(Pair(0, 2)), "stride": .integer(2)]))
                == "The settings of ConvTranspose2d \(prefix)output_padding is [0, 2], which is not below stride [2, 2]."
        )
        #expect(
            make("ConvTranspose1d", changed(["output_padding": .integer(1)]))
                == "The settings of ConvTranspose1d \(prefix)output_padding is 1, which is not below stride 1.")
        #expect(
            make("ConvTranspose2d", changed(["groups": .integer(4)]))
                == "The settings of ConvTranspose2d \(prefix)out_channels is 6, which does not divide into 4 groups.")
        #expect(
            make("MaxPool2d", ["kernel_size": .integer(3), "padding": .list([2, 1, 0, 0])])
                == "The settings of MaxPool2d \(prefix)padding is [2, 1, 0, 0], which is more than half of "
                + "kernel_size [3, 3].")
        #expect(
            make("MaxPool1d", ["kernel_size": .integer(2), "padding": .integer(3), "dilation": .integer(4)])
                == "The settings of MaxPool1d \(prefix)padding is 3, which is more than half of kernel_size 2 "
                + "with dilation 4.")
        #expect(
            make("AvgPool1d", ["kernel_size": .integer(2), "padding": .pair(Pair(0, 2))])
                == "The settings of AvgPool1d \(prefix)padding is [0, 2], which is more than half of kernel_size 2.")
        #expect(make("Upsample", [:]) == "The settings of Upsample \(prefix)one of size and scale_factor is needed.")
        #expect(
            make("Upsample", ["size": .integer(2), "scale_factor": .integer(2)])
                == "The settings of Upsample \(prefix)only one of size and scale_factor can be given.")
        #expect(
            make("Upsample", ["size": .list([2, 3, 4])])
                == "The settings of Upsample \(prefix)size is [2, 3, 4]; one number is allowed, or two for rows and "
                + "columns.")
        #expect(
            make("Upsample", ["scale_factor": .integer(2), "align_corners": .flag(true)])
                == "The settings of Upsample \(prefix)align_corners needs the mode linear or bilinear, not nearest.")
        #expect(
            make("Upsample", ["scale_factor": .integer(2), "mode": .text("bilinaer")])
                == "The setting 'mode' of Upsample cannot be 'bilinaer'; the nearest name is 'bilinear'.")
        #expect(
            make("AdaptiveAvgPool2d", ["output_size": .integer(0)])
                == "The setting 'output_size' of AdaptiveAvgPool2d is 0, but must be at least 1.")
    }

    private func shape(_ layer: @autoclosure () throws -> any Layer, _ input: [Int]) -> String {
        text { _ = try Graph(name: "g", inputShape: input, sequence: [("a", layer())]) }
    }

    @Test("inputs that do not fit")
    func shapes() {
        func message(_ kind: String, _ shape: [Int], _ needs: String) -> String {
            "The layer 'a' (\(kind)) is given values of shape \(shape), but needs \(needs)."
        }
        #expect(
            shape(try Conv2d(3, 4, kernelSize: 3), [3, 9])
                == message("Conv2d", [3, 9], "a feature map of shape [3, rows, columns]"))
        #expect(
            shape(try Conv2d(3, 4, kernelSize: 3, dilation: 2), [3, 4, 9])
                == message("Conv2d", [3, 4, 9], "at least 5 rows and 5 columns for its window to fit"))
        #expect(
            shape(try Conv1d(3, 4, kernelSize: 3), [3, 9, 9])
                == message("Conv1d", [3, 9, 9], "a signal of shape [3, length]"))
        #expect(
            shape(try Conv1d(3, 4, kernelSize: 6, padding: .signal(before: 1, after: 0)), [3, 4])
                == message("Conv1d", [3, 4], "a length of at least 5 for its window to fit"))
        #expect(
            shape(try ConvTranspose2d(2, 3, kernelSize: 1, padding: 2), [2, 4, 9])
                == message(
                    "ConvTranspose2d", [2, 4, 9],
                    "more rows and columns: its padding of [2, 2] leaves nothing of the output"))
        #expect(
            shape(try ConvTranspose1d(2, 3, kernelSize: 1, padding: 2), [2, 4])
                == message("ConvTranspose1d", [2, 4], "a longer signal: its padding of 2 leaves nothing of the output"))
        #expect(
            shape(try ConvTranspose2d(2, 3, kernelSize: 1, stride: 549_755_813_888), [2, 4, 9])
                == message(
                    "ConvTranspose2d", [2, 4, 9],
                    "a smaller input: its output of shape [3, 1649267441665, 4398046511105] would not fit into memory"))
        #expect(
            shape(try MaxPool2d(kernelSize: 3, roundsUp: true), [3, 4, 1])
                == "no error")
        #expect(
            shape(try MaxPool2d(kernelSize: 3), [3, 4, 2])
                == message("MaxPool2d", [3, 4, 2], "at least 3 rows and 3 columns for its window to fit"))
        #expect(
            shape(try MaxPool2d(kernelSize: 2, stride: 1, padding: 1, dilation: 2), [3, 1, 1])
                == message("MaxPool2d", [3, 1, 1], "more values, so that none of its windows lies on padding alone"))
        #expect(
            shape(try AvgPool1d(kernelSize: 3), [3, 4, 4])
                == message("AvgPool1d", [3, 4, 4], "a signal of shape [channels, length]"))
        #expect(
            shape(try AdaptiveMaxPool2d(outputSize: 2), [5])
                == message("AdaptiveMaxPool2d", [5], "a feature map of shape [channels, rows, columns]"))
        #expect(
            shape(GlobalAvgPool1d(), [5, 2, 2])
                == message("GlobalAvgPool1d", [5, 2, 2], "a signal of shape [channels, length]"))
        #expect(
            shape(try Upsample(scaleFactor: 2, mode: .linear), [5, 2, 2])
                == message("Upsample", [5, 2, 2], "a signal of shape [channels, length]"))
        #expect(
            shape(try Upsample(scaleFactor: 2), [5])
                == message(
                    "Upsample", [5],
                    "a feature map of shape [channels, rows, columns] or a signal of shape [channels, length]"))
        #expect(
            shape(try Upsample(scaleFactor: 0.3, mode: .bilinear), [5, 9, 3])
                == message(
                    "Upsample", [5, 9, 3], "edges of at least 4, so that a scale_factor of 0.3 leaves something"))
        #expect(
            shape(try MaxPool1d(kernelSize: 1 << 39, stride: 1, padding: .same, dilation: 1 << 39), [2, 4])
                == message("MaxPool1d", [2, 4], "more values, so that none of its windows lies on padding alone"))
    }
}
