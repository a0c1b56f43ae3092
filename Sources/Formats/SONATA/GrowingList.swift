import SynfireHDF5

/// A dataset that grows along its first axis, filled through a buffer so that whole chunks are written.
///
/// What ends up in the file does not depend on how it was cut into appends.
final class GrowingList<Element: HDF5Scalar> {
    private let dataset: HDF5Dataset
    private var buffer: [Element] = []
    /// How many elements are a chunk.
    private let chunk: Int
    /// How many elements are written at once: a multiple of a chunk.
    private let batch: Int

    init(_ dataset: consuming HDF5Dataset, chunk: Int, batch: Int) {
        self.dataset = dataset
        self.chunk = chunk
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

    /// Writes the chunks that are full, and gives the rest, for a flush of the file.
    func tail() throws(HDF5Error) -> HDF5Tail {
        let whole = buffer.count / chunk * chunk
        if whole > 0 {
            try dataset.append(Array(buffer.prefix(whole)))
            buffer.removeFirst(whole)
        }
        return try dataset.tail(buffer)
    }
}

extension HDF5Group {
    /// Makes a list of numbers that grows a few at a time.
    func growingList<Element: HDF5Scalar>(_ name: String, of type: Element.Type) throws(HDF5Error) -> GrowingList<
        Element
    > {
        let chunk = 1 << 10
        let dataset = try createDataset(
            name, of: type, shape: [0], maxShape: [nil], options: HDF5DatasetOptions(chunk: [chunk]))
        return GrowingList(dataset, chunk: chunk, batch: chunk)
    }
}
