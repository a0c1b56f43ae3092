import Synfire
import Units

// Both modules have a type of this name: one is named by its module.
let own = Units.Milliseconds(count: 0.1)
let step = SynfireUnits.Milliseconds.milliseconds(own.count)

let network = try Network(
    name: "own",
    populations: [
        Population("still", count: 3, model: FitzHughNagumo.self, parameters: ["i": 0]),
        Population("driven", count: 5, model: FitzHughNagumo.self),
    ], projections: [])
let simulation = try ClockSimulation(
    network, step: step, pool: WorkerPool(workers: 2),
    recorders: [Recorder(.spikes, of: ["still", "driven"]), Recorder(.variable("v"), of: "driven", every: 1)])
var counts = [0, 0]
try simulation.run(for: .milliseconds(500)) { segment in
    for index in counts.indices { counts[index] += segment.recordings[index].spikes.times.count }
}
print("\(FitzHughNagumo.schema.summary): \(counts[0]) spikes without drive, \(counts[1]) with")
// The limit cycle has a period of about 40, for each of five neurons.
guard counts[0] == 0, (5 * 9...5 * 16).contains(counts[1]) else {
    fatalError("5 driven neurons of the model should spike some 12 times each, the others never")
}
