import Foundation
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors

/// What some changes make of an image.
func augmented(
    _ changes: [any Augmentation], _ image: [Float], shape: [Int], index: Int = 0, epoch: Int = 0, seed: UInt64 = 1
) throws -> [Float] {
    let augmenter = try Augmenter(changes, inputShape: shape)
    var image = image
    // Scratch memory may hold anything.
    var scratch = [Float](repeating: .nan, count: augmenter.scratchCount)
    image.withUnsafeMutableBufferPointer { image in
        scratch.withUnsafeMutableBufferPointer { scratch in
            guard let first = image.baseAddress, let memory = scratch.baseAddress else { return }
            augmenter.apply(to: first, index: index, epoch: epoch, seed: seed, scratch: memory)
        }
    }
    return image
}

/// Numbers 1, 2, … in a shape.
func counting(_ shape: [Int]) -> [Float] { (1...shape.reduce(1, *)).map(Float.init) }

/// A change of each kind in the catalog that changes nearly every image, if its coin falls so.
enum AugmentationSamples {
    static func settings(_ name: String) -> [String: AugmentationValue] {
        switch name {
        case "shift": ["pixels": .number(3)]
        case "random_crop": ["padding": .number(4)]
        case "rotation": ["degrees": .number(90)]
        case "affine":
            [
                "degrees": .list([-20, 30]), "translate": .list([0.1, 0.25]), "scale": .list([0.8, 1.5]),
                "shear": .list([-5, 5, 0, 10]), "interpolation": .word("bilinear"), "fill": .number(0.5),
            ]
        case "color_jitter": ["brightness": .number(0.4), "contrast": .list([0.5, 2])]
        case "noise": ["std": .number(0.2)]
        case "erasing": ["value": .word("random"), "ratio": .list([0.5, 2])]
        case "cutout": ["size": .number(4)]
        default: [:]
        }
    }

    static func make(_ name: String, probability: Double) throws -> any Augmentation {
        try AugmentationCatalog.make(name, settings(name).merging(["p": .number(probability)]) { $1 })
    }
}

/// The chance of a value of χ² at least as large with so many degrees of freedom (Wilson & Hilferty 1931).
func tailOfChiSquare(_ value: Double, degrees: Int) -> Double {
    let k = Double(degrees)
    let z = (pow(value / k, 1.0 / 3) - (1 - 2 / (9 * k))) / (2 / (9 * k)).squareRoot()
    return 0.5 * erfc(z / 2.0.squareRoot())
}

/// The largest distance of drawn numbers' distribution from a given one, times √n (Kolmogorov & Smirnov).
///
/// Above 1.95 once in a thousand times.
func distance(of numbers: [Double], from distribution: (Double) -> Double) -> Double {
    let count = Double(numbers.count)
    var largest = 0.0
    for (position, number) in numbers.sorted().enumerated() {
        let expected = distribution(number)
        largest = max(largest, expected - Double(position) / count, Double(position + 1) / count - expected)
    }
    return largest * count.squareRoot()
}

/// What PyTorch and torchvision computed: see `Reference/make_augmentation_reference.py`.
struct AugmentationReference: Decodable {
    struct Affine: Decodable, Sendable {
        let before, after: Reference.Numbers
        let angle, scale, fill: Double
        let translate, shear: [Double]
        let interpolation: String
        let turn: Bool
    }

    struct Jitter: Decodable {
        let before, after: Reference.Numbers
        let brightness, contrast: Double
    }

    struct Padding: Decodable {
        let before, after: Reference.Numbers
        let mode: String
        let padding: Int
    }

    struct Distribution: Decodable {
        let count: Int
        let mean, deviation: Double
    }

    struct MixedLoss: Decodable {
        let scores, gradient: Reference.Numbers
        let labels: [Int]
        let weight, loss: Double
    }

    let affine: [Affine]
    let jitter: [Jitter]
    let padding: [Padding]
    let erasing, cutmix: Distribution
    let mixedLoss: MixedLoss

    enum CodingKeys: String, CodingKey {
        case affine, jitter, padding, erasing, cutmix
        case mixedLoss = "mixed_loss"
    }

    static func load() throws -> AugmentationReference {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/augmentation.json")
        return try JSONDecoder().decode(AugmentationReference.self, from: Data(contentsOf: path))
    }
}
