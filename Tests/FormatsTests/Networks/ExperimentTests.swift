import SynfireFormats
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

/// A description with one population `a` of 10 and one `b` of 4 neurons, and more.
func describe(_ more: String, constants: String = "{}") throws -> Experiment {
    try Experiment(
        parsing: """
            network: n
            constants: \(constants)
            populations:
              a: {size: 10, model: lif_curr_exp}
              b: {size: 4, model: lif_curr_exp}
            \(more)
            """, file: "n.yaml")
}

/// A parameter of a single population `p` of 4 neurons.
private func parameter(_ symbol: String, _ text: String, constants: String = "{}") throws -> Column {
    let experiment = try Experiment(
        parsing: """
            network: n
            constants: \(constants)
            populations:
              p: {size: 4, model: lif_curr_exp, parameters: {\(symbol): \(text)}}
            """, file: "n.yaml")
    return experiment.network.populations[0].values[symbol]
}

@Suite("Descriptions of spiking networks")
struct ExperimentTests {
    @Test("numbers with and without units, expressions and constants mean what they say")
    func numbers() throws {
        #expect(try parameter("tau_m", "12") == .uniform(12))
        #expect(try parameter("tau_m", "0.02 s") == .uniform(20))
        #expect(try parameter("tau_m", "20ms") == .uniform(20))
        #expect(try parameter("v_threshold", "-50 mV") == .uniform(-50))
        #expect(try parameter("v_threshold", "-5e-2 V") == .uniform(-0.05 * 1000))
        #expect(try parameter("i_e", "60 * 0.27 / 10 nA") == .uniform(60 * 0.27 / 10 * 1000))
        #expect(try parameter("i_e", "\"2 * (3 + 4)\"") == .uniform(14))
        #expect(try parameter("i_e", "w * 2", constants: "{n: 3, w: n + 1}") == .uniform(8))
        #expect(try parameter("i_e", "w nA", constants: "{w: 3}") == .uniform(3000))
        // A constant keeps its unit where it stands alone and is a number of ms, mV, pA, … in arithmetic.
        #expect(try parameter("tau_m", "t", constants: "{t: 0.02 s}") == .uniform(20))
        #expect(try parameter("tau_m", "t / 2", constants: "{t: 0.02 s}") == .uniform(10))
        #expect(try parameter("i_e", "q", constants: "{q: 0.3 nA}") == .uniform(0.3 * 1000))
        // A constant called as a unit is a constant.
        #expect(try parameter("i_e", "2 * s", constants: "{s: 7}") == .uniform(14))
        #expect(try parameter("i_e", "\"exp(0) + max(1, 2)\"") == .uniform(3))
        #expect(try parameter("i_e", "3 - 4 pA") == .uniform(-1))
    }

