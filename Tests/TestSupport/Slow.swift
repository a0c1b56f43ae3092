import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Takes seconds, or starts processes that do: left out of `make test-quick`, which sets `SYNFIRE_TESTS=quick`.
    public static var slow: Self {
        .disabled(if: ProcessInfo.processInfo.environment["SYNFIRE_TESTS"] == "quick", "slow")
    }
}
