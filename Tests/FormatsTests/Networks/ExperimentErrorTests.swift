import SynfireFormats
import Testing

extension WrongDescription {
    /// A wrong entry of a population `p` of 4 neurons, on line 4 from column 27 on.
    init(population: String, constants: String = "{}", _ expected: String) {
        let text = """
            network: n
            constants: \(constants)
            populations:
              p: {model: lif_curr_exp, \(population)}
            """
        self.init(population, text, expected)
    }

    /// A wrong projection from `a` (10 neurons) to `b` (4) on line 5.
    init(projection: String, _ expected: String) {
        let text = """
            network: n
            populations:
              a: {size: 10, model: lif_curr_exp}
              b: {size: 4, model: lif_curr_exp}
            projections: {p: {\(projection)}}
            """
        self.init(projection, text, expected)
    }

    /// Wrong lines from line 5 on, behind populations `a`, `b` and an `integrator` `c`.
    init(more: String, _ expected: String) {
        let text = """
            network: n
            populations:
              a: {size: 10, model: lif_curr_exp}
              c: {size: 4, model: integrator}
            \(more)
            """
        self.init(more, text, expected)
    }
}

@Suite("Wrong descriptions of spiking networks")
struct ExperimentErrorTests {
    static let whole: [WrongDescription] = [
        .init("empty", "", "n.yaml: the description is empty"),
        .init("comments", "# nothing\n", "n.yaml: the description is empty"),
        .init("no section", "- a\n", "n.yaml:1:1: the description is a list, but must be a section of keys and values"),
        .init("not YAML", "network: [", "n.yaml:2:1: this is not valid YAML"),
        .init("no network", "populations: {}", "n.yaml:1:1: the description lacks the key 'network'"),
        .init("no populations", "network: n", "n.yaml:1:1: the description lacks the key 'populations'"),
        .init(
            "empty populations", "network: n\npopulations: {}",
            "n.yaml:2:14: 'populations' of the description is empty, but must be at least one population"),
        .init(
            "unknown key", "network: n\npopulation: {}",
            "n.yaml:2:1: the description has no key 'population'; did you mean 'populations'?"),
        .init("twice", "network: n\nnetwork: m", "'network' is given more than once; give it once"),
        .init("anchor", "network: &a n\npopulations: *a", "n.yaml:1:10: anchors ('&name') are not used"),
        .init(
            more: "run: {time: 1 s, stp: 1}",
            "n.yaml:5:18: 'run' of the description has no key 'stp'; did you mean 'step'?"),
        .init(
            more: "run: {time: -1 s}",
            "n.yaml:5:13: 'time' of 'run' of the description is '-1 s', that is -1000.0 ms, but must be"),
        .init(more: "run: {step: 0}", "must be a finite number above 0.0"),
        .init(
            more: "run: {time: 3 mV}",
            "n.yaml:5:13: 'time' of 'run' of the description is given in 'mV', but is measured in ms"),
        .init(
            more: "run: {seed: -1}",
            "n.yaml:5:13: 'seed' of 'run' of the description is '-1', but must be 0 to 2^64 - 1"),
    ]

