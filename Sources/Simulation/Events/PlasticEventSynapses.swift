import SynfireSpikingModels
import SynfireUnits

/// Synapses of one projection and worker whose weights change, in continuous time.
///
/// A synapse asks for its target's spikes when a spike of its source arrives. Until then they are kept, which is bounded:
/// when many are kept, synapses whose source is silent are settled, that is, their share of the kept spikes is taken into
/// a second weight. What is settled when has no influence on any result.
final class PlasticEventSynapses: EventPlasticity {
    private let rows: EventRows
    /// The delay of all [ticks]; `nil` where each has its own.
    private let delay: Int64?
    private let kernel: any ExactPlasticityKernel
    /// The weights, by place in the tables, as the last spike of each synapse's source has left them.
    private var weights: [Double]

    /// A spike under way.
    private struct Traveller {
        let spike: ExactSourceSpike
        /// The source's synapses, settled after the spike before it.
        let settled: SettledRow?
    }
    /// The spikes under way, by number from ``firstSpike`` on.
    private var travellers: [Traveller] = []
    private var firstSpike = 0
    /// The synapses of silent sources, by row.
    private var settledRows: [Int: SettledRow] = [:]

    /// Weights before spikes that arrive after the end of the run, in order of time for each synapse.
    private var replaced: [(time: Int64, synapse: Int, weight: Double)] = []
    private var goal = Ticks.never

    /// How many spikes may be kept before synapses are settled: in proportion to what tables take.
    private let room: Int
    private var limit: Int

    /// The synapses of a source that has been silent since its last spike.
    private final class SettledRow {
        var synapses: [ExactSynapse]
        var upTo: Int64

        init(_ weights: ArraySlice<Double>, after time: Int64) {
            synapses = weights.map { ExactSynapse(weight: $0, after: time) }
            upTo = time
        }
    }

    /// - Parameters:
    ///   - weight: The weight of all at the start; `nil` for those in the tables.
    ///   - targets: How many neurons the worker has.
    init(_ rows: EventRows, delay: Int64?, weight: Double?, targets: Int, kernel: any ExactPlasticityKernel) {
        self.rows = rows
        self.delay = delay
        self.kernel = kernel
        weights = (0..<rows.count).map { weight ?? Double(rows.weights?[$0] ?? 0) }
        room = max(1024, rows.count / 4, rows.rows, 4 * targets)
        limit = room
    }

    /// How many spikes of sources and targets are kept.
    var storedSpikes: Int { kernel.storedSpikes }

    /// Notes a spike of a source, and gives it a number.
    func sourceSpiked(_ source: Int, time: Int64) -> Int {
        travellers.append(
            Traveller(
                spike: kernel.sourceSpiked(source, time: time), settled: settledRows.removeValue(forKey: source)))
        return firstSpike + travellers.count - 1
    }

    override func targetSpiked(_ target: Int, time: Int64) { kernel.targetSpiked(target, time: time) }

    override func weight(of synapse: Int, spike: Int, target: Int) -> Double {
        let (spike, row) = (travellers[spike - firstSpike].spike, travellers[spike - firstSpike].settled)
        let delay = delay ?? rows.delays?[synapse] ?? 0
        if spike.time + delay > goal { replaced.append((spike.time + delay, synapse, weights[synapse])) }
        var state =
            row?.synapses[synapse - rows.starts[spike.source]]
            ?? ExactSynapse(weight: weights[synapse], after: spike.previous ?? .min)
        kernel.settle(&state, target: target, until: spike, delay: delay)
        weights[synapse] = kernel.transmitted(state, target: target, by: spike, delay: delay)
        return weights[synapse]
    }

    /// The weights as spikes that have arrived up to a time of the present epoch have left them.
    func weights(at time: Int64) -> [Double] {
        var weights = weights
        for change in replaced.reversed() where change.time > time { weights[change.synapse] = change.weight }
        return weights
    }

    /// Goes on to the next epoch.
    ///
    /// - Parameters:
    ///   - number: The first spike that is still under way; `nil` for none.
    ///   - goal: When the run ends [ticks].
    func beginEpoch(firstUnderWay number: Int?, goal: Int64) {
        let first = number ?? firstSpike + travellers.count
        travellers.removeFirst(first - firstSpike)
        firstSpike = first
        replaced.removeAll()
        self.goal = goal
    }

    /// Forgets spikes that nothing asks for any more, where many are kept.
    ///
    /// - Parameter time: All spikes of sources before it have been noted [ticks].
    func forget(at time: Int64) {
        guard kernel.storedSpikes > limit else { return }
        forget(at: time, settling: false)
        // Sources that have been silent for long hold back the spikes of all targets.
        if 2 * kernel.storedSpikes > limit { forget(at: time, settling: true) }
        limit = max(room, 2 * kernel.storedSpikes)
    }

    private func forget(at time: Int64, settling: Bool) {
        var isSilent = [Bool](repeating: true, count: rows.rows)
        // For each source, the last spike but those under way.
        var previous = [Int64](repeating: 0, count: rows.rows)
        var settled = time
        for traveller in travellers {
            let spike = traveller.spike
            if isSilent[spike.source] { previous[spike.source] = spike.previous ?? 0 }
            isSilent[spike.source] = false
            // Before its first spike, a source asks for the last spike of each target only.
            let asked = spike.previous.map { max($0, traveller.settled?.upTo ?? $0) }
            settled = min(settled, asked ?? spike.time)
        }
        for row in 0..<rows.rows where isSilent[row] && rows.starts[row] < rows.starts[row + 1] {
            let next = kernel.nextSpike(of: row, time: time)
            guard let last = next.previous else { continue }
            previous[row] = last
            // One spike more at the time of the last could not be told from it.
            if settling, last < time { settle(row, after: last, until: next) }
            settled = min(settled, settledRows[row]?.upTo ?? last)
        }
        kernel.forget(before: settled, previous: previous)
    }

    private func settle(_ row: Int, after last: Int64, until next: ExactSourceSpike) {
        let first = rows.starts[row]
        let known = settledRows[row] ?? SettledRow(weights[first..<rows.starts[row + 1]], after: last)
        for index in known.synapses.indices {
            kernel.settle(
                &known.synapses[index], target: Int(rows.targets[first + index]), until: next,
                delay: delay ?? rows.delays?[first + index] ?? 0)
        }
        known.upTo = next.time
        settledRows[row] = known
    }
}
