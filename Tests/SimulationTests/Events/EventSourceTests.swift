import Foundation
import SynfireSpikingModels
import SynfireTestSupport
import SynfireUnits
import Testing

/// Sources and drives by their kernels, against the laws that they are to have.
@Suite("Sources in continuous time")
struct EventSourceTests {
    private static let length = 0.25
    private static let ticks = Ticks.count(length)

    /// The times of each neuron's spikes; strips are one kernel each.
    private static func trains(
        _ model: any NeuronModel.Type, _ values: ModelValues, count: Int, strips: [Range<Int>]? = nil, slices: Int,
        seed: UInt64
    ) throws -> [[Double]] {
        var trains = [[Double]](repeating: [], count: count)
        for strip in strips ?? [0..<count] {
            let setup = Rig.setup(values, strip, step: length, seed: seed)
            let made = model.makeEventKernel(setup)
            let kernel = try #require(made)
            for slice in 0..<slices {
                var spikes: [SliceSpike] = []
                kernel.advance(
                    EventFrame(slice: slice, length: ticks, arrivals: .init(start: nil, count: 0)), spikes: &spikes)
                for spike in spikes {
                    #expect(spike.offset >= 0 && spike.offset < ticks)
                    trains[strip.lowerBound + Int(spike.neuron)].append(
                        Ticks.milliseconds(Int64(slice) * ticks + spike.offset))
                }
            }
        }
        return trains
    }

    /// What a stimulus brings to each neuron.
    private static func driven(
        _ values: ModelValues, count: Int, strips: [Range<Int>]? = nil, slices: Int, seed: UInt64
    ) throws -> [[Double]] {
        var trains = [[Double]](repeating: [], count: count)
        for strip in strips ?? [0..<count] {
            let setup = Rig.setup(values, strip, step: length, seed: seed)
            guard case .spikes(let drive)? = PoissonInput.makeEventStimulus(setup) else { throw CancellationError() }
            for slice in 0..<slices {
                let spikes = drive.spikes(in: slice)
                for index in 0..<spikes.count {
                    #expect(spikes.times[index] >= 0 && spikes.times[index] < ticks)
                    trains[strip.lowerBound + Int(spikes.targets[index])].append(
                        Ticks.milliseconds(Int64(slice) * ticks + spikes.times[index]))
                }
            }
        }
        return trains.map { $0.sorted() }
    }

    /// Counts, times and the first intervals of each train against a Poisson process of a rate [1/ms] on [0, duration].
    private static func checkPoisson(_ trains: [[Double]], rate: Double, duration: Double) {
        let histogram = trains.reduce(into: [Int: Int]()) { $0[$1.count, default: 0] += 1 }
        let counts = Chance.poisson(histogram, mean: rate * duration)
        #expect(abs(counts) < 5, "counts: \(counts) standard deviations")
        let uniform = Chance.distance(trains.flatMap { $0 }) { $0 / duration }
        #expect(uniform < 2.5, "times: \(uniform)")
        // As many as a train has almost surely, so that long ones are not left out.
        let number = Int(rate * duration - 6 * (rate * duration).squareRoot())
        guard number > 2 else { return }
        let intervals = trains.flatMap { train in zip(train.dropFirst(), train).prefix(number).map { $0 - $1 } }
        let exponential = Chance.distance(intervals) { 1 - exp(-rate * $0) }
        #expect(exponential < 2.5, "intervals: \(exponential)")
    }

    @Test("A Poisson source has exponential intervals and Poisson counts, whoever has its neurons", .tags(.random))
    func poissonSource() throws {
        let seed = TestSeed.of("poisson source")
        let values = Rig.values(PoissonSource.schema, ["rate": .uniform(400)])
        let trains = try Self.trains(PoissonSource.self, values, count: 300, slices: 800, seed: seed)
        Self.checkPoisson(trains, rate: 0.4, duration: 200)
        let parts = try Self.trains(
            PoissonSource.self, values, count: 300, strips: [0..<7, 7..<100, 100..<300], slices: 800, seed: seed)
        #expect(parts == trains)
    }

    @Test("Windows of sources and drives are exact", .tags(.random))
    func windows() throws {
        let seed = TestSeed.of("windows")
        let window: [String: Column] = ["rate": .uniform(20_000), "start": .uniform(3.3), "stop": .uniform(41.77)]
        let source = try Self.trains(
            PoissonSource.self, Rig.values(PoissonSource.schema, window), count: 100, slices: 400, seed: seed)
        let drive = try Self.driven(Rig.values(PoissonInput.schema, window), count: 100, slices: 400, seed: seed)
        var each = window
        each["rate"] = .perNeuron((0..<100).map { 20_000 + Double($0 % 2) })
        let own = try Self.driven(Rig.values(PoissonInput.schema, each), count: 100, slices: 400, seed: seed)
        for trains in [source, drive, own] {
            let all = trains.flatMap { $0 }
            let (first, last) = (all.min() ?? 0, all.max() ?? 0)
            // A gap of 0.02 ms at 2000 spikes a millisecond has a chance of e^−40.
            #expect(first > 3.3 && first < 3.32 && last <= 41.77 && last > 41.75)
            Self.checkPoisson(trains.map { $0.map { $0 - 3.3 } }, rate: 20, duration: 41.77 - 3.3)
        }
    }

