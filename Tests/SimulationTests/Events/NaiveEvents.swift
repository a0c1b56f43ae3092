import Foundation

/// A simulator of leaky neurons with jumps of the potential, or with exponential currents, that has nothing in common with the
/// engine: one queue of events for all, no slices, no workers, textbook formulas, and crossings by bisection.
final class NaiveEvents {
    struct Neuron {
        var tau, capacitance, rest, threshold, reset, refractory, bias: Double
        /// In ms; `nil` where input moves the potential at once.
        var synaptic: (excitatory: Double, inhibitory: Double)?
        var v: Double
        var excitatory = 0.0
        var inhibitory = 0.0
        /// The time that the state stands for.
        var time = 0.0
        var freeAt = 0.0
    }

    struct Synapse {
        var target: Int
        var weight, delay: Double
    }

    private struct Event {
        var time: Double
        /// Of several at one time, that of a lower projection, source and synapse comes first.
        ///
        /// Crossings come before all,
        /// but those that a jump makes after all, since what arrives at one time is added up.
        var rank: (Int, Int, Int)
        var target: Int
        var weight: Double
    }

    private(set) var neurons: [Neuron]
    private(set) var spikes: [(time: Double, neuron: Int)] = []
    /// Outgoing synapses of each neuron and projection.
    private let outgoing: [[(projection: Int, synapses: [Synapse])]]
    private var queue: [Event] = []

    init(_ neurons: [Neuron], outgoing: [[(projection: Int, synapses: [Synapse])]]) {
        self.neurons = neurons
        self.outgoing = outgoing
    }

    /// A spike from outside, of projection `rank`.
    func send(at time: Double, to target: Int, weight: Double, projection: Int, source: Int, synapse: Int) {
        push(Event(time: time, rank: (projection, source, synapse), target: target, weight: weight))
    }

    func run(until end: Double) {
        for neuron in neurons.indices { predict(neuron, end) }
        while let event = queue.first, event.time <= end {
            pop()
            let neuron = event.target
            if event.rank.0 < 0 || event.rank.0 == .max {
                // A crossing that an input has since made untrue is told by the time for which it was predicted.
                guard event.rank.1 == stamps[neuron] else { continue }
                advance(neuron, to: event.time)
                spike(neuron, event.time)
            } else {
                advance(neuron, to: event.time)
                take(event.weight, neuron)
            }
            predict(neuron, end)
        }
    }

    private var stamps: [Int: Int] = [:]

    private func take(_ weight: Double, _ n: Int) {
        if neurons[n].synaptic != nil {
            if weight > 0 { neurons[n].excitatory += weight } else { neurons[n].inhibitory += weight }
            return
        }
        guard neurons[n].time >= neurons[n].freeAt else { return }
        neurons[n].v += weight
    }

    private func spike(_ n: Int, _ time: Double) {
        spikes.append((time, n))
        neurons[n].v = neurons[n].reset
        neurons[n].freeAt = time + neurons[n].refractory
        for (projection, synapses) in outgoing[n] {
            for (number, synapse) in synapses.enumerated() {
                push(
                    Event(
                        time: time + synapse.delay, rank: (projection, n, number), target: synapse.target,
                        weight: synapse.weight))
            }
        }
    }

    /// The potential a while after the state's time, without threshold.
    private func potential(_ n: Neuron, after t: Double) -> Double {
        let decay = exp(-t / n.tau)
        let drive = n.rest + n.tau / n.capacitance * n.bias
        var v = drive + (n.v - drive) * decay
        guard let synaptic = n.synaptic else { return v }
        for (current, tau) in [(n.excitatory, synaptic.excitatory), (n.inhibitory, synaptic.inhibitory)] {
            v += current / n.capacitance * n.tau * tau / (n.tau - tau) * (decay - exp(-t / tau))
        }
        return v
    }

    private func advance(_ number: Int, to time: Double) {
        var n = neurons[number]
        var t = time - n.time
        if n.freeAt > n.time {
            let clamped = min(n.freeAt, time) - n.time
            decay(&n, clamped)
            t -= clamped
        }
        if t > 0, n.freeAt <= time {
            n.v = potential(n, after: t)
            decay(&n, t)
        }
        n.time = time
        neurons[number] = n
    }

    private func decay(_ n: inout Neuron, _ t: Double) {
        guard let synaptic = n.synaptic else { return }
        n.excitatory *= exp(-t / synaptic.excitatory)
        n.inhibitory *= exp(-t / synaptic.inhibitory)
    }

    /// Queues the next crossing of a neuron if nothing comes in before.
    private func predict(_ number: Int, _ end: Double) {
        stamps[number, default: 0] += 1
        var n = neurons[number]
        let start = max(n.time, n.freeAt)
        decay(&n, start - n.time)
        guard start <= end, let wait = crossing(n, within: end - start) else { return }
        let first = wait == 0 ? Int.max : -1
        push(Event(time: start + wait, rank: (first, stamps[number] ?? 0, number), target: number, weight: 0))
    }

    private func crossing(_ n: Neuron, within interval: Double) -> Double? {
        if n.v >= n.threshold { return 0 }
        // Without currents the potential goes where the constant current leads, straight.
        if n.synaptic == nil, n.rest + n.tau / n.capacitance * n.bias <= n.threshold { return nil }
        let width = n.tau / (n.synaptic == nil ? 2 : 100)
        var low = 0.0
        while low < interval {
            var high = min(low + width, interval)
            guard potential(n, after: high) >= n.threshold else {
                low = high
                continue
            }
            while true {
                let middle = 0.5 * (low + high)
                if middle <= low || middle >= high { return high }
                if potential(n, after: middle) >= n.threshold { high = middle } else { low = middle }
            }
        }
        return nil
    }

    // A binary heap.

    private func precedes(_ a: Event, _ b: Event) -> Bool { (a.time, a.rank) < (b.time, b.rank) }

    private func push(_ event: Event) {
        queue.append(event)
        var place = queue.count - 1
        while place > 0, precedes(queue[place], queue[(place - 1) / 2]) {
            queue.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private func pop() {
        queue.swapAt(0, queue.count - 1)
        queue.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < queue.count && precedes(queue[child], queue[least]) {
                least = child
            }
            if least == place { return }
            queue.swapAt(place, least)
            place = least
        }
    }
}

/// By time, and then by rank.
private func < (a: (Double, (Int, Int, Int)), b: (Double, (Int, Int, Int))) -> Bool {
    a.0 != b.0 ? a.0 < b.0 : a.1 < b.1
}
