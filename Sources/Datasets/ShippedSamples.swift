extension DatasetEntry {
    /// The first thousand test images of Fashion-MNIST, which come with Synfire.
    static let fashionMNISTSample = shipped(
        "fashion-mnist-sample", splits: ["test"],
        summary: "the first 1,000 test images of fashion-mnist, which come with Synfire")

    /// Handwritten digits: 1,797 grey pictures, 8 by 8, in ten classes.
    ///
    /// - Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits", 1998, UCI Machine Learning Repository,
    ///   doi:10.24432/C50P49, as scikit-learn's `load_digits`.
    static let digits = shipped(
        "digits", splits: ["train", "test", "all"],
        summary: "pictures of handwritten digits, 8 x 8 grey, 10 classes: 1,437 to train and 360 to test")

    /// Iris: four measures of 150 flowers of three species.
    ///
    /// - Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7:179, 1936,
    ///   doi:10.1111/j.1469-1809.1936.tb02137.x, as scikit-learn's `load_iris`.
    static let iris = shipped(
        "iris", splits: ["train", "test", "all"],
        summary: "4 measures [cm] of flowers of 3 species: 120 to train and 30 to test")

    /// Wine: thirteen chemical measures of 178 wines of three cultivars.
    ///
    /// - Source: S. Aeberhard, M. Forina, "Wine", 1992, UCI Machine Learning Repository, doi:10.24432/C5PC7J, as scikit-learn's
    ///   `load_wine`.
    static let wine = shipped(
        "wine", splits: ["train", "test", "all"],
        summary: "13 chemical measures of wines of 3 cultivars: 142 to train and 36 to test")

    /// Breast cancer Wisconsin (diagnostic): thirty measures of the cell nuclei of 569 tumours.
    ///
    /// - Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast cancer Wisconsin (diagnostic)", 1993, UCI Machine
    ///   Learning Repository, doi:10.24432/C5DW2B, as scikit-learn's `load_breast_cancer`.
    static let breastCancer = shipped(
        "breast-cancer", splits: ["train", "test", "all"],
        summary: "30 measures of the cell nuclei of tumours, benign or malignant: 455 to train and 114 to test")

    /// A data set that is one HDF5 file in a folder of `datasets/`.
    ///
    /// - Parameter splits: One for the whole file, or what `/splits` of the file has and `all`.
    private static func shipped(_ name: String, splits: [String], summary: String) -> DatasetEntry {
        DatasetEntry(
            name: name, summary: summary, splits: splits,
            open: { split, locator throws(DatasetError) in
                let places = try locator.places(for: name)
                for place in places {
                    guard let path = locator.plainFile("\(name).h5", in: place) else { continue }
                    return try LabelledDataset(synfireFile: path, split: splits.count == 1 ? nil : split)
                }
                throw .notInstalled(
                    dataset: name, files: ["\(name).h5"], places: places,
                    remedy: "take it from the folder datasets/\(name) of Synfire's sources")
            })
    }
}
