import ArgumentParser
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// What `--record` asks for, read against a network.
///
///     spikes                  the spikes of all populations that spike
///     spikes:conv1            those of one
///     v:fc2                   the potentials of all neurons of a population
///     v:conv1[0-9,42]         those of some
///     none                    nothing
enum RecordingOption {
    /// - Throws: ``RequestError`` for a word, population or neuron that does not exist.
    static func read(_ text: String, network: Network, interval: Milliseconds) throws -> RecordingRequest {
        var request = RecordingRequest()
        for word in split(text) where word != "none" {
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            switch parts.first {
            case "spikes":
                if parts.count == 1 {
                    request.spikes += network.populations.filter(\.spikes).map(\.name)
                } else {
                    request.spikes.append(try find(parts[1], network).name)
                }
            case "v" where parts.count == 2:
                let name = String(parts[1].prefix { $0 != "[" })
                let population = try find(name, network)
                let chosen = parts[1].dropFirst(name.count)
                request.potentials.append(
                    PotentialProbe(
                        population: name, neurons: try neurons(String(chosen), population, word),
                        interval: interval.value))
            default:
                throw RequestError(
                    "--record '\(word)' is not known: give spikes, spikes:POPULATION, v:POPULATION, "
                        + "v:POPULATION[FIRST-LAST,…] or none, separated by commas")
            }
        }
        var seen: Set<String> = []
        request.spikes = request.spikes.filter { seen.insert($0).inserted }
        return request
    }

    /// Words between commas that stand outside brackets.
    static func split(_ text: String) -> [String] {
        var words = [""]
        var depth = 0
        for character in text {
            depth += character == "[" ? 1 : character == "]" ? -1 : 0
            if character == "," && depth == 0 {
                words.append("")
            } else {
                words[words.count - 1].append(character)
            }
        }
        return words.filter { !$0.isEmpty }
    }

    private static func find(_ name: String, _ network: Network) throws -> Population {
        guard let population = network.population(named: name) else {
            throw RequestError(
                "--record names the population '\(name)', which the network does not have; "
                    + NearestName.hint(name, among: network.populations.map(\.name)))
        }
        return population
    }

    private static func neurons(_ text: String, _ population: Population, _ word: String) throws -> [Int] {
        guard !text.isEmpty else { return Array(0..<population.count) }
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 else {
            throw RequestError("--record '\(word)': give neurons as [3], [0-9] or [0-9,42]")
        }
        var neurons: [Int] = []
        for part in text.dropFirst().dropLast().split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                first >= 0, last < population.count
            else {
                throw RequestError(
                    "--record '\(word)': '\(part)' is no range of neurons; '\(population.name)' has the neurons "
                        + "0 to \(population.count - 1)")
            }
            neurons += first...last
        }
        return neurons
    }
}

extension Population {
    /// Whether it consists of neurons that spike.
    var spikes: Bool { model.schema.emitsSpikes }
}
