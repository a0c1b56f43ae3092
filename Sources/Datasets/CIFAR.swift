extension DatasetEntry {
    /// CIFAR-10: 60,000 colour pictures, 32 by 32, in ten classes.
    ///
    /// - Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, chapter 3; binary version of
    ///   https://www.cs.toronto.edu/~kriz/cifar.html.
    static let cifar10 = DatasetEntry(
        name: "cifar-10",
        summary: "pictures of things and animals, 32 x 32 in colour, 10 classes: 50,000 to train and 10,000 to test",
        splits: ["train", "test"],
        open: { split, locator throws(DatasetError) in try CIFAR.ten.open(split: split, locator: locator) })

    /// CIFAR-100 by its hundred classes.
    static let cifar100 = DatasetEntry(
        name: "cifar-100",
        summary: "pictures of things and animals, 32 x 32 in colour, 100 classes: 50,000 to train and 10,000 to test",
        splits: ["train", "test"],
        open: { split, locator throws(DatasetError) in try CIFAR.hundredFine.open(split: split, locator: locator) })

    /// CIFAR-100 by the twenty superclasses that its classes are gathered in.
    static let cifar100Coarse = DatasetEntry(
        name: "cifar-100-coarse",
        summary: "the pictures of cifar-100 in 20 classes of five kinds of things each",
        splits: ["train", "test"],
        open: { split, locator throws(DatasetError) in try CIFAR.hundredCoarse.open(split: split, locator: locator) })
}

/// How a CIFAR set lies on disk in its binary version: records of labels and a picture, without any header.
///
/// The picture is 1,024 bytes of red, as many of green and of blue, each row by row. The files are read as they are or out of the
/// archive that they are published in.
struct CIFAR: Sendable {
    private static let pixels = 3 * 32 * 32
    /// More than a file of any of the sets has; what is larger in an archive is not one.
    private static let largestFile = 1 << 30

    let name: String
    /// How many labels stand before a picture, and which of them is meant.
    let labels: Int
    let label: Int
    let classes: Int
    let trainFiles: [String]
    let testFiles: [String]
    let namesFile: String
    /// The folder in the archive, and the archive.
    let folder: String
    let archive: String

    static let ten = CIFAR(
        name: "cifar-10", labels: 1, label: 0, classes: 10, trainFiles: (1...5).map { "data_batch_\($0).bin" },
        testFiles: ["test_batch.bin"], namesFile: "batches.meta.txt", folder: "cifar-10-batches-bin",
        archive: "cifar-10-binary.tar.gz")
    static let hundredFine = hundred(name: "cifar-100", label: 1, classes: 100, namesFile: "fine_label_names.txt")
    static let hundredCoarse = hundred(
        name: "cifar-100-coarse", label: 0, classes: 20, namesFile: "coarse_label_names.txt")

    private static func hundred(name: String, label: Int, classes: Int, namesFile: String) -> CIFAR {
        CIFAR(
            name: name, labels: 2, label: label, classes: classes, trainFiles: ["train.bin"], testFiles: ["test.bin"],
            namesFile: namesFile, folder: "cifar-100-binary", archive: "cifar-100-binary.tar.gz")
    }

    func open(split: String, locator: DatasetLocator) throws(DatasetError) -> LabelledDataset {
        let names = (split == "train" ? trainFiles : testFiles) + [namesFile]
        var places = try locator.places(for: name)
        // The coarse labels are of the same files.
        if labels == 2, label == 0 { places += try locator.places(for: "cifar-100").filter { !places.contains($0) } }
        for place in places {
            for folder in [place, "\(place)/\(folder)"] {
                let paths = names.compactMap { locator.file($0, in: folder) }
                guard paths.count == names.count else { continue }
                var files: [[UInt8]] = []
                for path in paths { files.append(try Self.bytes(of: path)) }
                return try read(files, paths: paths, split: split)
            }
            if let path = locator.plainFile(archive, in: place)
                ?? locator.plainFile(String(archive.dropLast(3)), in: place)
            {
                let files = try TarArchive.files(named: Set(names), in: path, largest: Self.largestFile)
                if let missing = names.first(where: { files[$0] == nil }) {
                    throw .corruptArchive(path: path, reason: "it holds no \(missing)")
                }
                return try read(names.compactMap { files[$0] }, paths: names.map { "\(path)/\($0)" }, split: split)
            }
        }
        throw .notInstalled(
            dataset: name, files: names, places: places,
            remedy: "get \(archive) from https://www.cs.toronto.edu/~kriz/cifar.html")
    }

    private static func bytes(of path: String) throws(DatasetError) -> [UInt8] {
        let source = try ByteSource(path: path)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(source.plausibleSize, largestFile))
        try source.append(upTo: largestFile, to: &bytes)
        return bytes
    }

    /// Takes the records apart; the last file has the names of the classes.
    private func read(_ files: [[UInt8]], paths: [String], split: String) throws(DatasetError) -> LabelledDataset {
        let classNames = try classNames(in: files[files.count - 1], path: paths[paths.count - 1])
        let record = labels + Self.pixels
        var pixels: [UInt8] = []
        var classes: [UInt8] = []
        pixels.reserveCapacity(files.reduce(0) { $0 + $1.count })
        for (bytes, path) in zip(files, paths).dropLast() {
            if bytes.isEmpty { throw .emptyFile(path: path) }
            guard bytes.count % record == 0 else {
                throw .partialRecord(
                    path: path, size: bytes.count, record: record,
                    layout: "\(labels) of labels, \(Self.pixels) of pixels")
            }
            for index in 0..<bytes.count / record {
                let start = index * record
                let label = bytes[start + self.label]
                guard label < self.classes else {
                    throw .labelOutOfRange(path: path, index: index, label: Int(label), classes: self.classes)
                }
                classes.append(label)
                pixels += bytes[start + labels..<start + record]
            }
        }
        return try LabelledDataset(
            name: "\(name):\(split)", shape: [3, 32, 32], pixels: pixels, labels: classes, classNames: classNames,
            provenance: DatasetProvenance(
                source: "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
                licence: "not stated", files: Array(paths.dropLast())))
    }

    private func classNames(in bytes: [UInt8], path: String) throws(DatasetError) -> [String] {
        let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimming(while: \.isWhitespace) }.filter { !$0.isEmpty }
        guard names.count == classes else {
            throw .wrongNameCount(path: path, found: names.count, expected: classes)
        }
        return names
    }
}

extension Substring {
    /// The text without such characters at its ends.
    fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
        let rest = drop(while: predicate)
        guard let last = rest.lastIndex(where: { !predicate($0) }) else { return "" }
        return String(rest[...last])
    }
}