    static let constants: [WrongDescription] = [
        .init(
            population: "size: n",
            "n.yaml:4:34: there is no constant 'n' for 'size' of population 'p'; none is defined so far"),
        .init(population: "size: size_o", constants: "{size_of: 3}", "did you mean 'size_of'?"),
        .init(
            population: "size: 2", constants: "{a: b, b: 1}",
            "n.yaml:2:16: there is no constant 'b' for constant 'a'; none is defined so far"),
        .init(population: "size: 2", constants: "{2a: 1}", "n.yaml:2:13: a constant cannot be called '2a'"),
        .init(population: "size: 2", constants: "{d: 1}", "a constant cannot be called 'd'"),
        .init(
            population: "size: 2", constants: "{a: 1 / 0}",
            "constant 'a' is '1 / 0', that is inf, but must be a finite number"),
        .init(population: "size: 2", constants: "{a: 0 / 0}", "but must be a finite number"),
        .init(population: "size: 2", constants: "{a: 1 +}", "n.yaml:2:16: constant 'a' is '1 +', but must be a number"),
        .init(population: "size: 2", constants: "{a: (1}", "constant 'a' is '(1', but must be a number"),
        .init(population: "size: 2", constants: "{a: .nan}", "constant 'a' is '.nan'"),
        .init(
            population: "size: 2", constants: "{a: 5 msec}", "n.yaml:2:16: there is no unit 'msec'; did you mean 'ms'?"),
        .init(
            population: "size: 2", constants: "{t: 5 ms, a: 2 * t ms}", "but 't' is in ms already: leave the unit away"),
        .init(population: "size: 2", constants: "{t: 5 ms, a: t ms}", "but 't' is in ms already"),
        .init(
            population: "size: \"N[y]\"", constants: "{N: {x: 3}}",
            "n.yaml:4:34: there is no entry of 'N' 'y'; valid names: x"),
        .init(population: "size: \"N[x\"", constants: "{N: {x: 3}}", "in which a ']' is missing"),
        .init(
            population: "size: N", constants: "{N: {x: 3}}",
            "n.yaml:4:34: 'size' of population 'p' is 'N', a table of 1, but must be a number"),
        .init(population: "size: \"L[2]\"", constants: "{L: [1, 2]}", "is 2.0, but must be a whole number from 0 to 1"),
        .init(population: "size: \"n[2]\"", constants: "{n: 2}", "'n' is the number 2.0 and has no entries"),
        .init(population: "size: \"N[x] * 2\"", constants: "{N: {x: exc}}", "is the text 'exc', but must be a number"),
        .init(
            population: "size: 2", constants: "{N: {keys: [a, b], values: [1]}}",
            "is a list of 1, but must be a list of 2, one for each key"),
        .init(population: "size: 2", constants: "{N: {keys: [a, a], values: [1, 2]}}", "'a' is given more than once"),
        .init(
            population: "size: 2", constants: "{N: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}",
            "is too large; the limit is 6 levels"),
    ]

    static let populations: [WrongDescription] = [
        .init(population: "siz: 2", "n.yaml:4:28: population 'p' has no key 'siz'; did you mean 'size'?"),
        .init(population: "positions: [[1]]", "population 'p' lacks the key 'size' or 'shape'"),
        .init(population: "size: 2, shape: [2]", "has both 'size' and 'shape': give one of them"),
        .init(population: "size: -2", "n.yaml:4:34: 'size' of population 'p' is '-2', but must be 1 to 2147483647"),
        .init(population: "size: 0", "is '0', but must be 1 to 2147483647"),
        .init(population: "size: 2.5", "is '2.5', that is 2.5, but must be a whole number"),
        .init(population: "size: 1e300", "is '1e300', but must be 1 to 2147483647"),
        .init(population: "size: [2]", "is a list, but must be a number"),
        .init(population: "size: ~", "n.yaml:4:34: 'size' of population 'p' is left empty, but must be a number"),
        .init(population: "size: 5 ms", "is given in 'ms', but has no unit"),
        .init(population: "shape: [1, 2, 3, 4]", "is a list of 4, but must be a list of one to three extents"),
        .init(population: "shape: [2000000, 2000000]", "is too large; the limit is 2^31 - 1 neurons"),
        .init(
            population: "size: 4, parameters: {tau: 3}",
            "n.yaml:4:50: 'parameters' of population 'p' (lif_curr_exp) has no key 'tau'; did you mean 'tau_m'?"),
        .init(
            population: "size: 4, parameters: {tau_m: 3 mV}",
            "n.yaml:4:57: 'tau_m' of 'parameters' of population 'p' (lif_curr_exp) is given in 'mV', but is measured in ms"
        ),
        .init(population: "size: 4, parameters: {tau_m: 0}", "is '0', but must be a finite number above 0.0"),
        .init(
            population: "size: 4, parameters: {tau_m: 2 - 3 ms}",
            "is '2 - 3 ms', that is -1.0 ms, but must be a finite number above 0.0"),
        .init(population: "size: 4, parameters: {tau_m: 1e999}", "but must be"),
        .init(
            population: "size: 4, parameters: {tau_m: [1, 2]}",
            "is a list of 2, but must be a list of 4, one for each neuron, or one number"),
        .init(
            population: "size: 4, parameters: {tau_m: [1, 2, 0, 4]}",
            "entry 3 of 'tau_m' of 'parameters' of population 'p' (lif_curr_exp) is '0'"),
        .init(population: "size: 4, parameters: {v: 1}", "has no key 'v'"),
        .init(
            population: "size: 4, parameters: {v_reset: -40, v_threshold: -50}", "n.yaml:4:3: population 'p': v_reset"),
        .init(
            population: "size: 4, parameters: {i_e: {gauss: [1, 2]}}",
            "n.yaml:4:56: there is no distribution 'gauss'; valid names: normal, normal_clipped"),
        .init(population: "size: 4, parameters: {i_e: {normal: [1]}}", "lacks the key 'sd'"),
        .init(population: "size: 4, parameters: {i_e: {normal: [1, 2, 3]}}", "is a list of 3, but must be [mean, sd]"),
        .init(
            population: "size: 4, parameters: {i_e: {normal: [1, -2]}}",
            "drawn from 'normal': the standard deviation must not be negative"),
        .init(
            population: "size: 4, parameters: {i_e: {normal: {mean: 1, std: 2}}}",
            "has no key 'std'; did you mean 'sd'?"),
        .init(
            population: "size: 4, parameters: {i_e: {normal: [1, 2], uniform: [1, 2]}}",
            "is a section of 2 keys, but must be one distribution"),
        .init(
            population: "size: 4, initial: {tau_m: 1}",
            "'initial' of population 'p' (lif_curr_exp) has no key 'tau_m': it stands under 'parameters'"),
        .init(population: "size: 4, options: {reset: to_value}", "cannot have 'reset': the model has none"),
        .init(population: "size: 4, tables: {spike_times: [1]}", "cannot have 'spike_times': the model has none"),
        .init(
            population: "size: 4, positions: {grid: {spacing: [1, 2], origin: [0]}}",
            "n.yaml:4:3: population 'p': origin and spacing of the grid"),
        .init(population: "size: 4, positions: [[1, 2]]", "1 positions are given for 4 neurons"),
        .init(population: "size: 4, positions: {gird: {spacing: [1]}}", "has no key 'gird'; did you mean 'grid'?"),
        .init(
            "model", "network: n\npopulations: {p: {size: 1, model: lif_cur_exp}}",
            "n.yaml:2:35: there is no neuron model 'lif_cur_exp'; did you mean 'lif_curr_exp'?"),
        .init(
            "option", "network: n\npopulations: {p: {size: 1, model: if, options: {reset: subtrac}}}",
            "there is no choice for 'reset' 'subtrac'; did you mean 'subtract'?"),
        .init(
            "name", "network: n\npopulations: {a/b: {size: 1, model: if}}",
            "n.yaml:2:15: 'a/b' cannot be the name of a population"),
        .init(
            "many", "network: n\npopulations: {a: {size: 2147483647, model: if}, b: {size: 1, model: if}}",
            "n.yaml:2:49: the network up to population 'b' is too large"),
    ]

