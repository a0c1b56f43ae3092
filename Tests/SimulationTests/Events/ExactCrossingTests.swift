import Foundation
import SynfireSpikingModels
import SynfireTestSupport
import SynfireUnits
import Testing

/// When neurons reach threshold, against arithmetic of 60 digits.
///
/// Potentials are sums of a few terms, each of which is right to some rounding errors of its size: so the potential is
/// right to ε = 4·ulp(largest term), as all 60,000 cases show. Where the slope is s and the curvature b, a level
/// is then reached within 2ε/s of the right time, and within 2·√(2ε/|b|) near a maximum. A quadratic neuron runs away from where
/// it begins: what ε means for its time follows from the least slope on the way.
@Suite("Exact crossings", .serialized)
struct ExactCrossingTests {
    /// The error of a potential, in units in the last place of its largest term.
    private static let roundings = 4.0
    /// How many cases there are for each model.
    private static let count = 10_000

    /// What a way of computing found for one case.
    struct Found {
        var spike: Double?
        /// The second derivative of the potential at the spike [mV/ms²].
        var bend = 0.0
        /// The factor by which an error at the start is greater at the spike, relative to the slope there; in 1/slope.
        var growth: Double?
        /// By what an error of the potential has grown at the horizon.
        var amplification = 1.0
        /// The state at the horizon, where there is no spike.
        var end: [String: Double] = [:]
    }

    /// Carries the neuron of a case from input to input.
    private static func follow<Form: ClosedForm>(
        _ cases: ExactCases, _ setup: KernelSetup, _ number: Int, _: Form.Type,
        bend: (Form, Form.Constants) -> Double
    ) -> Found {
        let constants = Form.constants(setup, neuron: number)
        var form = Form(setup, neuron: number, constants)
        var (now, found) = (0.0, Found())
        var growth = QuadraticGrowth()
        let horizon = cases["horizon", number]
        let ends = cases.inputs[number].map { ($0.time, Optional($0)) } + [(horizon, nil)]
        for (time, input) in ends {
            let wait = form.crossing(within: time - now, constants)
            let before = form
            form.advance(by: wait ?? time - now, constants)
            growth.note(before, form, wait ?? time - now, constants)
            if let wait {
                found.spike = now + wait
                found.bend = bend(form, constants)
                found.growth = growth.time
                return found
            }
            now = time
            found.amplification = growth.error
            guard let input else { break }
            form.receive(input.weight, receptor: input.receptor, constants)
        }
        for row in cases.model.schema.state { found.end[row.symbol] = form.value(of: row.symbol, constants) }
        return found
    }

    private static func followLeaky<Currents: MembraneCurrents>(
        _ cases: ExactCases, _ setup: KernelSetup, _ number: Int, _: Currents.Type
    ) -> Found {
        follow(cases, setup, number, LeakyMembrane<Currents>.self) { form, c in
            let rate = form.currents.act(after: 0, decay: 1, on: c.membrane, c.currents).rate
            return (c.membrane.resistance * rate - cases["slope", number]) / c.membrane.tau
        }
    }

    private static func follow(_ cases: ExactCases, _ setup: KernelSetup, _ number: Int) -> Found {
        switch cases.model.schema.name {
        case "if": follow(cases, setup, number, IntegratingForm.self) { _, _ in 0 }
        case "lif_curr_delta": followLeaky(cases, setup, number, PotentialJumps.self)
        case "lif_curr_exp": followLeaky(cases, setup, number, ExponentialCurrents.self)
        case "lif_curr_alpha": followLeaky(cases, setup, number, AlphaForms.self)
        case "lif_curr_exp_adapt": followLeaky(cases, setup, number, AdaptingCurrents.self)
        default: follow(cases, setup, number, QuadraticForm.self) { _, _ in 0 }
        }
    }

    /// The first spikes of the cases' neurons by a kernel, with slices of a length [ms] up to 64 ms.
    private static func kernelSpikes(_ cases: ExactCases, length: Double) throws -> [Double?] {
        let setup = KernelSetup(
            neurons: 0..<cases.count, neuronsPerChannel: 1, step: length, values: cases.values, seed: 1, stream: 1)
        let made = cases.model.makeEventKernel(setup)
        let kernel = try #require(made)
        var spikes = [Double?](repeating: nil, count: cases.count)
        let targets = (0..<Int32(cases.count)).map { $0 }
        var inputs = cases.inputs.enumerated().flatMap { number, list in list.map { (number, $0) } }
        inputs.sort { $0.1.time < $1.1.time }
        var next = 0
        let ticks = Ticks.count(length)
        try targets.withUnsafeBufferPointer { targets in
            let base = try #require(targets.baseAddress)
            for slice in 0..<Int(64 / length) {
                let start = Int64(slice) * ticks
                var runs: [ArrivalRun] = []
                while next < inputs.count, Ticks.count(inputs[next].1.time) < start + ticks {
                    let (number, input) = inputs[next]
                    runs.append(
                        ArrivalRun(
                            offset: Ticks.count(input.time) - start, targets: base + number, weight: input.weight,
                            count: 1,
                            receptor: input.receptor))
                    next += 1
                }
                var found: [SliceSpike] = []
                runs.withUnsafeBufferPointer { runs in
                    kernel.advance(EventFrame(slice: slice, length: ticks, arrivals: runs), spikes: &found)
                }
                #expect(kernel.failure == nil)
                for spike in found where spikes[Int(spike.neuron)] == nil {
                    let time = Ticks.milliseconds(start + spike.offset)
                    if time <= 1e-12 + cases["horizon", Int(spike.neuron)] { spikes[Int(spike.neuron)] = time }
                }
            }
        }
        return spikes
    }

