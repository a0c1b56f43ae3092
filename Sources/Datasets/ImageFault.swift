/// What can be wrong with a folder of images or with one of its files.
public enum ImageFault: Error, Equatable {
    /// The folder has no folders of classes.
    case noClasses
    /// The folder of a class has no image.
    case emptyClass
    /// A file is neither a PNG nor a JPEG file by its first bytes.
    case unknownFormat(found: [UInt8])
    /// A file does not decode; the reason is the decoder's.
    case undecodable(reason: String)
    /// An image has more pixels than any that is read.
    case tooManyPixels(rows: Int, columns: Int)
    /// A progressive image is gone over more often than any that is read.
    case tooManyScans(Int, rows: Int, columns: Int)
    /// Two images differ in size, and no size was asked for.
    case unevenSizes(ImageSize, other: String, otherSize: ImageSize)
    /// All images together need more memory than the machine has.
    case tooLarge(images: Int, bytes: Int, available: Int)

    /// The most pixels an image may have: 8,192 by 8,192.
    public static let mostPixels = 1 << 26
    /// The most pixels of all scans of a JPEG image together: sixteen scans of the largest image.
    public static let mostScannedPixels = 1 << 30
}

extension ImageFault: CustomStringConvertible {
    /// What is wrong, and what is allowed.
    public var description: String {
        switch self {
        case .noClasses:
            """
            no folder of a class with PNG or JPEG images is in it: a folder of images has one folder for each class, or \
            folders named train and test (or val) that have
            """
        case .emptyClass:
            "the folder of this class has no PNG or JPEG image; remove it, or put images into it"
        case .unknownFormat(let found):
            found.isEmpty
                ? "the file is empty"
                : "neither a PNG nor a JPEG file: its first bytes are \(DatasetError.hexadecimal(found))"
        case .undecodable(let reason):
            "the image cannot be decoded: \(reason)"
        case .tooManyPixels(let rows, let columns):
            "the image says that it has \(rows) rows and \(columns) columns; at most \(Self.mostPixels) pixels are read"
        case .tooManyScans(let scans, let rows, let columns):
            "the image has \(scans) scans of \(rows) rows and \(columns) columns; at most \(Self.mostScannedPixels) pixels "
                + "of all scans together are read"
        case .unevenSizes(let size, let other, let otherSize):
            """
            the image has \(size) pixels (rows x columns), but \(other) has \(otherSize); ask for one size, for \
            example with --image-size \(size)
            """
        case .tooLarge(let images, let bytes, let available):
            """
            \(images) images need \(bytes) bytes of memory, this machine has \(available); ask for a smaller size with \
            --image-size
            """
        }
    }
}
