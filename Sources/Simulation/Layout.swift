/// The order in which an engine keeps the elements of a shape.
///
/// A feature map `[channels, height, width]` is kept with its channels last, so that what one input spike changes at
/// one place, all channels of a pixel, is one run of memory. Everything else is kept in row-major order.
struct Layout: Sendable {
    /// The extents, channels first.
    let shape: [Int]
    /// How many elements there are.
    let count: Int
    /// The number of channels of a feature map, otherwise 1.
    let channels: Int

    init(_ shape: [Int]) {
        self.shape = shape
        count = shape.reduce(1, *)
        channels = shape.count == 3 ? shape[0] : 1
    }

    private var isFeatureMap: Bool { shape.count == 3 }
    private var pixels: Int { count / channels }

    /// The place in memory of the element with a row-major index.
    @inline(__always) func place(ofRowMajor index: Int) -> Int {
        isFeatureMap ? (index % pixels) * channels + index / pixels : index
    }

    /// The row-major index of the element at a place in memory.
    @inline(__always) func rowMajor(ofPlace place: Int) -> Int {
        isFeatureMap ? (place % channels) * pixels + place / channels : place
    }
}
