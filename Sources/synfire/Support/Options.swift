import ArgumentParser
import Foundation
import SynfireDatasets
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors

/// Where data sets are looked for, and how those that users bring are read.
struct DataOptions: ParsableArguments {
    @Option(
        help: "A folder with data sets, searched before SYNFIRE_DATA and the system's.", completion: .directory)
    var dataDir: String?

    @Option(help: "Bring images to ROWSxCOLUMNS, 32x32 for example; for one source alone write it as SOURCE@32x32.")
    var imageSize: String?

    @Option(help: "The column of labels in tables; default: label, class or target, or else the last one.")
    var labelColumn: String?

    /// Reads the samples of a reference.
    func open(_ reference: String, defaultSplit: String) throws -> LabelledDataset {
        try DatasetCatalog.open(
            reference, defaultSplit: defaultSplit, locator: DatasetLocator(dataDirectory: dataDir),
            options: DatasetOptions(
                imageSize: try imageSize.map { try ImageSize(parsing: $0) }, labelColumn: labelColumn))
    }
}

/// How a result is printed.
struct PrintOptions: ParsableArguments {
    @Flag(help: "Print one JSON object instead of text.")
    var json = false
}

/// How many workers compute.
struct WorkerOptions: ParsableArguments {
    @Option(help: "How many workers compute; results do not depend on it. Default: all processor cores.")
    var workers: Int?

    func validate() throws {
        if let workers, !(1...1024).contains(workers) {
            throw ValidationError("--workers is \(workers): give a number from 1 to 1024")
        }
    }

    /// How many workers that comes to.
    var count: Int { workers ?? WorkerPool.availableCores }

    /// The workers.
    func pool() throws -> WorkerPool { try WorkerPool(workers: count) }
}

/// Samples of a data set as the trainer and the converter take them.
struct ImageData: TrainingData {
    let images: LabelledDataset

    var count: Int { images.count }
    var shape: [Int] { images.shape }
    var classes: Int { images.classNames.count }

    func labels(_ indices: [Int]) throws -> [Int] { images.labels(of: indices) }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        (
            try Tensor(shape: [indices.count] + images.shape, scalars: images.scalars(of: indices)),
            images.labels(of: indices)
        )
    }
}
