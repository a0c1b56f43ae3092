import Foundation
import SynfireHDF5
import SynfireSpikingNetworks

/// How a graph counts time, and what its factors `r` come to in a step.
///
/// NIR is written as differential equations, dv/dt = r·I, but the tools that write it advance time in steps: an input x
/// adds r·dt·x to v in each, and a spike, which lasts one step, r·dt·w. A tool that simply adds its input has r·dt = 1: it
/// writes r = 1 (sinabs, Norse, Spyx) or r = 1/dt (SpikingJelly). Either way a factor that all neurons share says nothing
/// but the length of a step. Where factors differ, dt has to be said beside them.
struct NIRTiming {
    var timing: NetworkTiming
    /// What every `r` is divided by.
    var divisor: Double

    /// Currents per millisecond and factors as they stand.
    static let asWritten = NIRTiming(timing: .continuous, divisor: 1)

    private init(timing: NetworkTiming, divisor: Double) {
        self.timing = timing
        self.divisor = divisor
    }

    init(_ graph: NIRGraph, _ remarks: NIRRemarks, in root: borrowing HDF5Group) throws {
        self = .asWritten
        if remarks.isOurs {
            if let dt = remarks.stepLength { self = .init(stepLength: dt) }
            if let reason = remarks.unknownTiming { timing = .unknown(reason: reason) }
            return
        }
        var factors: [Double] = []
        var stepLength = try Self.stepLength(in: root.group(graph.path))
        for (name, node) in graph.nodes.sorted(by: { $0.key < $1.key }) where node.type == "IF" {
            let fields = try NIRNodeFields(node, name: name, in: root)
            let values = try fields.numbers("r").values
            factors += Set(values)
            if stepLength == nil { stepLength = try Self.stepLength(in: root.group(node.path)) }
        }
        // Without spikes, steps and continuous time come to the same.
        guard let least = factors.min(), let greatest = factors.max() else { return }
        if least == greatest, least > 0, (1 / least).isFinite {
            self.init(timing: .steps(dt: stepLength ?? 1 / least), divisor: least)
        } else if let stepLength {
            self.init(stepLength: stepLength)
        } else if least > 0 {
            timing = .unknown(
                reason: "the factors r of its IF nodes are \(Self.text(least)) to \(Self.text(greatest)), and no 'dt' "
                    + "in its metadata says how long a step is")
        }
    }

    private init(stepLength: Double) {
        self.init(timing: .steps(dt: stepLength), divisor: 1 / stepLength)
    }

    /// `metadata/dt` of a graph or node, where it is a length.
    private static func stepLength(in group: borrowing HDF5Group) throws -> Double? {
        guard try group.exists("metadata/dt") else { return nil }
        let dataset = try group.dataset("metadata/dt")
        guard try dataset.count == 1 else { return nil }
        switch dataset.elementType {
        case .integer, .float:
            let value = try dataset.read(as: Double.self)[0]
            return value > 0 && value.isFinite && (1 / value).isFinite ? value : nil
        default: return nil
        }
    }

    private static func text(_ value: Double) -> String { String(format: "%.6g", value) }
}
