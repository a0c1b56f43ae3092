/// What is to be delivered in each of the coming steps.
///
/// A spike puts the runs of its synapses under the steps at which they arrive; a step then reads its runs in the order
/// in which they were put there: by time of the spike, then by neuron.
final class DeliveryCalendar<Entry: BitwiseCopyable> {
    private let buckets: UnsafeMutablePointer<Bucket>
    /// One less than the number of buckets, a power of two, so that a step finds its bucket without a division.
    private let mask: Int

    private struct Bucket {
        var base: UnsafeMutablePointer<Entry>?
        var count = 0
        var capacity = 0
    }

    /// Makes room for delays of up to `greatestDelay` steps.
    init(greatestDelay: Int) {
        var count = 1
        while count <= greatestDelay { count *= 2 }
        mask = count - 1
        // Most of many calendars stay empty: memory is taken when the first entry comes.
        buckets = .allocate(capacity: count)
        buckets.initialize(repeating: Bucket(), count: count)
    }

    deinit {
        for index in 0...mask { buckets[index].base?.deallocate() }
        buckets.deallocate()
    }

    /// Puts an entry under a step, which is not more than the greatest delay after the last step that was taken.
    @inline(__always) func add(_ entry: Entry, at step: Int) {
        let bucket = buckets + (step & mask)
        if bucket.pointee.count == bucket.pointee.capacity { grow(bucket) }
        // There is memory where there is capacity.
        bucket.pointee.base.unsafelyUnwrapped[bucket.pointee.count] = entry
        bucket.pointee.count += 1
    }

    @inline(never) private func grow(_ bucket: UnsafeMutablePointer<Bucket>) {
        let capacity = max(16, bucket.pointee.capacity * 2)
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        if let base = bucket.pointee.base {
            larger.update(from: base, count: bucket.pointee.count)
            base.deallocate()
        }
        bucket.pointee.base = larger
        bucket.pointee.capacity = capacity
    }

    /// Hands out the entries of a step and forgets them.
    @inline(__always) func take(_ step: Int, _ body: (UnsafeBufferPointer<Entry>) -> Void) {
        let bucket = buckets + (step & mask)
        guard bucket.pointee.count > 0 else { return }
        body(UnsafeBufferPointer(start: bucket.pointee.base, count: bucket.pointee.count))
        bucket.pointee.count = 0
    }
}
