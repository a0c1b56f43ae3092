import SynfireHDF5
import Testing

/// The error that a call throws; records an issue if it throws none.
func hdf5Error(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> HDF5Error? {
    do {
        try body()
    } catch let error as HDF5Error {
        return error
    } catch {
        Issue.record("threw \(error), which is no HDF5Error", sourceLocation: sourceLocation)
        return nil
    }
    Issue.record("threw nothing", sourceLocation: sourceLocation)
    return nil
}

/// A generator of the same numbers for the same seed (SplitMix64; Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
