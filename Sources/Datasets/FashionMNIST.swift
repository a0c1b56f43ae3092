extension DatasetEntry {
    /// Fashion-MNIST: 70,000 grey pictures of clothes, 28 by 28, in ten classes.
    ///
    /// - Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
    ///   algorithms", 2017, arXiv:1708.07747.
    static let fashionMNIST = DatasetEntry(
        name: "fashion-mnist",
        summary: "pictures of clothes, 28 x 28 grey, 10 classes: 60,000 to train and 10,000 to test",
        splits: ["train", "test"],
        open: FashionMNIST.open)

    /// The first thousand test images of Fashion-MNIST, which come with Synfire.
    static let fashionMNISTSample = DatasetEntry(
        name: "fashion-mnist-sample",
        summary: "the first 1,000 test images of fashion-mnist, which come with Synfire",
        splits: ["test"],
        open: FashionMNIST.openSample)
}

/// How Fashion-MNIST lies on disk.
enum FashionMNIST {
    static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]
    static let source = "Zalando Research, Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747)"
    static let licence = "MIT"

    static func open(split: String, locator: DatasetLocator) throws(DatasetError) -> ImageDataset {
        let prefix = split == "train" ? "train" : "t10k"
        let names = ["\(prefix)-images-idx3-ubyte", "\(prefix)-labels-idx1-ubyte"]
        let places = try locator.places(for: "fashion-mnist")
        for place in places {
            guard let images = locator.file(names[0], in: place), let labels = locator.file(names[1], in: place) else {
                continue
            }
            return try read(images: images, labels: labels, name: "fashion-mnist:\(split)")
        }
        throw .notInstalled(dataset: "fashion-mnist", files: names, places: places)
    }

    static func openSample(split: String, locator: DatasetLocator) throws(DatasetError) -> ImageDataset {
        let name = "fashion-mnist-sample"
        let places = try locator.places(for: name)
        for place in places {
            if let path = locator.plainFile("\(name).h5", in: place) { return try ImageDataset(synfireFile: path) }
        }
        throw .notInstalled(dataset: name, files: ["\(name).h5"], places: places)
    }

    private static func read(images: String, labels: String, name: String) throws(DatasetError) -> ImageDataset {
        let pixels = try IDXFile(path: images)
        guard pixels.shape.count == 3, pixels.shape.dropFirst().elementsEqual([28, 28]) else {
            throw .unexpectedShape(path: images, field: "the array", found: pixels.shape, expected: "[count, 28, 28]")
        }
        let classes = try IDXFile(path: labels)
        guard classes.shape.count == 1 else {
            throw .unexpectedShape(path: labels, field: "the array", found: classes.shape, expected: "[count]")
        }
        guard classes.shape[0] == pixels.shape[0] else {
            throw .countMismatch(path: labels, images: pixels.shape[0], labels: classes.shape[0])
        }
        return try ImageDataset(
            name: name, shape: [1, 28, 28], pixels: pixels.elements(as: UInt8.self),
            labels: classes.elements(as: UInt8.self), classNames: classNames,
            provenance: DatasetProvenance(source: source, licence: licence, files: [images, labels]))
    }
}