    static let projections: [WrongDescription] = [
        .init(
            projection: "from: a, to: x, connect: all_to_all, weight: 1, delay: 1",
            "n.yaml:5:32: 'to' of projection 'p': there is no population 'x'; valid names: a, b"),
        .init(
            projection: "to: b, connect: all_to_all, weight: 1, delay: 1",
            "n.yaml:5:18: projection 'p' lacks the key 'from'"),
        .init(
            projection: "from: \"a[5-10]\", to: b, connect: all_to_all, weight: 1, delay: 1",
            "'5-10' is no range of neurons of 'a': there are 0 to 9"),
        .init(
            projection: "from: \"a[0-999999999999]\", to: b, connect: all_to_all, weight: 1, delay: 1",
            "there are 0 to 9"),
        .init(
            projection: "from: \"a[1,0-3]\", to: b, connect: all_to_all, weight: 1, delay: 1",
            "neuron 1 of 'a' is named more than once"),
        .init(
            projection: "from: \"a[1\", to: b, connect: all_to_all, weight: 1, delay: 1",
            "'a[1' names no neurons: write them as"),
        .init(
            projection: "from: {population: a, random: 11}, to: b, connect: all_to_all, weight: 1, delay: 1",
            "is '11', but must be 1 to 10"),
        .init(
            projection: "from: [], to: b, connect: all_to_all, weight: 1, delay: 1",
            "is an empty list, but must be populations"),
        .init(
            projection: "from: a, to: b, connect: all_to_al, weight: 1, delay: 1",
            "n.yaml:5:44: there is no connector 'all_to_al'; did you mean 'all_to_all'?"),
        .init(
            projection: "from: a, to: b, connect: fixed_in_degree, weight: 1, delay: 1",
            "connector 'fixed_in_degree' of projection 'p' lacks the key 'in_degree'"),
        .init(
            projection: "from: a, to: b, connect: {fixed_in_degree: {in_degre: 2}}, weight: 1, delay: 1",
            "connector 'fixed_in_degree' of projection 'p' has no key 'in_degre'; did you mean 'in_degree'?"),
        .init(
            projection: "from: a, to: b, connect: {fixed_in_degree: -2}, weight: 1, delay: 1",
            "'in_degree' of connector 'fixed_in_degree' of projection 'p' is '-2', but must be 0 to 2147483647"),
        .init(
            projection: "from: a, to: b, connect: {all_to_all: {autapses: 1}}, weight: 1, delay: 1",
            "is '1', but must be true or false"),
        .init(projection: "from: a, to: b, connect: all_to_all, delay: 1", "projection 'p' lacks the key 'weight'"),
        .init(projection: "from: a, to: b, connect: all_to_all, weight: 1", "projection 'p' lacks the key 'delay'"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: 1 mV, delay: 1",
            "'weight' of projection 'p' is given in 'mV', but is measured in pA"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: 1, delay: 1 Hz",
            "'delay' of projection 'p' is given in 'Hz', but is measured in ms"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: 1, delay: 1, receptor: excitatry",
            "there is no receptor of 'b' (lif_curr_exp) 'excitatry'; did you mean 'excitatory'?"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: {normal: [1, 2]}, delay: 1",
            "n.yaml:5:15: projection 'p': the weights do not tell the receptor"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: 1, delay: 1, short_term: magic",
            "there is no model of short-term plasticity 'magic'"),
        .init(
            projection: "from: a, to: b, connect: all_to_all, weight: 1, delay: 1, long_term: {magic: {}}",
            "there is no model of long-term plasticity 'magic'"),
    ]

