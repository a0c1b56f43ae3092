import SynfireTensors

/// What a layer with a moving window is set to, for feature maps and signals alike: a signal is a map of one row.
struct WindowSettings: Sendable {
    let kernel: Pair
    let stride: Pair
    let dilation: Pair
    let padding: Padding
    let roundsUp: Bool
    let isSignal: Bool

    /// For feature maps.
    init(kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = 1, roundsUp: Bool = false) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.roundsUp = roundsUp
        isSignal = false
    }

    /// For signals.
    ///
    /// Where the padding is given by numbers, its rows are what is added in front, its columns what is added behind.
    init(length: Int, stride: Int, padding: Padding, dilation: Int = 1, roundsUp: Bool = false) {
        kernel = Pair(1, length)
        self.stride = Pair(1, stride)
        self.dilation = Pair(1, dilation)
        self.padding =
            padding.symmetric.map { .numbers(top: 0, bottom: 0, left: $0.rows, right: $0.columns) } ?? padding
        self.roundsUp = roundsUp
        isSignal = true
    }

    /// Refuses a padding of four numbers for a signal.
    static func checkSignal(_ padding: Padding, _ kind: String) throws(NetworkError) {
        guard padding != .same, padding.symmetric == nil else { return }
        throw .hyperparameterConflict(
            kind: kind, reason: "padding is \(padding), but a signal has two sides: [before, after]")
    }

    /// Refuses a padding of more than half the window on a side, which poolings do not allow.
    func checkAtMostHalf(_ kind: String) throws(NetworkError) {
        guard case .numbers(let top, let bottom, let left, let right) = padding else { return }
        let rows = WindowAxis(kernel: kernel.rows, dilation: dilation.rows).span
        let columns = WindowAxis(kernel: kernel.columns, dilation: dilation.columns).span
        guard 2 * max(top, bottom) <= rows, 2 * max(left, right) <= columns else {
            let found = isSignal ? Padding(Pair(left, right)) : padding
            let size = isSignal ? "\(kernel.columns)" : "\(kernel)"
            let reach = dilation == 1 ? "" : " with dilation \(isSignal ? "\(dilation.columns)" : "\(dilation)")"
            throw .hyperparameterConflict(
                kind: kind, reason: "padding is \(found), which is more than half of kernel_size \(size)\(reach)")
        }
    }

    /// How the window moves over a map or signal of a shape that ``map(_:channels:)`` has let pass.
    func window(over shape: [Int]) -> Window {
        func axis(_ kernel: Int, _ stride: Int, _ dilation: Int, _ sides: (Int, Int)?, _ n: Int) -> WindowAxis {
            let (before, after) = sides ?? (0, 0)
            let axis = WindowAxis(kernel: kernel, stride: stride, dilation: dilation, before: before, after: after)
            if sides == nil { return axis.keepingSize(of: n) }
            return roundsUp ? axis.roundingUp(over: n) : axis
        }
        var (vertical, horizontal): ((Int, Int)?, (Int, Int)?)
        if case .numbers(let top, let bottom, let left, let right) = padding {
            (vertical, horizontal) = ((top, bottom), (left, right))
        }
        let map = Self.mapShape(shape)
        return Window(
            rows: axis(kernel.rows, stride.rows, dilation.rows, vertical, map[1]),
            columns: axis(kernel.columns, stride.columns, dilation.columns, horizontal, map[2]))
    }

    /// (channels, rows, columns) of a map, or of a signal as a map of one row.
    static func mapShape(_ shape: [Int]) -> [Int] { shape.count == 2 ? [shape[0], 1, shape[1]] : shape }

    /// The shape of a map's values after the layer, or a signal's, which has no rows.
    static func shape(_ channels: Int, _ rows: Int, _ columns: Int, isSignal: Bool) -> [Int] {
        isSignal ? [channels, columns] : [channels, rows, columns]
    }

    /// Refuses what is neither a map nor, of a layer for those, a signal.
    static func check(_ shape: [Int], channels: Int? = nil, isSignal: Bool) throws(InputMismatch) {
        guard shape.count == (isSignal ? 2 : 3), channels == nil || shape[0] == channels else {
            let count = channels.map(String.init) ?? "channels"
            throw InputMismatch(
                isSignal ? "a signal of shape [\(count), length]" : "a feature map of shape [\(count), rows, columns]")
        }
    }

    /// The shape after the window has passed over values of a shape, or what would be right.
    ///
    /// - Parameter channels: How many channels come in, where that is fixed.
    func outputShape(for shape: [Int], channels: Int? = nil, outputChannels: Int) throws(InputMismatch) -> [Int] {
        try Self.check(shape, channels: channels, isSignal: isSignal)
        let window = window(over: shape)
        let map = Self.mapShape(shape)
        let (rows, columns) = window.outputSize(rows: map[1], columns: map[2])
        guard rows > 0, columns > 0 else {
            func least(_ axis: WindowAxis) -> Int {
                max(1, axis.span - axis.before - axis.after - (roundsUp ? axis.stride - 1 : 0))
            }
            let (height, width) = (least(window.rows), least(window.columns))
            throw InputMismatch(
                isSignal
                    ? "a length of at least \(width) for its window to fit"
                    : "at least \(height) rows and \(width) columns for its window to fit")
        }
        return Self.shape(outputChannels, rows, columns, isSignal: isSignal)
    }
}

extension Padding {
    /// What is added in front of and behind a signal, for layers of one dimension.
    ///
    /// They read the number of rows as what is added in front, that of columns as what is added behind.
    public static func signal(before: Int, after: Int) -> Padding { Padding(Pair(before, after)) }

    /// The numbers of rows and columns that this comes to for a window over a map; where it has numbers, those.
    ///
    /// - Parameter shape: (channels, rows, columns).
    public func resolved(over shape: [Int], kernel: Pair, stride: Pair, dilation: Pair = 1) -> Padding {
        guard self == .same, shape.count == 3 else { return self }
        let window = WindowSettings(kernel: kernel, stride: stride, padding: self, dilation: dilation)
            .window(over: shape)
        return .numbers(
            top: window.rows.before, bottom: window.rows.after, left: window.columns.before,
            right: window.columns.after)
    }
}
