import SynfireFormats
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// What `--record` asks of a network that runs on a clock.
///
///     spikes                  the spikes of all populations that spike
///     spikes:exc[0-99]        those of some neurons
///     v:exc, i_ex:exc[0-9]    a state variable
///     none                    nothing
enum RecorderOption {
    /// - Throws: ``RequestError`` for a word, variable, population or neuron that does not exist.
    static func read(_ text: String, network: Network, interval: Milliseconds) throws -> [Recorder] {
        let sizes = network.populations.map { ($0.name, $0.count) }
        return try RecordingOption.split(text).filter { $0 != "none" }.map { word in
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            if word == "spikes" { return Recorder(.spikes, of: Assembly(spiking(network))) }
            guard parts.count == 2 else {
                throw RequestError(
                    "--record '\(word)' is not known: give spikes, spikes:POPULATION, VARIABLE:POPULATION, "
                        + "VARIABLE:POPULATION[FIRST-LAST,…] or none, separated by commas")
            }
            let view: PopulationView
            do throws(PopulationViewError) {
                view = try PopulationView(parsing: parts[1], populations: sizes)
            } catch {
                throw RequestError("--record '\(word)': \(error)")
            }
            guard let schema = network.population(named: view.population)?.model.schema else {
                throw RequestError("--record '\(word)' names no population")
            }
            if parts[0] == "spikes" {
                guard schema.emitsSpikes else {
                    throw RequestError("--record '\(word)': '\(view.population)' (\(schema.name)) emits no spikes")
                }
                return Recorder(.spikes, of: Assembly([view]))
            }
            let known = schema.state.map(\.symbol) + (schema.emitsSpikes ? ["spikes"] : [])
            guard known.contains(parts[0]) else {
                throw RequestError(
                    "--record '\(word)': '\(view.population)' (\(schema.name)) has no variable '\(parts[0])'; "
                        + NearestName.hint(parts[0], among: known))
            }
            return Recorder(.variable(parts[0]), of: Assembly([view]), every: interval.value)
        }
    }

    /// Every population that spikes.
    static func spiking(_ network: Network) -> [PopulationView] {
        network.populations.filter(\.spikes).map { PopulationView($0.name) }
    }
}
