import Synfire

/// FitzHugh and Nagumo's model, declared outside of Synfire: Euler's method, a spike where v rises above 1.
enum FitzHughNagumo: NeuronModel {
    static let schema = ModelSchema(
        name: "fhn", summary: "FitzHugh-Nagumo",
        equations: ["dv/dt = v - v^3/3 - w + i", "dw/dt = 0.08 (v + 0.7 - 0.8 w)"],
        source: "FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6",
        parameters: [ParameterRow("i", unit: "1", default: 0.5, "Constant drive.")],
        state: [
            ParameterRow("v", unit: "mV", default: -1, "Potential."),
            ParameterRow("w", unit: "1", default: 0, "Recovery."),
        ],
        receptors: [ReceptorRow("input", unit: "mV", "Adds the weight to v.")])

    static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    private final class Kernel: NeuronKernel {
        private let h: Double
        private var drive: [Double]
        private var v: [Double]
        private var w: [Double]

        init(_ setup: KernelSetup) {
            h = setup.step
            drive = (0..<setup.count).map { setup.value("i", $0) }
            v = (0..<setup.count).map { setup.value("v", $0) }
            w = (0..<setup.count).map { setup.value("w", $0) }
        }

        func advance(_ frame: StepFrame) {
            for n in v.indices {
                let before = v[n]
                let rise = before - before * before * before / 3 - w[n] + drive[n]
                let recovery = 0.08 * (before + 0.7 - 0.8 * w[n])
                v[n] = before + h * rise + Double(frame.inputs[0][n])
                w[n] += h * recovery
                if before < 1, v[n] >= 1 { frame.spikes.append(n) }
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { symbol == "v" ? v[neuron] : w[neuron] }
    }
}