    static let others: [WrongDescription] = [
        .init(more: "stimuli: {s: {model: dcc, to: a}}", "n.yaml:5:22: there is no stimulus 'dcc'; did you mean 'dc'?"),
        .init(more: "stimuli: {s: {model: dc}}", "stimulus 's' lacks the key 'to'"),
        .init(
            more: "stimuli: {s: {model: dc, to: a, receptor: excitatory}}",
            "stimulus 's' is a current, which takes no receptor"),
        .init(
            more: "stimuli: {s: {model: dc, to: a, parameters: {amplitude: [1, 2]}}}",
            "is a list of 2, but must be a list of 10"),
        .init(
            more: "stimuli: {s: {model: dc, to: a, parameters: {start: -1}}}",
            "is '-1', but must be a finite number of at least 0.0"),
        .init(
            more: "record: [{spikes: x}]",
            "n.yaml:5:19: 'spikes' of recorder 1: there is no population 'x'; valid names: a, c"),
        .init(more: "record: [{spikes: c}]", "population 'c' (integrator) emits no spikes"),
        .init(
            more: "record: [{variable: u, of: a}]",
            "n.yaml:5:21: there is no variable of 'a' (lif_curr_exp) 'u'; valid names: v, i_ex, i_in"),
        .init(more: "record: [{variable: v}]", "recorder 1 lacks the key 'of'"),
        .init(more: "record: [{from: 3}]", "recorder 1 lacks the key 'spikes' or 'variable'"),
        .init(more: "record: [{spikes: a, every: 1}]", "recorder 1 has both 'spikes' and 'every'"),
        .init(more: "record: [{variable: v, of: a, every: 0}]", "is '0', but must be a finite number above 0.0"),
        .init(more: "record: [{spikes: a, from: 3, to: 2}]", "is '2', but must be after 'from', 3.0 ms"),
        .init(
            more: "record: {spikes: a}",
            "n.yaml:5:9: 'record' of the description is a section of keys and values, but must be a list"),
        .init(
            more: "projections: {\"{x}\": {for_each: {x: [1, 1]}}}",
            "n.yaml:5:15: two projections are called '1': names must differ"),
        .init(
            more: "projections: {\"{y}\": {for_each: {x: [1, 2]}}}",
            "n.yaml:5:15: there is no constant 'y'; valid names: x"),
        .init(more: "projections: {\"{x\": {for_each: {x: [1, 2]}}}", "in which braces do not match"),
        .init(more: "projections: {\"{x}\": {for_each: {x: 1-9999999}}}", "a rising range of at most 20000 numbers"),
        .init(
            more: "projections: {\"{x}{y}\": {for_each: {x: 1-9999, y: 1-9999}}}",
            "is too large; the limit is 20000 entries"),
        .init(more: "projections: {\"{x}\": {for_each: {x: layers}}}", "there is no list among the constants 'layers'"),
    ]

    @Test(
        "each is told with its line, what is allowed, and the nearest name",
        arguments: whole + constants + populations + projections + others)
    func mistakes(_ wrong: WrongDescription) {
        #expect {
            try Experiment(parsing: wrong.text, file: "n.yaml")
        } throws: { error in
            let isFound = "\(error)".contains(wrong.expected)
            if !isFound { Issue.record("\(error)\n     expected: \(wrong.expected)") }
            return isFound && error is ModelDescriptionError
        }
    }
}
