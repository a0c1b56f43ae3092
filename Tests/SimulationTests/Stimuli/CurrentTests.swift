import Foundation
import SynfireSpikingModels
import SynfireTestSupport
import Testing

@Suite("Injected currents")
struct CurrentTests {
    @Test("A constant current holds from start to stop")
    func direct() {
        let values = Rig.values(
            DirectCurrent.schema,
            ["amplitude": .perNeuron([3, -2]), "start": .uniform(1), "stop": .perNeuron([2, 1.5])])
        let course = Rig.course(DirectCurrent.self, values, strips: [0..<2], step: 0.1, steps: 40)
        for (index, row) in course.enumerated() {
            #expect(row == [(10..<20).contains(index) ? 3 : 0, (10..<15).contains(index) ? -2 : 0])
        }
    }

    @Test("A stepped current holds each level from its time on")
    func stepped() {
        let shared = Rig.values(
            StepCurrent.schema,
            tables: ["amplitude_times": [[0.3, 1, 1.95]], "amplitude_values": [[5, 0, -7]]])
        let own = Rig.values(
            StepCurrent.schema,
            tables: ["amplitude_times": [[0], [0.3, 1, 1.95]], "amplitude_values": [[2], [5, 0, -7]]])
        let a = Rig.course(StepCurrent.self, shared, strips: [0..<1, 1..<2], step: 0.1, steps: 40)
        let b = Rig.course(StepCurrent.self, own, strips: [0..<2], step: 0.1, steps: 40)
        for index in 0..<40 {
            let level: Float = index < 3 ? 0 : index < 10 ? 5 : index < 20 ? 0 : -7
            #expect(a[index] == [level, level] && b[index] == [2, level], "step \(index + 1)")
        }
        let odd = Rig.values(StepCurrent.schema, tables: ["amplitude_times": [[1]], "amplitude_values": [[]]])
        #expect(
            StepCurrent.fault(odd, neuron: 0)
                == "amplitude_times has 1 numbers, but amplitude_values has 0: give one level a time")
    }

    @Test("A sinusoidal current is its formula at the start of each step, after 1e9 steps too")
    func alternating() {
        let values = Rig.values(
            AlternatingCurrent.schema,
            [
                "amplitude": .uniform(100), "offset": .uniform(7), "frequency": .perNeuron([35, 500]),
                "phase": .uniform(30), "start": .uniform(1), "stop": .uniform(50),
            ])
        let course = Rig.course(AlternatingCurrent.self, values, strips: [0..<2], step: 0.1, steps: 600)
        for (index, row) in course.enumerated() {
            for (neuron, frequency) in [35.0, 500].enumerated() {
                let seconds = Double(index) * 1e-4
                let exact = 7 + 100 * sin(2 * .pi * frequency * seconds + .pi / 6)
                let expected = (10..<500).contains(index) ? exact : 0
                #expect(abs(Double(row[neuron]) - expected) < 2e-5, "step \(index + 1)")
            }
        }
        let late = Rig.values(AlternatingCurrent.schema, ["amplitude": .uniform(1), "frequency": .uniform(50)])
        let setup = Rig.setup(late, 0..<1, step: 0.1, seed: 1)
        let kernel = AlternatingCurrent.makeKernel(setup)
        var level: Float = 0
        // 50 Hz has 200 steps a period: step 200·k + 51 is at a quarter.
        kernel.add(step: 200 * 5_000_000 + 51, to: &level)
        #expect(abs(level - 1) < 1e-6)
        let fromStart = Rig.values(
            AlternatingCurrent.schema, ["amplitude": .uniform(1), "start": .uniform(3.7), "phase": .uniform(90)],
            options: ["phase_origin": "start"])
        let cosine = Rig.course(AlternatingCurrent.self, fromStart, strips: [0..<1], step: 0.1, steps: 200)
        #expect(abs(cosine[37][0] - 1) < 1e-6 && cosine[36][0] == 0)
    }

    /// Mean, variance and autocovariance of a course at some lags [steps], over neurons and steps.
    private func moments(_ course: [[Float]], mean: Double, lags: [Int]) -> (mean: Double, covariances: [Double]) {
        let count = course[0].count
        let sum = course.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1) } }
        let covariances = lags.map { lag in
            var total = 0.0
            for k in 0..<(course.count - lag) {
                for n in 0..<count { total += (Double(course[k][n]) - mean) * (Double(course[k + lag][n]) - mean) }
            }
            return total / Double((course.count - lag) * count)
        }
        return (sum / Double(course.count * count), covariances)
    }

    @Test("Noise is held over its interval, and has its mean and deviation", .tags(.random))
    func noise() {
        let seed = TestSeed.of("noise")
        let values = Rig.values(
            NoisyCurrent.schema,
            ["mean": .uniform(20), "stdev": .uniform(5), "dt": .uniform(0.5), "start": .uniform(0.2)])
        let whole = Rig.course(NoisyCurrent.self, values, strips: [0..<2000], step: 0.1, steps: 502, seed: seed)
        #expect(whole[0].allSatisfy { $0 == 0 } && whole[1].allSatisfy { $0 == 0 })
        for k in 2..<502 where (k - 2) % 5 != 0 { #expect(whole[k] == whole[k - 1]) }
        let drawn = stride(from: 2, to: 502, by: 5).map { whole[$0] }
        let number = Double(drawn.count * 2000)
        let found = moments(drawn, mean: 20, lags: [0, 1, 2, 5])
        #expect(abs(found.mean - 20) < 5 * 5 / number.squareRoot())
        #expect(abs(found.covariances[0] / 25 - 1) < 5 * (2 / number).squareRoot())
        for covariance in found.covariances.dropFirst() { #expect(abs(covariance / 25) < 5 / number.squareRoot()) }
        let flat = drawn.flatMap { $0.map { (Double($0) - 20) / 5 } }
        #expect(Chance.distance(flat) { 0.5 * erfc(-$0 / 2.0.squareRoot()) } < 2.3)
        let parts = Rig.course(
            NoisyCurrent.self, values, strips: [0..<3, 3..<1000, 1000..<2000], step: 0.1, steps: 502, seed: seed)
        #expect(whole == parts)
    }

    @Test(
        "The Ornstein–Uhlenbeck current has its mean, variance and autocovariance from the start", .tags(.random),
        arguments: [0.1, 2.5])
    func ornsteinUhlenbeck(step: Double) {
        let seed = TestSeed.of("Ornstein–Uhlenbeck")
        let (mean, sigma, tau) = (-30.0, 12.0, 5.0)
        let values = Rig.values(
            OrnsteinUhlenbeckCurrent.schema, ["mean": .uniform(mean), "sigma": .uniform(sigma), "tau": .uniform(tau)])
        let (count, steps) = (4000, 120)
        let whole = Rig.course(
            OrnsteinUhlenbeckCurrent.self, values, strips: [0..<count], step: step, steps: steps, seed: seed)
        let lags = [0, 1, 7, 50]
        let found = moments(whole, mean: mean, lags: lags)
        // Samples of one neuron count as one every two time constants.
        let number = Double(count) * max(1, Double(steps) * step / (2 * tau))
        #expect(abs(found.mean - mean) < 5 * sigma / number.squareRoot())
        for (lag, covariance) in zip(lags, found.covariances) {
            let exact = sigma * sigma * exp(-Double(lag) * step / tau)
            #expect(abs(covariance - exact) < 5 * sigma * sigma * (2 / number).squareRoot(), "lag \(lag)")
        }
        let first = moments([whole[0]], mean: mean, lags: [0]).covariances[0]
        #expect(abs(first / (sigma * sigma) - 1) < 5 * (2 / Double(count)).squareRoot())
        let parts = Rig.course(
            OrnsteinUhlenbeckCurrent.self, values, strips: [0..<1999, 1999..<count], step: step, steps: steps,
            seed: seed)
        #expect(whole == parts)
        let quiet = Rig.values(
            OrnsteinUhlenbeckCurrent.schema, ["mean": .uniform(mean), "sigma": .uniform(sigma)],
            options: ["begin": "mean"])
        let second = Rig.course(
            OrnsteinUhlenbeckCurrent.self, quiet, strips: [0..<count], step: 1, steps: 2, seed: seed)
        #expect(second[0].allSatisfy { $0 == Float(mean) })
        let grown = moments([second[1]], mean: mean, lags: [0]).covariances[0]
        #expect(abs(grown / (-sigma * sigma * expm1(-2 / tau)) - 1) < 5 * (2 / Double(count)).squareRoot())
    }
}