    @Test("lists, distributions and tables of constants")
    func columns() throws {
        #expect(try parameter("i_e", "[1, 2 pA, 0.003 nA, n]", constants: "{n: 4}") == .perNeuron([1, 2, 3, 4]))
        #expect(try parameter("i_e", "c", constants: "{c: [1, 2, 0.003 nA, 4]}") == .perNeuron([1, 2, 3, 4]))
        #expect(try parameter("i_e", "{per_channel: [1, 2, 3, 4]}") == .perChannel([1, 2, 3, 4]))
        #expect(
            try parameter("i_e", "{normal: [0.1 nA, 5]}") == .drawn(.normal(mean: 100, standardDeviation: 5)))
        #expect(
            try parameter("i_e", "{normal: {sd: 5, mean: 100}}") == .drawn(.normal(mean: 100, standardDeviation: 5)))
        #expect(
            try parameter("i_e", "{normal_redrawn: {mean: 5, sd: 1, low: 0}}")
                == .drawn(.redrawnNormal(mean: 5, standardDeviation: 1, low: 0, high: .infinity)))
        #expect(
            try parameter("i_e", "{normal_clipped: [5, 1, -inf, 6]}")
                == .drawn(.clippedNormal(mean: 5, standardDeviation: 1, low: -.infinity, high: 6)))
        #expect(try parameter("tau_m", "{exponential: 0.01 s}") == .drawn(.exponential(mean: 10)))
        #expect(try parameter("tau_m", "{lognormal: [1, 0.5]}") == .drawn(.lognormal(mu: 1, sigma: 0.5)))
        #expect(try parameter("v_reset", "{uniform: [-70, -65]}") == .drawn(.uniform(low: -70, high: -65)))
        let tables = "{k: [x, y], N: {x: 3, y: 5 pA}, M: {rows: k, columns: [u, v], values: [[1, 2], [3, 4]]}}"
        #expect(try parameter("i_e", "\"N[x] + M[y][u]\"", constants: tables) == .uniform(6))
        #expect(try parameter("i_e", "\"N[y]\"", constants: tables) == .uniform(5))
        #expect(try parameter("i_e", "\"L[i + 1] * 2\"", constants: "{L: [4, 5, 6], i: 1}") == .uniform(12))
        #expect(
            try parameter("i_e", "\"V[b]\"", constants: "{V: {keys: [a, b], values: [1, 0.002 nA]}}") == .uniform(2))
    }

    @Test("run, source and the settings' defaults")
    func settings() throws {
        let plain = try describe("")
        #expect(plain.settings == .init(step: .milliseconds(0.1), duration: nil, seed: 1))
        #expect(plain.recorders.isEmpty && plain.network.metadata.isEmpty && plain.network.name == "n")
        let more = try describe(
            "run: {time: 2 s, step: 200 us, engine: event, seed: 18446744073709551615}\nsource: 'A & B'")
        #expect(
            more.settings
                == .init(
                    step: .milliseconds(200 / 1000), stepIsGiven: true, engine: .event, duration: .seconds(2),
                    seed: .max))
        #expect(more.network.metadata == ["source": "A & B"])
    }

    @Test("sizes, shapes, options, initial values and positions of populations")
    func populations() throws {
        let experiment = try Experiment(
            parsing: """
                network: n
                constants: {n: 0.8 * 4000}
                populations:
                  sheet:
                    shape: [2, n / 1600, 5]
                    model: if
                    options: {reset: to_value}
                    parameters: {v_threshold: 2}
                    initial: {v: 0.5}
                    positions: {grid: {spacing: [1, 2, 3]}}
                  row: {size: n, model: lif_curr_exp, positions: {random: {low: [0, -1], high: [1, n]}}}
                  pair: {size: 2, model: lif_curr_exp, positions: [[1, 2], [3, 4]]}
                """, file: "n.yaml")
        let (sheet, row, pair) = (
            experiment.network.populations[0], experiment.network.populations[1], experiment.network.populations[2]
        )
        #expect(sheet.shape == [2, 2, 5] && sheet.values.options == ["reset": "to_value"])
        #expect(sheet.values["v"] == .uniform(0.5) && sheet.values["v_threshold"] == .uniform(2))
        #expect(sheet.positions == .grid(origin: [0, 0, 0], spacing: [1, 2, 3]))
        #expect(row.count == 3200 && row.positions == .random(low: [0, -1], high: [1, 3200]))
        #expect(pair.positions == .listed([[1, 2], [3, 4]]))
    }

    @Test("neurons, connectors, weights and delays of projections")
    func projections() throws {
        let network = try describe(
            """
            projections:
              p1: {from: a, to: [a, "b[0-1]"], connect: all_to_all, weight: w pA, delay: 1.5 ms, receptor: excitatory}
              p2:
                from: "a[0-2,7]"
                to: {population: b, random: 3}
                connect: {fixed_in_degree: {in_degree: 2 * w, autapses: false}}
                weight: {normal_redrawn: {mean: -0.02 nA, sd: 2, high: 0}}
                delay: {uniform: [1, 2 ms]}
              p3: {from: {population: a, neurons: [5, 0-1]}, to: "b[3]", connect: {fixed_in_degree: 1}, weight: 1, delay: 1}
            """, constants: "{w: 3}"
        ).network
        #expect(network.projections.map(\.name) == ["p1", "p2", "p3"])
        #expect(network.projections[0].targets.views == [.init("a"), .init("b", .range(0..<2))])
        #expect(network.projections[1].sources.views == [.init("a", .indices([0, 1, 2, 7]))])
        #expect(network.projections[1].targets.views == [.init("b", .random(count: 3))])
        #expect(network.projections[2].sources.views == [.init("a", .indices([5, 0, 1]))])
        #expect(network.projections[2].targets.views == [.init("b", .range(3..<4))])
        guard case .synapses(let all, let first, let receptor) = network.projections[0].transmission,
            case .synapses(let drawn, let second, nil) = network.projections[1].transmission,
            case .synapses(let one, let third, nil) = network.projections[2].transmission
        else {
            Issue.record("synapses are described")
            return
        }
        #expect((all as? AllToAllConnector)?.allowsAutapses == true && receptor == "excitatory")
        #expect(first.weight == .uniform(3) && first.delay == .uniform(1.5))
        let rule = try #require(drawn as? FixedInDegreeConnector)
        #expect(rule.inDegree == 6 && !rule.allowsAutapses && rule.allowsMultapses)
        let weight = Distribution.redrawnNormal(mean: -20, standardDeviation: 2, low: -.infinity, high: 0)
        #expect(second.weight == .drawn(weight) && second.delay == .drawn(.uniform(low: 1, high: 2)))
        #expect((one as? FixedInDegreeConnector)?.inDegree == 1 && third.weight == .uniform(1))
    }

    @Test("stimuli and recorders")
    func stimuliAndRecorders() throws {
        let experiment = try describe(
            """
            stimuli:
              s: {model: dc, to: ["a[1-2]", b], parameters: {amplitude: [1, 2, 3, 4, 5, 0.006 nA], start: 0.1 s}}
            record:
              - {spikes: all, from: 500 ms}
              - {spikes: "a[0-3]"}
              - {variable: [v, i_ex], of: [a, "b[2]"], every: 100 us, to: 1 s}
            """)
        let stimulus = experiment.network.stimuli[0]
        #expect(stimulus.target.views == [.init("a", .range(1..<3)), .init("b")])
        #expect(stimulus.parameters == ["amplitude": .perNeuron([1, 2, 3, 4, 5, 6]), "start": .uniform(100)])
        let sampled = Assembly([.init("a"), .init("b", .range(2..<3))])
        #expect(
            experiment.recorders == [
                Recorder(.spikes, of: ["a", "b"], from: 500),
                Recorder(.spikes, of: Assembly([.init("a", .range(0..<4))])),
                Recorder(.variable("v"), of: sampled, every: 0.1, to: 1000),
                Recorder(.variable("i_ex"), of: sampled, every: 0.1, to: 1000),
            ])
    }

    @Test("for_each writes out every combination in order, where keeps some")
    func repetition() throws {
        let network = try Experiment(
            parsing: """
                network: n
                constants:
                  layers: [L1, L2]
                  N: {keys: layers, values: [3, 5]}
                  C: {rows: layers, columns: layers, values: [[0.5, 0], [0.25, 0.75]]}
                populations:
                  "{x}_{i}": {for_each: {x: N, i: 0-1}, size: "N[x] + i", model: lif_curr_exp}
                projections:
                  "{x}_to_{y}":
                    for_each: {y: layers, x: layers}
                    where: C[y][x] > 0.3
                    from: "{x}_0"
                    to: "{y}_1"
                    connect: all_to_all
                    weight: 100 * C[y][x]
                    delay: 1
                    receptor: excitatory
                """, file: "n.yaml"
        ).network
        #expect(network.populations.map(\.name) == ["L1_0", "L1_1", "L2_0", "L2_1"])
        #expect(network.populations.map(\.count) == [3, 4, 5, 6])
        #expect(network.projections.map(\.name) == ["L1_to_L1", "L2_to_L2"])
        #expect(network.projections.map(\.source) == ["L1_0", "L2_0"])
        let weights = network.projections.map { projection -> SynapseValue? in
            if case .synapses(_, let synapse, _) = projection.transmission { synapse.weight } else { nil }
        }
        #expect(weights == [.uniform(50), .uniform(75)])
    }

    @Test("constants are replaced by what is set for them, and those that follow change with them")
    func overriding() throws {
        let text = """
            network: n
            constants: {n: 10, m: 2 * n, t: [1]}
            populations: {a: {size: m, model: lif_curr_exp}}
            """
        func count(_ set: [String: String]) throws -> Int {
            try Experiment(parsing: text, file: "n.yaml", overriding: set).network.neuronCount
        }
        #expect(try count([:]) == 20)
        #expect(try count(["n": "4 + 3"]) == 14)
        #expect(try count(["m": "3"]) == 3)
        func message(_ set: [String: String]) -> String {
            do {
                _ = try count(set)
                return "none"
            } catch { return "\(error)" }
        }
        #expect(message(["k": "3"]) == "'k=3' cannot be set: there is no constant to set 'k'; valid names: n, m, t")
        #expect(
            message(["t": "3"])
                == "'t=3' cannot be set: constant 't' is a table or list and cannot be set to '3' (used at n.yaml:2:33)"
        )
        // Of several values the one that is wrong by itself is named.
        #expect(message(["m": "-3", "n": "5"]).hasPrefix("'m=-3' cannot be set: "))
        #expect(message(["n": "x"]).contains("there is no constant 'x'"))
    }

    @Test("the microcircuit's numbers of synapses are those of its authors' formula")
    func microcircuit() throws {
        let probabilities = [
            [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
            [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
            [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0],
            [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
            [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
            [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
            [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
            [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
        ]
        let network = try Experiment(
            parsing: """
                network: n
                constants:
                  layers: [L23E, L23I, L4E, L4I, L5E, L5I, L6E, L6I]
                  N: {keys: layers, values: [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]}
                  C: {rows: layers, columns: layers, values: \(probabilities)}
                populations:
                  "{x}": {for_each: {x: layers}, size: "N[x]", model: lif_curr_exp}
                projections:
                  "{x}_to_{y}":
                    for_each: {y: layers, x: layers}
                    where: C[y][x] > 0
                    from: "{x}"
                    to: "{y}"
                    connect: {fixed_in_degree: "round(log(1 - C[y][x]) / log((N[x] * N[y] - 1) / (N[x] * N[y])))"}
                    weight: 1
                    delay: 1
                """, file: "n.yaml"
        ).network
        let found = network.projections.map { projection -> Int in
            guard case .synapses(let connector, _, _) = projection.transmission else { return -1 }
            return (connector as? FixedInDegreeConnector)?.inDegree ?? -1
        }
        // The formula of the authors' PyNEST model (network.py, helpers.py), in NumPy.
        let printed = try python(
            """
            import json, sys, numpy as np
            C = np.array(json.loads(sys.argv[1]))
            N = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
            product = np.outer(N, N)
            K = np.log(1.0 - C) / np.log((product - 1.0) / product)
            print(" ".join(str(int(k)) for k in np.round(K[C > 0])))
            """, ["\(probabilities)"])
        let expected = printed.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        #expect(found.count == 55 && found == expected)
        #expect(found.reduce(0, +) == 298_880_968)
    }
}
