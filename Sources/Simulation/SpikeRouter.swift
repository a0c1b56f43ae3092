import SynfireSpikingNetworks

/// A projection taken apart: where each source element arrives, and what it changes there.
///
/// The chain of operators is cut in front of its last weighted one. What stands before (pooling, flattening) becomes
/// a table from source places to *sites*, the inputs of the weighted operator; the weighted operator scatters a site
/// in runs of consecutive targets. Weights are stored once however many targets share them.
struct SpikeRouter: Sendable {
    /// Where each place of the source arrives; `nil` where places are sites.
    let sites: SiteTable?
    /// The number of sites.
    let siteCount: Int
    /// What a site changes.
    let scatter: Scatter

    /// How a site changes targets.
    enum Scatter: Sendable {
        /// Runs of weights onto runs of targets.
        case runs(RunScatter)
        /// Single targets with a factor each.
        case entries(SiteTable)
    }

}

/// Targets and factors of each element in compressed rows, by place.
struct SiteTable: Sendable {
    /// The entries of element `i` are `starts[i] ..< starts[i + 1]`.
    var starts: [Int] = [0]
    var targets: [Int32] = []
    var factors: [Float] = []
}

/// Runs of consecutive weights that are added onto runs of consecutive targets.
struct RunScatter: Sendable {
    /// One run for the first channel of a pixel.
    struct Run: Sendable, BitwiseCopyable {
        let target: Int
        let weight: Int
        let length: Int
    }

    /// How many sites share a list of runs: the channels of a pixel.
    let channels: Int
    /// The runs of pixel `p` are `starts[p] ..< starts[p + 1]`.
    let starts: [Int]
    let runs: [Run]
    /// How much further on the weights of the next channel are.
    let channelStride: Int
    /// How many channels form a group, and how much further on the targets of the next group are.
    let channelsPerGroup: Int
    let groupStride: Int
    var weights: [Float]
}
