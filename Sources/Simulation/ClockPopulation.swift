import SynfireSpikingModels

/// One population of the clock engine.
///
/// A step sums the inputs, moves every potential once and compares it with its threshold once:
///
///     x ← x + (b·h + Σ w);  x ≥ θ: spike, then x ← x − θ or x ← x_reset
///
/// Targets sum over the *sites* of a route in ascending order of place (rows, columns, channels): several spikes under
/// one pooling window are added up first. The order is always the same, and so is every bit.
final class ClockPopulation {
    let plan: PlanPopulation
    /// The places of the neurons that spiked in the current step, ascending.
    private(set) var spikes: [Int32] = []

    private let potentials: WorkBuffer<Float>
    /// b·h for each place.
    private let current: WorkBuffer<Float>
    private let input: WorkBuffer<Float>
    private let threshold: WorkBuffer<Float>?
    private let resetTo: WorkBuffer<Float>?
    private let flags: WorkBuffer<UInt8>
    private let found: SpikeList
    private let period: Int
    private let count: Int
    private let step: Double
    /// What a step multiplies currents by.
    private let currentsPerStep: Double
    private let firstOnset: Double
    private let lastOnset: Double

    init(_ plan: PlanPopulation, step: Double, currentsPerStep: Double) {
        self.plan = plan
        self.step = step
        self.currentsPerStep = currentsPerStep
        firstOnset = plan.onset.min() ?? 0
        lastOnset = plan.onset.max() ?? 0
        period = plan.period
        count = plan.count
        potentials = WorkBuffer(repeating: 0, count: count)
        current = WorkBuffer(repeating: 0, count: count)
        input = WorkBuffer(repeating: 0, count: count)
        threshold = plan.threshold.map { WorkBuffer($0.map(Float.init)) }
        resetTo = plan.resetTo.map { WorkBuffer($0.map(Float.init)) }
        flags = WorkBuffer(repeating: 0, count: (count + 63) / 64 * 64)
        found = SpikeList(capacity: count)
    }

    /// Goes back to the start of a trial.
    func reset(drive: WorkBuffer<Double>?) {
        for place in 0..<count {
            potentials.base[place] = Float(plan.initial[place % plan.initial.count])
            let slope = plan.current[place % period] + (drive?.base[place] ?? 0)
            current.base[place] = Float(slope * currentsPerStep)
        }
        spikes.removeAll(keepingCapacity: true)
    }

    /// The potential after the current step.
    func potential(_ place: Int) -> Double {
        plan.resistance[place % period] * Double(potentials.base[place])
    }

    /// Starts a step in which spikes may arrive: the input begins with the constant current.
    func beginStep() { input.base.update(from: current.base, count: count) }

    /// Adds what a site brings, with a factor.
    @inline(__always) func add(_ site: Int, _ amount: Float, _ scatter: Route.Scatter) {
        switch scatter {
        case .entries(let table):
            for entry in table.entries(of: site) {
                input.base[Int(table.targets[entry])] += amount * table.factors[entry]
            }
        case .runs(let runs):
            runs.pointee.forEachRun(ofSite: site) { target, weights, length, _ in
                let targets = input.base + target
                for index in 0..<length { targets[index] += amount * weights[index] }
            }
        }
    }

    /// Adds what all active sites bring.
    func add(_ sites: ActiveSites, _ gather: WindowGather) { gather.add(sites, to: input.base) }

    /// Ends a step: moves the potentials and finds the spikes.
    ///
    /// - Parameters:
    ///   - hasBegun: Whether ``beginStep()`` was called; without, the input is the constant current.
    ///   - time: The end of the step.
    func endStep(hasBegun: Bool, at time: Double) {
        spikes.removeAll(keepingCapacity: true)
        let (values, inputs) = (potentials.base, hasBegun ? input.base : current.base)
        guard let threshold, time >= firstOnset - 1e-9 * step else {
            for place in 0..<count { values[place] += inputs[place] }
            return
        }
        if time < lastOnset {
            // Not before its onset does a neuron have a threshold.
            for column in 0..<period {
                let isAwake = time >= plan.onset[column] - 1e-9 * step
                threshold.base[column] = isAwake ? Float(plan.threshold?[column] ?? .infinity) : .infinity
            }
        } else if let levels = plan.threshold, lastOnset > firstOnset {
            for column in 0..<period { threshold.base[column] = Float(levels[column]) }
        }
        let flags = flags.base
        var first = 0
        while first < count {
            let (x, i, f) = (values + first, inputs + first, flags + first)
            let level = threshold.base
            if let reset = resetTo?.base {
                for column in 0..<period {
                    let value = x[column] + i[column]
                    let isSpike = value >= level[column]
                    x[column] = isSpike ? reset[column] : value
                    f[column] = isSpike ? 1 : 0
                }
            } else {
                for column in 0..<period {
                    let value = x[column] + i[column]
                    let isSpike = value >= level[column]
                    x[column] = value - (isSpike ? level[column] : 0)
                    f[column] = isSpike ? 1 : 0
                }
            }
            first += period
        }
        found.removeAll()
        found.append(flags: flags, count: count)
        spikes.append(contentsOf: UnsafeBufferPointer(start: found.base, count: found.count))
    }
}
