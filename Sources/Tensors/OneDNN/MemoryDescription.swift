import CSynfireOneDNN

/// An owned memory descriptor of oneDNN.
///
/// Unchecked `Sendable`: it is never changed after it is made, and oneDNN only reads it.
final class MemoryDescription: @unchecked Sendable {
    let pointer: synfire_desc

    /// Describes numbers of the given dimensions in a format; `dnnl_format_tag_any` leaves the format to oneDNN.
    init(_ dimensions: [Int], _ tag: dnnl_format_tag_t) throws(KernelError) {
        var made: synfire_desc?
        let status = synfire_desc_create(&made, Int32(dimensions.count), dimensions.map(Int64.init), tag)
        try OneDNN.check(status, "describe memory of shape \(dimensions)")
        guard let made else { throw KernelError.outOfMemory(bytes: 0) }
        pointer = made
    }

    /// Takes the descriptor of a primitive's argument, or nil where it has none (a size of 0 bytes).
    init?(of primitive: dnnl_primitive_desc_t, _ what: dnnl_query_t) throws(KernelError) {
        guard let found = synfire_query_desc(primitive, what), synfire_desc_size(found) > 0 else { return nil }
        var made: synfire_desc?
        try OneDNN.check(synfire_desc_copy(&made, found), "copy a memory descriptor")
        guard let made else { throw KernelError.outOfMemory(bytes: 0) }
        pointer = made
    }

    deinit {
        synfire_desc_destroy(pointer)
    }

    var byteCount: Int { synfire_desc_size(pointer) }

    /// The numbers to reserve for this memory, rounded up.
    var floatCount: Int { (byteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride }

    func matches(_ other: MemoryDescription) -> Bool { synfire_desc_equal(pointer, other.pointer) }

    /// The description of some images' values in a layout of ours.
    convenience init(_ layout: ValueLayout, images: Int) throws(KernelError) {
        guard layout.shape.count >= 2 else {
            try self.init([images, layout.channels], dnnl_ab)
            return
        }
        // A signal is a feature map of one row; more axes than those of an image count as columns.
        let extents =
            layout.shape.count == 3 ? layout.shape : [layout.channels, 1, layout.positions]
        try self.init([images] + extents, Self.tag(ofBlock: layout.block))
    }

    /// Some images' values in whatever order oneDNN likes.
    convenience init(anyOrderOf shape: [Int], images: Int) throws(KernelError) {
        try self.init([images] + shape, dnnl_format_tag_any)
    }

    static func tag(ofBlock block: Int) -> dnnl_format_tag_t {
        switch block {
        case 16: dnnl_nChw16c
        case 8: dnnl_nChw8c
        default: dnnl_nchw
        }
    }

    /// The channel block with which a layout of ours is this memory, or nil where none is.
    func block(forShape shape: [Int], images: Int) throws(KernelError) -> Int? {
        for block in [16, 8, 1] {
            let layout = ValueLayout(shape: shape, block: block)
            if matches(try MemoryDescription(layout, images: images)) { return block }
        }
        return nil
    }
}
