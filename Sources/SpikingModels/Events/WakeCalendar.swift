/// When neurons have to be looked at again: a ring of buckets, one a slice.
///
/// A neuron has at most one wake-up that counts. Where a new event moves it, the old entry stays where it is and is known as stale when
/// its slice comes, so that nothing is ever searched. A wake-up beyond the ring is put at its end, where the neuron is looked
/// at and put on: waking too early is harmless.
package struct WakeCalendar {
    /// How far ahead wake-ups are kept.
    package static let slices = 1024

    private var buckets: [[Int32]] = Array(repeating: [], count: Self.slices)
    /// For each neuron the slice of its wake-up; `Int.max` for none.
    private var due: [Int]
    private var now = 0

    package init(neurons: Int) { due = Array(repeating: .max, count: neurons) }

    /// Makes all neurons due in the first slice.
    package mutating func wakeAll(_ count: Int) {
        for neuron in 0..<count { due[neuron] = 0 }
        buckets[0] = (0..<Int32(truncatingIfNeeded: count)).map { $0 }
    }

    /// How many entries there are, stale ones among them.
    package var entryCount: Int { buckets.reduce(0) { $0 + $1.count } }

    /// Takes the neurons that are due in a slice; slices come in order, none left out.
    package mutating func takeDue(in slice: Int, _ body: (Int32) -> Void) {
        now = slice
        let place = slice % Self.slices
        for neuron in buckets[place] where due[Int(neuron)] == slice {
            due[Int(neuron)] = .max
            body(neuron)
        }
        buckets[place].removeAll(keepingCapacity: true)
    }

    /// Makes sure that a neuron is looked at in a slice to come, or before.
    package mutating func wake(_ neuron: Int, in slice: Int) {
        let bounded = min(max(slice, now + 1), now + Self.slices - 1)
        guard bounded < due[neuron] else { return }
        due[neuron] = bounded
        buckets[bounded % Self.slices].append(Int32(truncatingIfNeeded: neuron))
    }
}
