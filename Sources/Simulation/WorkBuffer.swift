/// Memory of fixed length that one worker owns for as long as its engine lives.
final class WorkBuffer<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating value: Element, count: Int) {
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: value, count: max(count, 1))
        self.count = count
    }

    convenience init(_ values: [Element]) where Element: ExpressibleByIntegerLiteral {
        self.init(repeating: 0, count: values.count)
        set(values)
    }

    /// Memory that holds `values`.
    init(holding values: [Element]) {
        base = .allocate(capacity: max(values.count, 1))
        count = values.count
        values.withUnsafeBufferPointer { if let first = $0.baseAddress { base.update(from: first, count: count) } }
    }

    deinit { base.deallocate() }

    func fill(_ value: Element) { base.update(repeating: value, count: count) }

    func set(_ values: [Element]) {
        guard values.count == count else { fatalError("\(values.count) values for a buffer of \(count)") }
        values.withUnsafeBufferPointer { if let first = $0.baseAddress { base.update(from: first, count: count) } }
    }
}
