import SynfireHDF5

/// A dataset that grows along its first axis, filled through a buffer so that whole chunks are written.
///
/// What ends up in the file does not depend on how it was cut into appends.
final class GrowingList<Element: HDF5Scalar> {
    private let dataset: HDF5Dataset
    private var buffer: [Element] = []
    /// How many elements are written at once: a multiple of a chunk.
    private let batch: Int

    init(_ dataset: consuming HDF5Dataset, batch: Int) {
        self.dataset = dataset
        self.batch = batch
    }

    func append(_ values: [Element]) throws(HDF5Error) {
        var rest = values[...]
        if !buffer.isEmpty {
            let taken = min(batch - buffer.count, rest.count)
            buffer += rest.prefix(taken)
            rest = rest.dropFirst(taken)
            if buffer.count == batch { try flush() }
        }
        let whole = rest.count / batch * batch
        if whole == values.count {
            try dataset.append(values)
        } else if whole > 0 {
            try dataset.append(Array(rest.prefix(whole)))
        }
        buffer += rest.dropFirst(whole)
    }

    func flush() throws(HDF5Error) {
        try dataset.append(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
