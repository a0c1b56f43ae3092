import SynfireParallel
import SynfireTensors

/// An exponential moving average of a network's parameters, which is validated and handed out instead of them.
///
///     average ← average + (1 − decay) · (parameter − average)   after each step; the first step's are copied
///
/// The statistics that normalisations gather are averaged in the same way, so that they belong to the averaged weights.
/// As PyTorch's `AveragedModel(…, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)`.
///
/// - Source: Polyak & Juditsky 1992, doi:10.1137/0330046; the exponential form as in Tarvainen & Valpola 2017,
///   arXiv:1703.01780
public struct WeightAverage: Configurable {
    /// The section in descriptions.
    public static let name = "ema"

    /// The settings.
    public static let settings: [SettingRow<WeightAverage>] = [
        SettingRow("decay", \.decay, allowed: .halfOpen(0..<1), "How much of the average a step leaves.")
    ]

    /// How much of the average a step leaves.
    public var decay: Double

    /// Makes an average.
    public init(decay: Double) {
        self.decay = decay
    }

    /// Makes an average with PyTorch's decay.
    public init() { self.init(decay: 0.999) }
}

/// The average at work.
final class WeightAverager {
    /// The averaged parameters.
    let store: ParameterStore

    private let decay: Double
    private let tiles: Tiles

    /// - Parameter graph: The network with the averages so far, or before the first step.
    init(_ average: WeightAverage, _ graph: Graph) throws {
        decay = average.decay
        store = try ParameterStore(graph)
        tiles = Tiles(Self.owned(in: store).map(\.count))
    }

    /// Takes in the parameters after a step.
    ///
    /// - Parameter step: The number of the step, from 1.
    func update(from other: ParameterStore, on pool: WorkerPool, step: Int) {
        let (sources, averages) = (Self.owned(in: other), Self.owned(in: store))
        let share = step <= 1 ? 1 : Float(1 - decay)
        tiles.forEach(on: pool) { index, part in
            let (source, average) = (sources[index].values.base, averages[index].values.base)
            for position in part {
                average[position] =
                    share == 1
                    ? source[position] : average[position] + share * (source[position] - average[position])
            }
        }
    }

    /// Shared parameters are averaged once, where they belong.
    private static func owned(in store: ParameterStore) -> [ParameterBuffer] {
        store.buffers.joined().filter { $0.owner == nil }
    }
}
