import Foundation
import SynfireSpikingModels
import SynfireTestSupport
import Testing

/// Random neurons with random inputs, and when they reach threshold to 60 digits; see `Reference/exact_crossings.py`.
struct ExactCases {
    /// One input that a neuron gets.
    struct Input {
        var time: Double
        var receptor: Int
        var weight: Double
    }

    /// The models that there are references for.
    static let models: [any NeuronModel.Type] = [
        IntegrateAndFire.self, LIFCurrentDelta.self, LIFCurrentExponential.self, LIFCurrentAlpha.self,
        LIFCurrentExponentialAdaptive.self, QuadraticIntegrateAndFire.self,
    ]

    let model: any NeuronModel.Type
    let count: Int
    private let columns: [String: [Double]]
    /// The inputs of each case, in order of time.
    let inputs: [[Input]]

    /// Has `count` cases computed.
    init(_ model: any NeuronModel.Type, count: Int, seed: UInt64) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("cases")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Reference/exact_crossings.py")
        struct Description: Decodable { let columns: [String] }
        let told = try python(
            String(contentsOf: script, encoding: .utf8), [model.schema.name, "\(count)", "\(seed)", file])
        let names = try JSONDecoder().decode(Description.self, from: Data(told.utf8)).columns
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let numbers = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map {
                Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
            }
        }
        try #require(numbers.count == count * names.count)
        var columns: [String: [Double]] = [:]
        for (place, name) in names.enumerated() {
            columns[name] = (0..<count).map { numbers[$0 * names.count + place] }
        }
        func column(_ name: String) -> [Double] { columns[name] ?? [] }
        inputs = (0..<count).map { number in
            (0..<4).compactMap { slot in
                let receptor = Int(column("receptor_\(slot)")[number])
                guard receptor >= 0 else { return nil }
                return Input(
                    time: column("time_\(slot)")[number], receptor: receptor,
                    weight: column("weight_\(slot)")[number])
            }
        }
        self.model = model
        self.count = count
        self.columns = columns
    }

    subscript(name: String, number: Int) -> Double { columns[name]?[number] ?? .nan }

    /// When the potential reaches threshold; `nil` where it never does.
    func spike(_ number: Int) -> Double? {
        let time = self["spike_time", number]
        return time.isNaN ? nil : time
    }

    /// Whether rounding may decide whether there is a spike at all: what is within a billionth of a millivolt.
    func isGrazing(_ number: Int) -> Bool { self["margin", number] <= 1e-9 }

    /// Neurons with the parameters and states of the cases, which spike once and then are silent.
    var values: ModelValues {
        var given: [String: Column] = [:]
        for row in model.schema.parameters + model.schema.state {
            if let column = columns[row.symbol] { given[row.symbol] = .perNeuron(column) }
        }
        let threshold = columns["v_threshold"] ?? columns["v_peak"] ?? []
        given["v_reset"] = .perNeuron(threshold.map { $0 - 1e4 })
        given["t_ref"] = .uniform(1e6)
        return Rig.values(model.schema, given, options: ["reset": "to_value"])
    }

    /// The greatest of the terms that the potential of a case is made of [mV]: rounding is relative to it.
    func scale(_ number: Int) -> Double {
        let base = self["e_l", number].isNaN ? 0 : self["e_l", number]
        let threshold = columns["v_threshold"]?[number] ?? self["v_peak", number]
        var terms = [abs(base), abs(threshold), abs(threshold - base), abs(self["v", number] - base)]
        let (tau, capacitance) = (self["tau_m", number], self["c_m", number])
        func size(_ current: Double, _ time: Double) -> Double { abs(current) * min(time, tau) / capacitance }
        let times = [self["tau_syn_ex", number], self["tau_syn_in", number]]
        if tau.isNaN || times[0].isNaN {
            let factor = self["r", number].isNaN ? 1 : self["r", number]
            terms += inputs[number].map { abs($0.weight * factor) }
            if !tau.isNaN { terms.append(abs(self["i_e", number]) * tau / capacitance) }
        } else {
            let shape = self["di_ex", number].isNaN ? 1 : M_E
            terms += inputs[number].map { size($0.weight * shape, times[$0.receptor]) }
            terms.append(abs(self["i_e", number]) * tau / capacitance)
            terms += [size(self["i_ex", number], times[0]), size(self["i_in", number], times[1])]
            if !self["w", number].isNaN { terms.append(size(self["w", number], self["tau_w", number])) }
            if !self["di_ex", number].isNaN {
                terms += [
                    size(self["di_ex", number] * times[0], times[0]),
                    size(self["di_in", number] * times[1], times[1]),
                ]
            }
        }
        return terms.reduce(0) { max($0, $1) }
    }
}
