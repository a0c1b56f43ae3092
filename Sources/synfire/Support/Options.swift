import ArgumentParser
import Datasets
import Foundation
import NeuralNetworks
import Parallel
import Tensors

/// Where data sets are looked for.
struct DataOptions: ParsableArguments {
    @Option(help: "A folder with data sets, searched before SYNFIRE_DATA and the system's.")
    var dataDir: String?

    /// Reads the images of a reference.
    func open(_ reference: String, defaultSplit: String) throws -> ImageDataset {
        try DatasetCatalog.open(
            reference, defaultSplit: defaultSplit, locator: DatasetLocator(dataDirectory: dataDir))
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

/// Images of a data set as the trainer and the converter take them.
struct ImageData: TrainingData {
    let images: ImageDataset

    var count: Int { images.count }
    var shape: [Int] { images.shape }
    var classes: Int { images.classNames.count }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        (
            try Tensor(shape: [indices.count] + images.shape, scalars: images.scalars(of: indices)),
            images.labels(of: indices)
        )
    }
}
