import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Poisson processes in continuous time, each with its rate and window: intervals are drawn one after the other.
final class PoissonTrains {
    private var streams: [RandomStream]
    private let scales: [Double]
    private let starts: [Double]
    private let stops: [Double]

    /// The processes of neurons with the parameters `rate` [Hz], `start` and `stop` [ms].
    init(_ setup: KernelSetup) {
        streams = RandomStream.each(setup)
        scales = (0..<setup.count).map { 1e3 / setup.value("rate", $0) }
        starts = (0..<setup.count).map { setup.value("start", $0) }
        stops = (0..<setup.count).map { setup.value("stop", $0) }
    }

    func first(_ neuron: Int) -> Double { following(neuron, starts[neuron]) }

    func following(_ neuron: Int, _ time: Double) -> Double {
        guard scales[neuron].isFinite else { return .infinity }
        let next = time - scales[neuron] * log(1 - streams[neuron].uniform())
        return next <= stops[neuron] ? next : .infinity
    }
}

extension RandomStream {
    /// A stream for each neuron of a kernel.
    static func each(_ setup: KernelSetup) -> [RandomStream] {
        (0..<setup.count).map {
            RandomStream(
                seed: setup.seed, stream: setup.stream,
                entity: UInt32(truncatingIfNeeded: setup.neurons.lowerBound + $0))
        }
    }
}
