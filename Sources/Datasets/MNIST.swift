extension DatasetEntry {
    /// MNIST: 70,000 grey pictures of handwritten digits, 28 by 28.
    ///
    /// - Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE
    ///   86:2278, 1998, doi:10.1109/5.726791.
    static let mnist = entry(
        MNISTFamily(
            name: "mnist", classNames: (0...9).map(String.init),
            source:
                "Y. LeCun, C. Cortes, C. J. C. Burges, the MNIST database of handwritten digits (doi:10.1109/5.726791)",
            licence: "CC-BY-SA-3.0", remedy: "get its four files, as torchvision.datasets.MNIST downloads them"),
        summary: "pictures of handwritten digits, 28 x 28 grey, 10 classes: 60,000 to train and 10,000 to test")

    /// Fashion-MNIST: 70,000 grey pictures of clothes, 28 by 28, in ten classes.
    ///
    /// - Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
    ///   algorithms", 2017, arXiv:1708.07747.
    static let fashionMNIST = entry(
        MNISTFamily(
            name: "fashion-mnist",
            classNames: [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                "Ankle boot",
            ],
            source: "Zalando Research, Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747)", licence: "MIT",
            remedy: "run `make data`"),
        summary: "pictures of clothes, 28 x 28 grey, 10 classes: 60,000 to train and 10,000 to test")

    /// Kuzushiji-MNIST: 70,000 grey pictures of ten cursive Japanese characters, 28 by 28.
    ///
    /// - Source: T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha, "Deep learning for classical Japanese
    ///   literature", 2018, arXiv:1812.01718.
    static let kuzushijiMNIST = entry(
        MNISTFamily(
            name: "kmnist", classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
            source: "Center for Open Data in the Humanities, KMNIST (Clanuwat et al. 2018, arXiv:1812.01718)",
            licence: "CC-BY-SA-4.0", remedy: "get its four files, as torchvision.datasets.KMNIST downloads them"),
        summary: "pictures of cursive Japanese characters, 28 x 28 grey, 10 classes: 60,000 to train and 10,000 to test"
    )

    private static func entry(_ family: MNISTFamily, summary: String) -> DatasetEntry {
        DatasetEntry(
            name: family.name, summary: summary, splits: ["train", "test"],
            open: { split, locator throws(DatasetError) in try family.open(split: split, locator: locator) })
    }
}

/// How MNIST and the sets made in its image lie on disk: four IDX files of the same names, plain or gzipped.
struct MNISTFamily: Sendable {
    let name: String
    let classNames: [String]
    let source: String
    let licence: String
    /// How to get the files, as an order.
    let remedy: String

    func open(split: String, locator: DatasetLocator) throws(DatasetError) -> LabelledDataset {
        let prefix = split == "train" ? "train" : "t10k"
        let names = ["\(prefix)-images-idx3-ubyte", "\(prefix)-labels-idx1-ubyte"]
        let places = try locator.places(for: name)
        for place in places {
            guard let images = locator.file(names[0], in: place), let labels = locator.file(names[1], in: place) else {
                continue
            }
            return try read(images: images, labels: labels, split: split)
        }
        throw .notInstalled(dataset: name, files: names, places: places, remedy: remedy)
    }

    private func read(images: String, labels: String, split: String) throws(DatasetError) -> LabelledDataset {
        let pixels = try IDXFile(path: images)
        guard pixels.shape.count == 3, pixels.shape.dropFirst().elementsEqual([28, 28]) else {
            throw .unexpectedShape(path: images, field: "the array", found: pixels.shape, expected: "[count, 28, 28]")
        }
        let classes = try IDXFile(path: labels)
        guard classes.shape.count == 1 else {
            throw .unexpectedShape(path: labels, field: "the array", found: classes.shape, expected: "[count]")
        }
        guard classes.shape[0] == pixels.shape[0] else {
            throw .countMismatch(path: labels, samples: pixels.shape[0], labels: classes.shape[0])
        }
        return try LabelledDataset(
            name: "\(name):\(split)", shape: [1, 28, 28], pixels: pixels.elements(as: UInt8.self),
            labels: classes.elements(as: UInt8.self), classNames: classNames,
            provenance: DatasetProvenance(source: source, licence: licence, files: [images, labels]))
    }
}
