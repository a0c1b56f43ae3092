import CSynfireHDF5Reader

/// Moves selected elements of a dataset from the file to memory.
///
/// An array in one piece is treated as one of chunks, of at most a few hundred kilobytes each.
struct StoredReader {
    private let dataset: StoredDataset
    private let decoder: ChunkDecoder
    private let elementSize: Int
    private let place: HDF5Place
    private let shape: [Int]
    private let chunk: [Int]
    private let chunkSize: Int

    /// The shape, the chunks and the places of the file have been checked by `HDF5Storage.checkPlausible`.
    init(_ dataset: StoredDataset, _ bytes: FileBytes, elementSize: Int, _ place: HDF5Place) {
        (self.dataset, self.elementSize, self.place) = (dataset, elementSize, place)
        shape = dataset.space.shape ?? []
        if case .chunked(let sizes, _, _) = dataset.layout {
            chunk = sizes.map { Int(clamping: $0) }
        } else {
            chunk = Self.pieces(of: shape, elementSize: elementSize)
        }
        chunkSize = (HDF5Shape.count(chunk) ?? 0) * elementSize
        decoder = ChunkDecoder(dataset, bytes, chunkSize: chunkSize, place)
    }

    /// Sizes of pieces that lie in one run of an array.
    private static func pieces(of shape: [Int], elementSize: Int) -> [Int] {
        var piece = shape.map { _ in 1 }
        var size = elementSize
        for dimension in shape.indices.reversed() {
            piece[dimension] = max(1, min(shape[dimension], (256 << 10) / size))
            guard piece[dimension] == shape[dimension] else { break }
            size *= piece[dimension]
        }
        return piece
    }

    /// Reads into memory that is zero.
    func read(_ slab: HDF5Slab, into target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        guard !target.isEmpty else { return }
        if !decoder.isChunked, let first = run(slab) { return try decoder.piece(at: first * elementSize, into: target) }
        guard !shape.isEmpty else { throw StoredValues.damaged(place, "a single value cannot have chunks") }
        try readChunks(slab, into: target)
    }

    /// The first element, if all that are selected follow one another in the array.
    private func run(_ slab: HDF5Slab) -> Int? {
        var first = 0
        var isWhole = true
        for dimension in shape.indices.reversed() {
            guard slab.count[dimension] == 1 || (isWhole && slab.stride[dimension] == 1) else { return nil }
            isWhole = isWhole && slab.count[dimension] == shape[dimension]
        }
        for dimension in shape.indices { first = first * shape[dimension] + slab.start[dimension] }
        return first
    }

    // MARK: Chunks

    /// What is selected of the chunks at one position along a dimension.
    private struct Part {
        /// Which chunk.
        let cell: Int
        /// The first element in the chunk, the first of the selection, and how many.
        let start: Int
        let first: Int
        let count: Int
    }

    private func readChunks(_ slab: HDF5Slab, into target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        let rank = shape.count
        let parts = shape.indices.map { dimension in
            self.parts(
                start: slab.start[dimension], count: slab.count[dimension], stride: slab.stride[dimension],
                chunk: chunk[dimension])
        }
        let grid = shape.indices.map { UInt64((shape[$0] - 1) / chunk[$0] + 1) }
        var at = [Int](repeating: 0, count: rank)
        while true {
            let selected = (0..<rank).map { parts[$0][at[$0]] }
            // Wraps only where there are no chunks at all.
            let number = (0..<rank).reduce(UInt64(0)) { $0 &* grid[$1] &+ UInt64(selected[$1].cell) }
            try readChunk(number, selected, slab, into: target)
            var dimension = rank - 1
            while dimension >= 0 {
                at[dimension] += 1
                if at[dimension] < parts[dimension].count { break }
                at[dimension] = 0
                dimension -= 1
            }
            if dimension < 0 { return }
        }
    }

    private func parts(start: Int, count: Int, stride: Int, chunk: Int) -> [Part] {
        var parts: [Part] = []
        var first = 0
        while first < count {
            let element = start + first * stride
            let cell = element / chunk
            let inside = element - cell * chunk
            let number = min(count - first, (chunk - 1 - inside) / stride + 1)
            parts.append(Part(cell: cell, start: inside, first: first, count: number))
            first += number
        }
        return parts
    }

    private func readChunk(
        _ number: UInt64, _ parts: [Part], _ slab: HDF5Slab, into target: UnsafeMutableRawBufferPointer
    ) throws(HDF5Error) {
        // Where the selected elements are in memory and in the chunk, and how far along each dimension the next is.
        var (inMemory, inChunk) = (0, 0)
        for (dimension, part) in parts.enumerated() {
            inMemory = inMemory * slab.count[dimension] + part.first
            inChunk = inChunk * chunk[dimension] + part.start
        }
        // The last dimensions may together be one run in both.
        var outer = parts.count - 1
        var run = 1
        if slab.stride[outer] == 1 {
            run = parts[outer].count
            while outer > 0, parts[outer].count == chunk[outer], parts[outer].count == slab.count[outer],
                slab.stride[outer - 1] == 1 || parts[outer - 1].count == 1
            {
                outer -= 1
                run *= parts[outer].count
            }
        } else {
            outer = parts.count
        }
        let runSize = run * elementSize
        let start = start(of: parts) &* elementSize
        if runSize == chunkSize {
            let place = inMemory * elementSize
            return try decoder.chunk(number, at: start, into: .init(rebasing: target[place..<place + runSize]))
        }
        try decoder.withChunk(number, at: start) { source in
            copy(
                parts, slab, outer: outer, runSize: runSize, from: source, inChunk * elementSize, to: target,
                inMemory * elementSize)
        }
    }

    /// The first element of a chunk in the whole array.
    private func start(of parts: [Part]) -> Int {
        var element = 0
        // Wraps only where there are chunks, which are found by their number.
        for (dimension, part) in parts.enumerated() {
            element = element &* shape[dimension] &+ part.cell &* chunk[dimension]
        }
        return element
    }

    private func copy(
        _ parts: [Part], _ slab: HDF5Slab, outer: Int, runSize: Int, from source: UnsafeRawBufferPointer,
        _ sourceStart: Int, to target: UnsafeMutableRawBufferPointer, _ targetStart: Int
    ) {
        // How many bytes the next element along a dimension is away.
        var (sourceSteps, targetSteps) = (parts.map { _ in 0 }, parts.map { _ in 0 })
        var (sourceStep, targetStep) = (elementSize, elementSize)
        for dimension in parts.indices.reversed() {
            sourceSteps[dimension] = sourceStep * slab.stride[dimension]
            targetSteps[dimension] = targetStep
            sourceStep *= chunk[dimension]
            targetStep *= slab.count[dimension]
        }
        var at = [Int](repeating: 0, count: outer)
        var (from, to) = (sourceStart, targetStart)
        while true {
            UnsafeMutableRawBufferPointer(rebasing: target[to..<to + runSize])
                .copyMemory(from: .init(rebasing: source[from..<from + runSize]))
            var dimension = outer - 1
            while dimension >= 0 {
                at[dimension] += 1
                from += sourceSteps[dimension]
                to += targetSteps[dimension]
                if at[dimension] < parts[dimension].count { break }
                from -= at[dimension] * sourceSteps[dimension]
                to -= at[dimension] * targetSteps[dimension]
                at[dimension] = 0
                dimension -= 1
            }
            if dimension < 0 { return }
        }
    }
}