    /// How far from the right time a spike may be [ms].
    private static func allowance(_ cases: ExactCases, _ number: Int, _ found: Found) -> Double {
        let error = roundings * cases.scale(number).ulp
        let time = cases["spike_time", number]
        // An input's own time is added up from intervals.
        let sum = 8 * time.ulp
        if cases["by_jump", number] == 1 { return sum }
        if let growth = found.growth { return error * growth + sum }
        let tangent = found.bend < 0 ? 2 * (2 * error / -found.bend).squareRoot() : .infinity
        return min(2 * error / cases["slope", number], tangent) + sum
    }

    @Test("Each crossing is found, none is added, and times are right to rounding", .tags(.random), arguments: 0..<6)
    func crossings(_ model: Int) throws {
        let seed = TestSeed.of(ExactCases.models[model].schema.name)
        let clock = ContinuousClock()
        let began = clock.now
        let cases = try ExactCases(ExactCases.models[model], count: Self.count, seed: seed)
        let computed = clock.now
        let setup = KernelSetup(
            neurons: 0..<cases.count, neuronsPerChannel: 1, step: 1, values: cases.values, seed: 1, stream: 1)
        let found = (0..<cases.count).map { Self.follow(cases, setup, $0) }
        let long = try Self.kernelSpikes(cases, length: 64)
        let short = try Self.kernelSpikes(cases, length: 0.0625)
        var (grazing, spikes, wrong) = (0, 0, 0)
        var (worst, worstClear, worstRatio, worstState) = (0.0, 0.0, 0.0, 0.0)
        for number in 0..<cases.count {
            let own = found[number]
            if cases.isGrazing(number) {
                grazing += 1
                wrong += (own.spike == nil) == (cases.spike(number) == nil) ? 0 : 1
                continue
            }
            func missing(_ way: String) -> String {
                "case \(number) of seed \(seed), \(way): \(String(describing: cases.spike(number))), margin "
                    + "\(cases["margin", number])"
            }
            guard let exact = cases.spike(number) else {
                #expect(own.spike == nil, "\(missing("closed form"))")
                // A crossing just after the horizon may lie on its tick.
                let tick = Ticks.milliseconds(1)
                #expect(
                    [long[number], short[number]].allSatisfy {
                        $0.map { $0 > cases["horizon", number] - tick } ?? true
                    },
                    "\(missing("kernel")): \(long[number] ?? .nan), \(short[number] ?? .nan) ms")
                for row in cases.model.schema.state {
                    let (value, end) = (own.end[row.symbol] ?? .nan, cases[row.symbol + "_end", number])
                    let scale = max(abs(end), row.symbol == "v" ? cases.scale(number) : 0, 1e-300)
                    worstState = max(worstState, abs(value - end) / scale)
                    // A quadratic neuron's error grows while it runs away.
                    let grown = Self.roundings * cases.scale(number).ulp * own.amplification
                    #expect(
                        abs(value - end) <= max(1e-12 * scale, own.amplification > 1 ? grown : 0),
                        "case \(number) of seed \(seed), \(row.symbol): \(value), \(end)")
                }
                continue
            }
            spikes += 1
            let exactly = Self.allowance(cases, number, own)
            for (way, time) in [("closed form", own.spike), ("one slice", long[number]), ("slices", short[number])] {
                // Kernels round a crossing to the nearest tick.
                let allowed = way == "closed form" ? exactly : exactly + 0.5e-12
                let error = abs((time ?? .infinity) - exact)
                worst = max(worst, error)
                if exactly <= 1e-12 { worstClear = max(worstClear, error) }
                worstRatio = max(worstRatio, error / allowed)
                #expect(
                    error <= allowed,
                    """
                    case \(number) of seed \(seed), \(way): \(String(describing: time)), not \(exact); \
                    slope \(cases["slope", number]), \(error) is more than \(allowed); scale \(cases.scale(number))
                    """)
            }
        }
        print(
            """
            \(cases.model.schema.name): \(cases.count) cases, \(spikes) spikes, \(grazing) grazing of which \(wrong) \
            other; worst \(worst) ms, \(worstClear) ms where 1e-12 is allowed, \(worstRatio) of what is allowed, \
            state \(worstState); reference \(computed - began), own \(clock.now - computed)
            """)
    }
}

/// How errors of a quadratic neuron grow: where it is slow at first and fast later, they do so with the ratio of the slopes.
struct QuadraticGrowth {
    /// An error of the potential now, in those of the start.
    private(set) var error = 1.0
    /// What it means for the time of the next spike, in 1/slope; `nil` for neurons whose errors shrink.
    private(set) var time: Double?

    mutating func note<Form: ClosedForm>(
        _ before: Form, _ after: Form, _ interval: Double, _ constants: Form.Constants
    ) {
        guard let before = before as? QuadraticForm, let after = after as? QuadraticForm,
            let c = constants as? QuadraticForm.Constants
        else { return }
        let q = c.offset + c.bias * c.perCurrent
        func slope(_ u: Double) -> Double { abs(c.rate * (u * u + q)) }
        var least = min(slope(before.potential), slope(after.potential))
        if before.potential < 0, after.potential > 0 { least = min(least, abs(c.rate * q)) }
        // Rounding of q acts all the time: relative to the two terms that it is a difference of.
        let terms = max(-c.offset, abs(c.bias * c.perCurrent))
        let drift = 1 + c.rate * terms / max((-c.offset).squareRoot(), 1) * interval
        time = (error + drift) / least
        error = (error + drift) * max(1, slope(after.potential) / least)
    }
}
