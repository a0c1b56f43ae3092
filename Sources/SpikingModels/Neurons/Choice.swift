/// A choice between two values by a mask, for inner loops.
///
/// Where several values hang on one condition, `condition ? a : b` makes the compiler write each branch's values with
/// masked stores, which cost more than the rest of the loop. A mask is a number, and a store of numbers is of all lanes.
struct Choice {
    private let mask: UInt32

    /// All ones where `condition` holds, otherwise zeros.
    @inline(__always) init(_ condition: Bool) { mask = 0 &- (condition ? 1 : 0) }

    @inline(__always) private init(mask: UInt32) { self.mask = mask }

    /// Whether `condition` holds too.
    @inline(__always) func and(_ condition: Bool) -> Choice { Choice(mask: mask & Choice(condition).mask) }

    /// Whether one of the two conditions holds.
    @inline(__always) func or(_ other: Choice) -> Choice { Choice(mask: mask | other.mask) }

    /// `a` where the condition holds, otherwise `b`.
    @inline(__always) func callAsFunction<Real: KernelReal>(_ a: Real, _ b: Real) -> Real {
        Real.chosen(mask, a, b)
    }

    /// `a` where the condition holds, otherwise `b`.
    @inline(__always) func callAsFunction(_ a: Int32, _ b: Int32) -> Int32 {
        Int32(bitPattern: (UInt32(bitPattern: a) & mask) | (UInt32(bitPattern: b) & ~mask))
    }

    /// 1 where the condition holds, otherwise 0.
    var flag: UInt8 { @inline(__always) get { UInt8(truncatingIfNeeded: mask & 1) } }
}