    @Test("Drives of one rate for all have its law", .tags(.random), arguments: [1e-3, 0.04, 0.9, 6.0, 30, 700])
    func blockDrive(rate: Double) throws {
        let seed = TestSeed.of("rate \(rate)")
        let (count, slices) = rate > 100 ? (200, 40) : rate > 1 ? (500, 200) : (5000, rate < 0.01 ? 2000 : 400)
        let values = Rig.values(PoissonInput.schema, ["rate": .uniform(rate * 1e3), "weight": .uniform(1)])
        let trains = try Self.driven(values, count: count, slices: slices, seed: seed)
        Self.checkPoisson(trains, rate: rate, duration: Double(slices) * Self.length)
        let strips = [0..<1, 1..<(count / 3), (count / 3)..<(count / 2 + 1), (count / 2 + 1)..<count]
        #expect(try Self.driven(values, count: count, strips: strips, slices: slices, seed: seed) == trains)
    }

    @Test("What neurons of a block get is independent", .tags(.random), arguments: [0.04, 6.0])
    func independence(rate: Double) throws {
        let seed = TestSeed.of("independence \(rate)")
        let (count, slices) = (600, 400)
        let values = Rig.values(PoissonInput.schema, ["rate": .uniform(rate * 1e3), "weight": .uniform(1)])
        let trains = try Self.driven(values, count: count, slices: slices, seed: seed)
        let mean = rate * Self.length
        let counts = trains.map { train -> [Double] in
            var counts = [Double](repeating: -mean, count: slices)
            for time in train { counts[Int(time / Self.length)] += 1 }
            return counts
        }
        for (neurons, later) in [(1, 0), (2, 0), (3, 0), (7, 0), (64, 0), (0, 1), (1, 1)] {
            var (sum, number) = (0.0, 0.0)
            for n in 0..<(count - neurons) {
                for k in 0..<(slices - later) {
                    sum += counts[n][k] * counts[n + neurons][k + later]
                    number += 1
                }
            }
            let normal = sum / number / mean * number.squareRoot()
            #expect(abs(normal) < 5, "\(neurons) neurons, \(later) slices: \(normal)")
        }
    }

    @Test("A gamma source has gamma distributed intervals and its rate from the beginning on", .tags(.random))
    func gamma() throws {
        let seed = TestSeed.of("gamma")
        let values = Rig.values(GammaSource.schema, ["rate": .uniform(500), "shape": .uniform(2)])
        let trains = try Self.trains(GammaSource.self, values, count: 2000, slices: 800, seed: seed)
        let intervals = trains.flatMap { train in zip(train.dropFirst(), train).prefix(50).map { $0 - $1 } }
        // Shape 2, mean 2 ms: the density is t·e^(−t).
        let distance = Chance.distance(intervals) { 1 - exp(-$0) * (1 + $0) }
        #expect(distance < 2.5, "\(distance)")
        // Stationary: spikes are uniform in time, their variance a quarter and a half smaller.
        let uniform = Chance.distance(trains.flatMap { $0 }) { $0 / 200 }
        #expect(uniform < 2.5, "\(uniform)")
        let mean = trains.reduce(0.0) { $0 + Double($1.count) } / 2000
        #expect(abs(mean - 100) < 5 * (50.0 / 2000).squareRoot(), "\(mean)")
    }

    @Test("An inhomogeneous source follows its rate", .tags(.random))
    func inhomogeneous() throws {
        let seed = TestSeed.of("inhomogeneous")
        let (times, rates) = ([5.1, 20.0, 33.3, 60.7], [800.0, 0, 3000, 100])
        let values = Rig.values(
            InhomogeneousPoissonSource.schema, tables: ["rate_times": [times], "rate_values": [rates]])
        let trains = try Self.trains(InhomogeneousPoissonSource.self, values, count: 500, slices: 400, seed: seed)
        func expected(_ t: Double) -> Double {
            var sum = 0.0
            for (index, start) in times.enumerated() {
                let end = index + 1 < times.count ? times[index + 1] : .infinity
                sum += rates[index] * 1e-3 * max(0, min(t, end) - start)
            }
            return sum
        }
        #expect(trains.allSatisfy { $0.allSatisfy { $0 > 5.1 && !($0 > 20 && $0 < 33.3) } })
        // In the time in which one spike comes in one unit, it is a plain Poisson process.
        Self.checkPoisson(trains.map { $0.map(expected) }, rate: 1, duration: expected(100))
    }

    @Test("Regular sources and arrays spike exactly when they are to")
    func exact() throws {
        let regular = Rig.values(
            RegularSource.schema,
            ["interval": .uniform(0.7), "phase": .uniform(0.3), "start": .uniform(2), "stop": .uniform(50)])
        let found = try Self.trains(RegularSource.self, regular, count: 2, slices: 400, seed: 1)
        let expected: [Double] = (0..<69).map { Double(23 + 7 * $0) / 10 }
        #expect(found[0] == expected)
        #expect(found[1] == found[0])
        let lists = [[0.1, 0.25, 0.25, 7.5, 60.333333333333, 99.999], [], [1e-9, 50]]
        let array = Rig.values(SpikeSourceArray.schema, tables: ["spike_times": lists])
        #expect(try Self.trains(SpikeSourceArray.self, array, count: 3, slices: 400, seed: 1) == lists)
    }
}
