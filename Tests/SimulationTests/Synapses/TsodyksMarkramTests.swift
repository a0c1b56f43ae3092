import Foundation
import SynfireParallel
import SynfireSpikingModels
import SynfireTestSupport
import Testing

@Suite("Short-term plasticity of Tsodyks and Markram")
struct TsodyksMarkramTests {
    private func kernel(_ parameters: [String: Double], sources: Int = 1, step: Double = 0.1) -> any ShortTermKernel {
        TsodyksMarkram.makeKernel(
            Rig.values(TsodyksMarkram.schema, parameters.mapValues { .uniform($0) }), sources: sources, step: step)
    }

    @Test("A regular train ends in the closed form of its steady state", arguments: [0.0, 50, 1000])
    func steadyState(facilitation: Double) {
        let (u, recovery, interval) = (0.2, 300.0, 25.0)
        let kernel = kernel(["u": u, "tau_rec": recovery, "tau_fac": facilitation])
        var factor: Float = 0
        for spike in 1...2000 { factor = kernel.factor(source: 0, step: spike * 250) }
        let kept = facilitation > 0 ? exp(-interval / facilitation) : 0
        let (left, steadyU) = (exp(-interval / recovery), u / (1 - (1 - u) * kept))
        let steadyX = (1 - left) / (1 - (1 - steadyU) * left)
        #expect(abs(Double(factor) / (steadyU * steadyX) - 1) < 1e-6)
    }

    @Test("Random trains of several sources agree with resources integrated in time", .tags(.random))
    func integrated() {
        let seed = TestSeed.of("Tsodyks–Markram")
        let (u, recovery, facilitation, h) = (0.3, 120.0, 60.0, 0.1)
        let kernel = kernel(
            ["u": u, "tau_rec": recovery, "tau_fac": facilitation, "x_initial": 0.8, "u_initial": 0.4], sources: 3)
        var stream = RandomStream(seed: seed, stream: 1)
        var resources = Array(repeating: (x: 0.8, u: 0.4, isFirst: true), count: 3)
        var worst = 0.0
        for step in 1...20_000 {
            for source in 0..<3 {
                // Between spikes x relaxes to 1 and u to its value of rest, one step after the other.
                if !resources[source].isFirst {
                    resources[source].x += (1 - resources[source].x) * -expm1(-h / recovery)
                    resources[source].u -= resources[source].u * -expm1(-h / facilitation)
                }
                // Two spikes in one step now and then.
                for _ in 0..<(stream.uniform() < 0.01 ? (stream.uniform() < 0.2 ? 2 : 1) : 0) {
                    if resources[source].isFirst {
                        resources[source].isFirst = false
                    } else {
                        resources[source].u += u * (1 - resources[source].u)
                    }
                    let expected = resources[source].u * resources[source].x
                    resources[source].x -= expected
                    worst = max(worst, abs(Double(kernel.factor(source: source, step: step)) - expected))
                }
            }
        }
        print("Tsodyks–Markram: greatest difference \(worst)")
        #expect(worst < 1e-6)
    }

    @Test("Factors are those of NEST's tsodyks2_synapse")
    func nest() throws {
        let reference = try NESTSynapses.load()
        let cases = reference.cases.filter { $0.model == "tsodyks2_synapse" }
        #expect(cases.count == 2)
        for item in cases {
            let p = item.parameters
            let kernel = kernel(
                [
                    "u": p["U"] ?? 0, "tau_rec": p["tau_rec"] ?? 0, "tau_fac": p["tau_fac"] ?? 0,
                    "u_initial": p["u"] ?? 0, "x_initial": p["x"] ?? 0,
                ], step: reference.step)
            var worst = 0.0
            for (step, weight) in zip(reference.source, item.weights) {
                worst = max(worst, abs(Double(kernel.factor(source: 0, step: step)) - weight))
            }
            print("tsodyks2_synapse, NEST \(reference.nest): greatest difference \(worst)")
            #expect(worst < 1e-7)
        }
    }
}
