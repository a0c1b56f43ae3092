import Foundation
import Testing

extension Tag {
    /// Draws what it tests from ``TestSeed``: `make soak` repeats it with seeds of its own.
    @Tag public static var random: Self
}

/// The seeds of random tests.
///
/// All follow from one number, which is printed once: `SYNFIRE_TEST_SEED`, or 1. With `SYNFIRE_TEST_SEED=random` it is a
/// new one in each process.
public enum TestSeed {
    /// The number that all seeds follow from.
    public static let base: UInt64 = {
        let named = ProcessInfo.processInfo.environment["SYNFIRE_TEST_SEED"] ?? "1"
        guard let base = named == "random" ? UInt64.random(in: 2...999_999_999) : UInt64(named) else {
            fatalError("SYNFIRE_TEST_SEED is '\(named)'; allowed are 'random' and whole numbers from 0 to 2^64 - 1")
        }
        print("Random tests draw from SYNFIRE_TEST_SEED=\(base)")
        return base
    }()

    /// The seed of what has this name, the same whatever else draws one.
    public static func of(_ name: String) -> UInt64 {
        // FNV-1a over the base and the name, then the finaliser of SplitMix64, so that near names give far seeds.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(base)/\(name)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        // Few enough bits for every reader of JSON.
        return (hash ^ hash >> 31) >> 32
    }
}
