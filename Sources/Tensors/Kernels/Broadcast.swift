/// Sums and products of values, some of which are the same along some axes, and what comes back to each.
package struct Broadcast: Sendable {
    /// What is done with the values.
    package enum Operation: Sendable {
        /// They are added.
        case sum
        /// They are multiplied.
        case product
    }

    private let operation: Operation
    private let output: Int
    private let sizes: [Int]
    private let walk: StridedWalk

    /// Prepares for one layout of the result, and those of the arguments, of the same block and number of axes.
    package init(_ operation: Operation, _ arguments: [ValueLayout], output: ValueLayout) {
        self.operation = operation
        self.output = output.imageStride
        sizes = arguments.map(\.imageStride)
        walk = StridedWalk(
            shape: output.memoryShape,
            strides: [StridedWalk.strides(of: output.memoryShape)]
                + arguments.map { StridedWalk.strides(of: $0.memoryShape) })
    }

    /// y from its arguments; the first of them may be the same memory if it is as large.
    package func forward(
        _ arguments: [UnsafeMutablePointer<Float>], into y: UnsafeMutablePointer<Float>, images: Int
    ) {
        for image in 0..<images {
            let y = y + image * output
            walk.forEachRun { offsets in
                let y = y + offsets[0]
                for number in arguments.indices.dropFirst() {
                    // The first two are taken together, then each of the others with what is there.
                    let a = number == 1 ? pointer(arguments, 0, image, offsets) : UnsafePointer(y)
                    let b = pointer(arguments, number, image, offsets)
                    let stepA = number == 1 ? walk.innerSteps[1] : walk.innerSteps[0]
                    combine(a, stepA, b, walk.innerSteps[number + 1], y)
                }
            }
        }
    }

    @inline(__always)
    private func pointer(
        _ arguments: [UnsafeMutablePointer<Float>], _ number: Int, _ image: Int, _ offsets: UnsafePointer<Int>
    ) -> UnsafePointer<Float> {
        UnsafePointer(arguments[number] + image * sizes[number] + offsets[number + 1])
    }

    @inline(__always)
    private func combine(
        _ a: UnsafePointer<Float>, _ stepA: Int, _ b: UnsafePointer<Float>, _ stepB: Int,
        _ y: UnsafeMutablePointer<Float>
    ) {
        switch operation {
        case .sum: run(a, stepA, b, stepB, y) { $0 + $1 }
        case .product: run(a, stepA, b, stepB, y) { $0 * $1 }
        }
    }

    /// Inner loops: the result's numbers lie side by side, an argument's too, or all are one number.
    @inline(__always)
    private func run(
        _ a: UnsafePointer<Float>, _ stepA: Int, _ b: UnsafePointer<Float>, _ stepB: Int,
        _ y: UnsafeMutablePointer<Float>, _ operation: (Float, Float) -> Float
    ) {
        let count = walk.innerCount
        switch (stepA, stepB) {
        case (0, 0):
            let value = operation(a[0], b[0])
            for i in 0..<count { y[i] = value }
        case (0, _):
            let a = a[0]
            for i in 0..<count { y[i] = operation(a, b[i]) }
        case (_, 0):
            let b = b[0]
            for i in 0..<count { y[i] = operation(a[i], b) }
        default: for i in 0..<count { y[i] = operation(a[i], b[i]) }
        }
    }

    /// The gradient of argument `number`: dy, times the other arguments of a product, summed over the axes along which
    /// the argument is the same.
    ///
    /// Sums are double precision, in the order of the result's memory.
    package func backward(
        _ number: Int, _ arguments: [UnsafeMutablePointer<Float>], _ dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, images: Int
    ) {
        let size = sizes[number]
        if size == output {
            forEachTerm(number, arguments, dy, images) { image, _, offset, term in
                let dx = dx + image * size + offset
                for i in 0..<walk.innerCount { dx[i] = term(i) }
            }
            return
        }
        let step = walk.innerSteps[number + 1]
        withUnsafeTemporaryAllocation(of: Double.self, capacity: images * size) { memory in
            guard let sums = memory.baseAddress else { return }
            memory.initialize(repeating: 0)
            forEachTerm(number, arguments, dy, images) { image, offset, _, term in
                let sums = sums + image * size + offset
                if step == 0 {
                    var sum = 0.0
                    for i in 0..<walk.innerCount { sum += Double(term(i)) }
                    sums[0] += sum
                } else {
                    for i in 0..<walk.innerCount { sums[i] += Double(term(i)) }
                }
            }
            for i in 0..<images * size { dx[i] = Float(sums[i]) }
        }
    }

    /// Calls `body` for each inner loop of each image with the offsets in argument `number` and in the result, and what
    /// gives the derivative of each number.
    @inline(__always)
    private func forEachTerm(
        _ number: Int, _ arguments: [UnsafeMutablePointer<Float>], _ dy: UnsafePointer<Float>, _ images: Int,
        _ body: (_ image: Int, _ offset: Int, _ output: Int, _ term: (Int) -> Float) -> Void
    ) {
        let others = operation == .sum ? [] : arguments.indices.filter { $0 != number }
        for image in 0..<images {
            walk.forEachRun { offsets in
                let dy = dy + image * output + offsets[0]
                let (offset, place) = (offsets[number + 1], offsets[0])
                switch others.count {
                case 0: body(image, offset, place) { dy[$0] }
                case 1:
                    let factor = pointer(arguments, others[0], image, offsets)
                    let step = walk.innerSteps[others[0] + 1]
                    body(image, offset, place) { dy[$0] * factor[$0 * step] }
                default:
                    body(image, offset, place) { i in
                        others.reduce(dy[i]) {
                            $0 * pointer(arguments, $1, image, offsets)[i * walk.innerSteps[$1 + 1]]
                        }
                    }
                }
            }
        }
    }
}
