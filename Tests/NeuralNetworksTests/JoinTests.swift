import Foundation
import SynfireNeuralNetworks
import SynfireTensors
import Testing

@Suite("Layers that join values")
struct JoinTests {
    @Test("may read a value several times", arguments: [1, 3])
    func severalTimes(workers: Int) throws {
        let graph = try Graph(
            name: "joins", inputShape: [5],
            nodes: [
                .init("x", Tanh(), inputs: ["input"]), .init("y", Sigmoid(), inputs: ["input"]),
                .init("sum", Add(), inputs: ["x", "y", "x"]),
                .init("product", Multiply(), inputs: ["sum", "y", "sum"]),
            ])
        let batch = try randomTensor([9, 5], seed: 41)
        let weights = try randomTensor([9, 5], seed: 42)
        let probe = try graph.probeGradients(for: batch, weights: weights, workers: workers)
        var (values, slopes): ([Float], [Float]) = ([], [])
        for (input, weight) in zip(batch.scalars, weights.scalars) {
            let x = tanh(Double(input))
            let y = 1 / (1 + exp(-Double(input)))
            let (dx, dy, sum) = (1 - x * x, y * (1 - y), 2 * x + y)
            values.append(Float(sum * sum * y))
            slopes.append(weight * Float(2 * sum * (2 * dx + dy) * y + sum * sum * dy))
        }
        let expected = try Tensor(shape: [9, 5], scalars: values)
        expectClose(probe.output, expected, tolerance: 1e-6, "in training")
        expectClose(try graph.predict(batch), expected, tolerance: 1e-6, "in use")
        expectClose(probe.input, try Tensor(shape: [9, 5], scalars: slopes), tolerance: 2e-6, "gradient")
    }

    /// What is said of inputs that do not fit.
    private func fault(_ layer: any Layer, _ inputs: [[Int]]) -> String? {
        do throws(InputMismatch) {
            _ = try layer.outputShape(for: inputs)
            return nil
        } catch {
            return error.expected
        }
    }

    @Test("say which inputs would fit")
    func faults() throws {
        #expect(fault(Add(), [[3, 2, 2], [3, 1, 2], [1, 2, 2]]) == nil)
        #expect(fault(Add(), [[3], [3, 1, 1]]) == "inputs with the same number of axes")
        #expect(fault(Multiply(), [[3, 4], [3, 2]]) == "inputs whose extents are equal or 1 along each axis")
        #expect(fault(try Concat(), [[3, 4], [3, 2]]) == "inputs that differ along axis 1 only")
        #expect(fault(try Concat(axis: 3), [[3], [3]]) == "an axis 3, where 1 is the first behind the batch")
        #expect(fault(try Permute([2, 1]), [[3]]) == "values of 2 axes")
        #expect(fault(try Reshape(to: [5, -1]), [[3, 4]]) == "as many values as the shape [5, -1] holds")
        #expect(fault(try Unflatten(sizes: [2, 3]), [[7]]) == "an axis 1 as long as the sizes [2, 3] make it")
        #expect(
            fault(try Flatten(from: -1, to: 1), [[3, 4]]) == "axes of which start_dim -1 is not behind end_dim 1")
        #expect(fault(try LayerNorm([4]), [[4, 5]]) == "values whose last axes have the extents [4]")
        #expect(fault(try GroupNorm(groups: 2, 4), [[5, 2]]) == "4 channels or features")
        #expect(fault(try PReLU(4), [[5, 2]]) == "4 channels or features, one for each slope")
        #expect(
            fault(try BatchNorm1d(3), [[3, 2, 2]])
                == "a vector of shape [3] or a signal of shape [3, length]")
        #expect(fault(try Dropout2d(), [[3, 2]]) == "a feature map of shape [channels, rows, columns]")
        #expect(fault(try ZeroPad1d([1]), [[3]]) == "a signal of shape [channels, length]")
    }

    @Test("settings that contradict each other are refused")
    func conflicts() {
        func text(_ kind: String, _ values: [String: HyperparameterValue]) -> String {
            do {
                _ = try LayerCatalog.makeLayer(kind, values)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let cases: [(String, [String: HyperparameterValue], String)] = [
            ("Softmax", ["dim": .integer(0)], "dim is 0, the axis of the batch; the first axis of an image is 1"),
            ("Hardtanh", ["min_val": .real(2)], "min_val is 2.0, which is not below max_val 1.0"),
            (
                "GroupNorm", ["num_groups": .integer(3), "num_channels": .integer(4)],
                "num_channels is 4, which num_groups 3 does not divide"
            ),
            ("Permute", ["dims": .list([0, 2, 2])], "dims is [0, 2, 2], but has to name each axis from 1 on once"),
            (
                "Reshape", ["shape": .list([-1, -1])],
                "shape is [-1, -1], but needs extents of at least 1, of which one may be -1"
            ),
            (
                "ZeroPad2d", ["padding": .list([1, 2])],
                "padding is [1, 2], but is one number or [left, right, top, bottom]"
            ),
            ("LayerNorm", ["normalized_shape": .list([])], "normalized_shape has no extents"),
        ]
        for (kind, values, reason) in cases {
            let found = text(kind, values)
            #expect(found.contains(reason) && found.contains(kind), "\(found)")
        }
    }
}
