import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// What holds for the kernel of every model in the catalog.
@Suite("Kernels of neuron models")
struct NeuronKernelTests {
    /// Every model that has a kernel and takes input, with each choice of its options.
    private static var variants: [(model: any NeuronModel.Type, options: [String: String])] {
        ModelCatalog.all.flatMap { model -> [(model: any NeuronModel.Type, options: [String: String])] in
            let schema = model.schema
            guard !schema.receptors.isEmpty else { return [] }
            guard let option = schema.options.first else { return [(model, [:])] }
            return option.choices.map { (model, [option.symbol: $0]) }
        }
    }

    /// Input that makes the model spike now and then, in units of its receptors.
    private static func inputs(_ schema: ModelSchema) -> [String: [SingleNeuron.Arrival]] {
        let strength = ["mV": 6.0, "pA": 4000, "nS": 60, "1": 1]
        var inputs: [String: [SingleNeuron.Arrival]] = [:]
        for (index, receptor) in schema.receptors.enumerated() {
            let isInhibitory = receptor.name == "inhibitory"
            let sign = isInhibitory ? (receptor.sign == .any ? -0.03 : 0.1) : 1.0
            let weight = sign * (strength[receptor.unit] ?? 1)
            inputs[receptor.name] = stride(from: 3 + index, to: 600, by: 7 + 4 * index).map {
                (step: $0, weight: receptor.unit == "1" ? weight : weight * (0.5 + Double($0 % 5) / 4))
            }
        }
        return inputs
    }

    private static func current(_ step: Int, _ neuron: Int) -> Double {
        step > 100 && step < 500 ? 100 * Double(neuron % 11) : 0
    }

    @Test("Neurons have the same bits however they are divided among kernels")
    func strips() throws {
        let count = 83
        for (model, options) in Self.variants {
            // Numbers that differ between neurons, where the first parameter allows it, and initial values that differ.
            var initial: [String: ParameterValue] = [:]
            if model.schema.row("v") != nil, let base = model.schema.row("v")?.defaultValue {
                initial["v"] = .perNeuron((0..<count).map { base + 0.03 * Double($0) })
            }
            for isShared in [true, false] {
                var parameters: [String: ParameterValue] = [:]
                if !isShared, let row = model.schema.parameters.first {
                    parameters[row.symbol] = .perNeuron((0..<count).map { row.defaultValue * (1 + 0.002 * Double($0)) })
                }
                let population = try Population(
                    "p", count: count, model: model, parameters: parameters, options: options, initialValues: initial)
                let symbols = model.schema.state.map(\.symbol)
                func run(_ strips: [Range<Int>]?) -> SingleNeuron.Result {
                    SingleNeuron(population, step: 0.1, strips: strips).run(
                        600, inputs: Self.inputs(model.schema), current: Self.current, every: 20, record: symbols)
                }
                let whole = run(nil)
                #expect(
                    !model.schema.emitsSpikes || whole.spikes.contains { !$0.isEmpty },
                    "\(model.schema.name) \(options)")
                for strips in [[0..<1, 1..<18, 18..<82, 82..<83], [0..<40, 40..<83], [0..<7, 7..<16, 16..<83]] {
                    let divided = run(strips)
                    #expect(divided.spikes == whole.spikes, "\(model.schema.name) \(options) \(strips)")
                    #expect(divided.traces == whole.traces, "\(model.schema.name) \(options) \(strips)")
                }
            }
        }
    }

    @Test("Equal parameters give the same bits, one for all or one for each neuron")
    func sharedOrEach() throws {
        let count = 21
        for (model, options) in Self.variants {
            let schema = model.schema
            var each: [String: ParameterValue] = [:]
            for row in schema.parameters {
                each[row.symbol] = .perNeuron(Array(repeating: row.defaultValue, count: count))
            }
            let symbols = schema.state.map(\.symbol)
            func run(_ parameters: [String: ParameterValue]) throws -> SingleNeuron.Result {
                let population = try Population(
                    "p", count: count, model: model, parameters: parameters, options: options)
                return SingleNeuron(population, step: 0.1).run(
                    600, inputs: Self.inputs(schema), current: Self.current, every: 20, record: symbols)
            }
            let (shared, own) = (try run([:]), try run(each))
            #expect(shared.spikes == own.spikes, "\(schema.name) \(options)")
            #expect(shared.traces == own.traces, "\(schema.name) \(options)")
        }
    }

    @Test(
        "State stays finite under input a thousand times too strong, at steps from 0.01 to 1 ms",
        arguments: [0.01, 0.1, 1])
    func extremes(_ h: Double) throws {
        for (model, options) in Self.variants where model != Izhikevich.self && model != HodgkinHuxleyTraub.self {
            let schema = model.schema
            let inputs = Self.inputs(schema).mapValues { $0.map { (step: $0.step, weight: $0.weight * 1000) } }
            let result = SingleNeuron(
                try Population("p", count: 3, model: model, options: options), step: h
            ).run(
                600, inputs: inputs, current: { _, neuron in 1e5 * Double(neuron - 1) },
                record: schema.state.map(\.symbol))
            for (symbol, traces) in result.traces {
                #expect(traces.joined().allSatisfy { abs($0) < 1e9 }, "\(schema.name).\(symbol) at step \(h)")
            }
        }
    }

    @Test("Parameters that do not fit together are refused with a sentence")
    func faults() throws {
        func refuses(_ model: any NeuronModel.Type, _ parameters: [String: Double], _ text: String) {
            #expect("\(model.schema.name): \(text)") {
                _ = try Population("p", count: 2, model: model, parameters: parameters.mapValues { .uniform($0) })
            } throws: { error in
                "\(error)".contains(text)
            }
        }
        for model in [
            LIFCurrentExponential.self, LIFCurrentDelta.self, LIFCurrentAlpha.self, GLIF.self,
            LIFConductanceExponential.self, LIFConductanceAlpha.self,
        ] as [any NeuronModel.Type] {
            refuses(
                model, ["v_reset": -50, "v_threshold": -50], "v_reset (-50.0 mV) is not below v_threshold (-50.0 mV)")
        }
        for model in [AdExConductanceExponential.self, AdExConductanceAlpha.self, AdExCurrentExponential.self]
            as [any NeuronModel.Type]
        {
            refuses(model, ["v_peak": -51], "v_peak (-51.0 mV) is below v_threshold (-50.4 mV)")
            refuses(model, ["v_reset": 1], "v_reset (1.0 mV) is not below v_peak (0.0 mV)")
            refuses(model, ["delta_t": 0.05], "at most 663 times delta_t")
            refuses(model, ["delta_t": 0, "v_reset": -50], "delta_t = 0")
        }
        refuses(Izhikevich.self, ["c": 30], "c (30.0 mV) is not below v_threshold (30.0 mV)")
    }

    @Test("A relay rounds what arrives to a number of spikes")
    func relay() throws {
        let result = try SingleNeuron(Parrot.self).run(
            20,
            inputs: [
                "input": [
                    (step: 2, weight: 0.49), (step: 3, weight: 0.5), (step: 5, weight: 2.6), (step: 9, weight: 1),
                ]
            ],
            record: [])
        #expect(result.steps == [3, 5, 5, 5, 9])
    }
}
