import Synfire

// 400 leaky neurons that noise excites and that inhibit one another.
let network = try Network(
    name: "loop",
    populations: [Population("cells", count: 400, model: LIFCurrentExponential.self, parameters: ["tau_m": 20])],
    projections: [
        Projection(
            "inhibition", from: "cells", to: "cells", connector: FixedInDegreeConnector(inDegree: 40),
            synapse: Synapse(weight: -40, delay: .milliseconds(1.5)), receptor: "inhibitory")
    ],
    stimuli: [
        Stimulus(
            "noise", PoissonInput.self, to: "cells", receptor: "excitatory",
            parameters: ["rate": 8000, "weight": 60])
    ])
let simulation = try ClockSimulation(
    network, step: .milliseconds(0.1), seed: 1, pool: WorkerPool(), recorders: [Recorder(.spikes, of: "cells")])
var spikes = SpikeTrain()
try simulation.run(for: .milliseconds(1000)) { segment in
    spikes.times += segment.recordings[0].spikes.times
    spikes.neurons += segment.recordings[0].spikes.neurons
}
print("\(Double(spikes.times.count) / 400) spikes a second and cell; the first at \(spikes.times.first ?? .nan) ms")
