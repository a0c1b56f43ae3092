import Foundation
import Synchronization
import SynfireParallel

/// A folder of labelled PNG and JPEG images, laid out as for torchvision's `ImageFolder`: one folder a class.
///
///     pictures/cat/1.png            or, with splits:    pictures/train/cat/1.png
///     pictures/dog/a.jpg                                pictures/test/cat/9.png
///
/// Classes are the folders' names in order of their code points, those of all splits together; images are ordered by the folder
/// they are in, then by name. Folders within that of a class belong to it. What begins with a dot is passed over, as are files
/// that do not end in `.png`, `.jpg` or `.jpeg`.
struct ImageFolder {
    /// Folders of these names that hold folders, not images, are splits.
    static let splitNames = ["train", "training", "test", "testing", "val", "valid", "validation"]

    /// The folder.
    let path: String
    /// The splits that are there, in the order of ``splitNames``; none where the classes lie in the folder itself.
    let splits: [String]

    /// Looks at what the folder holds.
    init(path: String) throws(DatasetError) {
        let content = try Listing(of: path)
        self.path = path
        var splits: [String] = []
        for name in Self.splitNames where content.folders.contains(name) {
            if try Listing(of: "\(path)/\(name)").isSplit { splits.append(name) }
        }
        self.splits = splits
    }

    /// The visible folders and images directly inside a folder, in order of code points.
    private struct Listing {
        var folders: [String] = []
        var images: [String] = []

        var isSplit: Bool { images.isEmpty && !folders.isEmpty }

        init(of path: String) throws(DatasetError) {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw .fileNotFound(path: path)
            }
            guard isFolder.boolValue else {
                throw .unreadable(path: path, reason: "it is neither a folder of images nor an .h5, .csv or .tsv file")
            }
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: path)
            } catch {
                throw .unreadable(path: path, reason: error.localizedDescription)
            }
            // The order of Unicode's scalars is Python's; that of Swift's strings compares what looks the same as equal.
            for name in names.sorted(by: { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) })
            where !name.hasPrefix(".") {
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder) else {
                    continue
                }
                if isFolder.boolValue {
                    folders.append(name)
                } else if [".png", ".jpg", ".jpeg"].contains(where: { name.lowercased().hasSuffix($0) }) {
                    images.append(name)
                }
            }
        }
    }

    private struct Entry: Sendable {
        let path: String
        let label: Int
    }

    /// Reads the images of a split.
    ///
    /// - Parameters:
    ///   - split: One of ``splits``; nil where there are none.
    ///   - imageSize: The size that all are brought to; nil for the one they share.
    /// - Throws: `DatasetError` that names the file or folder that is wrong; the first in order where several are.
    func read(split: String?, imageSize: ImageSize?) throws(DatasetError) -> LabelledDataset {
        var classNames: Set<String> = []
        for folder in splits.isEmpty ? [path] : splits.map({ "\(path)/\($0)" }) {
            classNames.formUnion(try Listing(of: folder).folders)
        }
        let classes = classNames.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        guard !classes.isEmpty else { throw .badImages(path: path, fault: .noClasses) }

        let base = split.map { "\(path)/\($0)" } ?? path
        let present = Set(try Listing(of: base).folders)
        var entries: [Entry] = []
        for (label, name) in classes.enumerated() where present.contains(name) {
            let files = try Self.images(below: "\(base)/\(name)", depth: 0)
            if files.isEmpty { throw .badImages(path: "\(base)/\(name)", fault: .emptyClass) }
            entries += files.map { Entry(path: $0, label: label) }
        }
        let (shape, pixels) = try Self.decode(entries, imageSize: imageSize)
        return try LabelledDataset(
            name: base, shape: shape, pixels: pixels, labels: entries.map(\.label), classNames: classes,
            provenance: DatasetProvenance(source: "the images in \(base)", licence: "not stated", files: [base]))
    }

    private static let deepest = 32

    /// The images in and below a folder: its own first, then those of each folder in it.
    private static func images(below folder: String, depth: Int) throws(DatasetError) -> [String] {
        // Links can lead in circles.
        guard depth < deepest else {
            throw .unreadable(path: folder, reason: "it is \(deepest) folders deep; do links lead in a circle?")
        }
        let content = try Listing(of: folder)
        var files = content.images.map { "\(folder)/\($0)" }
        for name in content.folders { files += try images(below: "\(folder)/\(name)", depth: depth + 1) }
        return files
    }

    /// The images as bytes, one after the other, and the shape of one.
    ///
    /// Headers are read first, so that what does not fit is found before any image is decoded or memory taken for them.
    private static func decode(
        _ entries: [Entry], imageSize: ImageSize?
    ) throws(DatasetError) -> (shape: [Int], pixels: [UInt8]) {
        let pool: WorkerPool
        do {
            pool = try WorkerPool()
        } catch {
            throw .storage(message: "the images cannot be decoded: \(error)")
        }
        let slots = Mutex([ImageFile.Header?](repeating: nil, count: entries.count))
        try pool.parallelFor(entries.count) { (range: Range<Int>) throws(DatasetError) in
            for index in range {
                let header = try ImageFile.header(path: entries[index].path)
                slots.withLock { $0[index] = header }
            }
        }
        let headers = slots.withLock { $0.compactMap { $0 } }
        guard let first = headers.first else { return ([1, 1, 1], []) }
        if imageSize == nil, let other = headers.firstIndex(where: { $0.size != first.size }) {
            throw .badImages(
                path: entries[other].path,
                fault: .unevenSizes(headers[other].size, other: entries[0].path, otherSize: first.size))
        }
        let size = imageSize ?? first.size
        let channels = headers.allSatisfy { $0.channels == 1 } ? 1 : 3
        let imageBytes = size.rows * size.columns * channels
        let (total, overflow) = imageBytes.multipliedReportingOverflow(by: entries.count)
        let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard !overflow, total <= available else {
            throw .badImages(
                path: entries[0].path,
                fault: .tooLarge(images: entries.count, bytes: overflow ? Int.max : total, available: available))
        }
        let pixels = Mutex([UInt8](repeating: 0, count: total))
        try pool.parallelFor(entries.count) { (range: Range<Int>) throws(DatasetError) in
            for index in range {
                let image = try ImageFile(path: entries[index].path)
                var bytes = image.pixels
                if image.size != size { bytes = ImageResampler(from: image.size, to: size)(bytes) }
                if image.channels < channels { bytes = bytes + bytes + bytes }
                // Each image has its own place, so that the order in which they are ready does not matter.
                pixels.withLock { $0.replaceSubrange(index * imageBytes..<(index + 1) * imageBytes, with: bytes) }
            }
        }
        return ([channels, size.rows, size.columns], pixels.withLock { $0 })
    }
}
