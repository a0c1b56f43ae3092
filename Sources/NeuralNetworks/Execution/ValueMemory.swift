import SynfireTensors

/// The memory of a value: known in size while a plan is built, in place once the plan is complete.
///
/// Unchecked `Sendable`: it is placed before any step runs, and never moved.
final class ValueMemory: @unchecked Sendable {
    /// The numbers of one image.
    let imageStride: Int
    /// Whether others may have the same place at other times.
    let isReusable: Bool
    /// The first number of the first part.
    private(set) var base: UnsafeMutablePointer<Float>
    /// The numbers from one part to the next.
    private(set) var slotStride: Int

    /// The steps at which it is written or read.
    private(set) var steps: ClosedRange<Int>?
    /// Whether it is read after the last step, too.
    private(set) var isKept = false

    private var owner: FloatBuffer?

    /// Memory that a plan will place.
    ///
    /// What is filled up with zeros to whole blocks keeps a place of its own, as not all kernels write the filling.
    init(_ layout: ValueLayout) {
        imageStride = layout.imageStride
        isReusable = layout.channels % layout.block == 0
        base = ValueMemory.nowhere.base
        slotStride = 0
    }

    /// Memory that is there.
    init(_ layout: ValueLayout, in buffer: FloatBuffer, shardImages: Int) {
        imageStride = layout.imageStride
        isReusable = false
        base = buffer.base
        slotStride = shardImages * layout.imageStride
        owner = buffer
    }

    private static let nowhere = EmptyMemory()

    /// An address for what has none yet.
    private final class EmptyMemory: @unchecked Sendable {
        let base = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    }

    /// Says that steps write or read it.
    func use(at range: Range<Int>) {
        guard !range.isEmpty else { return }
        let added = range.lowerBound...range.upperBound - 1
        steps = steps.map { min($0.lowerBound, added.lowerBound)...max($0.upperBound, added.upperBound) } ?? added
    }

    /// Says that it is read when all steps are through.
    func keep() { isKept = true }

    func place(at base: UnsafeMutablePointer<Float>, slotStride: Int) {
        self.base = base
        self.slotStride = slotStride
    }
}

/// How much memory the values between layers take.
public struct ActivationMemory: Sendable, Hashable {
    /// The bytes that are set aside.
    public let bytes: Int
    /// The bytes that are in use at once at the fullest moment; no order of places takes less.
    public let lowerBound: Int
    /// The bytes that it would take if no two values shared a place.
    public let withoutReuse: Int
}

/// Finds places for values so that those that are needed at different times share theirs.
///
/// The largest value is placed first, each at the lowest place that is free while it is needed.
///
/// - Source: Pisarchyk & Lee 2020, arXiv:2001.03288 (greedy by size)
struct MemoryPlanner {
    private let slots: Int
    private let shardImages: Int
    /// Whether all values of a part lie together, as for a part that a worker takes through all steps; otherwise all
    /// parts of a value do, as whole batches are read.
    private let isBySlot: Bool

    /// Places begin at a cache line.
    private static let alignment = FloatBuffer.alignment / MemoryLayout<Float>.stride

    init(slots: Int, shardImages: Int, isBySlot: Bool) {
        self.slots = slots
        self.shardImages = shardImages
        self.isBySlot = isBySlot
    }

    /// Takes memory for all values and places them.
    ///
    /// - Parameters:
    ///   - values: The values.
    ///   - allocates: Whether to take the memory, as opposed to counting it.
    ///   - stages: For each step, the number of the stage it is in; values of one stage do not share a place.
    /// - Throws: ``KernelError/outOfMemory(bytes:)``.
    func place(
        _ values: [ValueMemory], stages: [Int], allocates: Bool = true
    ) throws(KernelError) -> (FloatBuffer?, ActivationMemory) {
        let end = stages.last ?? 0
        let items = try values.map { (value) throws(KernelError) in
            let isAlways = value.isKept || !value.isReusable || value.steps == nil
            let steps = value.steps ?? 0...0
            return Item(
                value: value, size: try size(of: value),
                stages: isAlways ? 0...end : stages[steps.lowerBound]...stages[steps.upperBound])
        }
        var placed: [(item: Item, offset: Int)] = []
        var total = 0
        let order = items.indices.sorted { (items[$0].size, $1) > (items[$1].size, $0) }
        for index in order {
            let item = items[index]
            // Those that are needed at the same time, by place.
            let others = placed.filter { $0.item.stages.overlaps(item.stages) }.sorted { $0.offset < $1.offset }
            var offset = 0
            for other in others {
                if offset + item.size <= other.offset { break }
                offset = max(offset, other.offset + other.item.size)
            }
            placed.append((item, offset))
            total = max(total, offset + item.size)
        }
        let parts = isBySlot ? slots : 1
        let (count, overflow) = total.multipliedReportingOverflow(by: parts)
        guard !overflow else { throw KernelError.outOfMemory(bytes: .max) }
        let arena = allocates ? try FloatBuffer(count: count) : nil
        for (item, offset) in placed {
            guard let arena else { break }
            item.value.place(
                at: arena.base + offset, slotStride: isBySlot ? total : shardImages * item.value.imageStride)
        }
        let live = (0...end).map { stage in
            items.reduce(0) { $1.stages.contains(stage) ? $0 + $1.size : $0 }
        }
        let bytes = MemoryLayout<Float>.stride * parts
        return (
            arena,
            ActivationMemory(
                bytes: total * bytes, lowerBound: (live.max() ?? 0) * bytes,
                withoutReuse: items.reduce(0) { $0 + $1.size } * bytes)
        )
    }

    private struct Item {
        let value: ValueMemory
        let size: Int
        let stages: ClosedRange<Int>
    }

    private func size(of value: ValueMemory) throws(KernelError) -> Int {
        let (perSlot, overflow) = value.imageStride.multipliedReportingOverflow(by: shardImages)
        let (count, again) = perSlot.multipliedReportingOverflow(by: isBySlot ? 1 : slots)
        let (padded, third) = count.addingReportingOverflow(Self.alignment - 1)
        guard !overflow, !again, !third else { throw KernelError.outOfMemory(bytes: .max) }
        return padded / Self.alignment * Self.alignment
    }
}
