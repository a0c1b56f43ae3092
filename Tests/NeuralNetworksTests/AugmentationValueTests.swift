import Foundation
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Augmentation of values, and what is refused")
struct AugmentationValueTests {
    // MARK: Erasing

    private struct Erased {
        var rows = 0
        var columns = 0
    }

    /// The rectangle of zeros in an image of ones; checks that it is one.
    private func erased(_ image: [Float], _ shape: [Int]) throws -> Erased? {
        let zeros = image.indices.filter { image[$0] == 0 }
        guard let first = zeros.first, let last = zeros.last else { return nil }
        let (top, left) = (first / shape[2], first % shape[2])
        let (bottom, right) = (last / shape[2], last % shape[2])
        let box = Erased(rows: bottom - top + 1, columns: right - left + 1)
        #expect(zeros.count == box.rows * box.columns)
        #expect(zeros.allSatisfy { (left...right).contains($0 % shape[2]) })
        return box
    }

    @Test("erasing takes uniform areas and ratios that are uniform in their logarithm")
    func erasing() throws {
        let shape = [1, 64, 80]
        let ones = [Float](repeating: 1, count: shape.reduce(1, *))
        // No rectangle of these is too high or too wide, so that none is drawn again.
        let change = try RandomErasing(settings: [
            "p": .number(1), "scale": .list([0.1, 0.4]), "ratio": .list([0.5, 1.5]),
        ])
        var (areas, ratios): ([Double], [Double]) = ([], [])
        for index in 0..<1000 {
            let box = try #require(try erased(augmented([change], ones, shape: shape, index: index, seed: 41), shape))
            areas.append(Double(box.rows * box.columns) / Double(ones.count))
            ratios.append(log(Double(box.rows) / Double(box.columns)))
        }
        // Sides are 20 pixels and more, so rounding them moves areas and ratios by a few hundredths, as often up as down.
        #expect(distance(of: areas) { min(1, max(0, ($0 - 0.1) / 0.3)) } < 1.95, "seed 41")
        #expect(distance(of: ratios) { min(1, max(0, ($0 - log(0.5)) / log(3))) } < 1.95, "seed 41")
    }

    @Test("erasing erases as much of small images as torchvision does")
    func erasingAsTorchvision() throws {
        let reference = try AugmentationReference.load().erasing
        let shape = [1, 28, 28]
        let ones = [Float](repeating: 1, count: 784)
        let change = try RandomErasing(probability: 1)
        let count = 10_000
        var (sum, squares) = (0.0, 0.0)
        for index in 0..<count {
            let image = try augmented([change], ones, shape: shape, index: index, seed: 42)
            let part = Double(image.filter { $0 == 0 }.count) / 784
            sum += part
            squares += part * part
        }
        let mean = sum / Double(count)
        let deviation = (squares / Double(count) - mean * mean).squareRoot()
        let error = reference.deviation * (1 / Double(count) + 1 / Double(reference.count)).squareRoot()
        #expect(abs(mean - reference.mean) < 4 * error, "seed 42: \(mean), torchvision \(reference.mean)")
        // The relative error of a standard deviation is below 1/√n for distributions as flat as this one.
        #expect(abs(deviation / reference.deviation - 1) < 4 / Double(count).squareRoot())
    }

    @Test("erasing writes a value or normal numbers into all channels")
    func erasingValue() throws {
        let shape = [3, 16, 16]
        let image = [Float](repeating: 5, count: 768)
        let constant = try RandomErasing(settings: ["p": .number(1), "value": .number(-2)])
        let random = try RandomErasing(settings: ["p": .number(1), "value": .word("random")])
        var numbers: [Double] = []
        for index in 0..<300 {
            let one = try augmented([constant], image, shape: shape, index: index, seed: 43)
            let other = try augmented([random], image, shape: shape, index: index, seed: 43)
            #expect(one.allSatisfy { $0 == 5 || $0 == -2 })
            // The same rectangle, in each channel.
            #expect(one.indices.filter { one[$0] == -2 } == other.indices.filter { other[$0] != 5 })
            #expect(one[..<256] == one[256..<512])
            #expect(one[..<256] == one[512...])
            numbers += other.filter { $0 != 5 }.map(Double.init)
        }
        #expect(distance(of: Array(numbers.prefix(20_000))) { 0.5 * erfc(-$0 / 2.0.squareRoot()) } < 1.95, "seed 43")
    }

    @Test("cutout takes squares around every pixel alike", arguments: [1, 2, 3, 6])
    func cutout(size: Int) throws {
        let shape = [2, 5, 6]
        let ones = [Float](repeating: 1, count: 60)
        var counts: [[Float]: Int] = [:]
        var chances: [[Float]: Int] = [:]
        for centre in 0..<30 {
            let (top, left) = (centre / 6 - size / 2, centre % 6 - size / 2)
            let image: [Float] = (0..<60).map { i in
                let (row, column) = (i % 30 / 6, i % 6)
                return (top..<top + size).contains(row) && (left..<left + size).contains(column) ? 0 : 1
            }
            chances[image, default: 0] += 1
        }
        for index in 0..<3000 {
            counts[try augmented([Cutout(size: size)], ones, shape: shape, index: index, seed: 44), default: 0] += 1
        }
        #expect(Set(counts.keys) == Set(chances.keys))
        let chiSquare = chances.reduce(0.0) { sum, chance in
            let (expected, found) = (100 * Double(chance.value), Double(counts[chance.key] ?? 0))
            return sum + (found - expected) * (found - expected) / expected
        }
        #expect(tailOfChiSquare(chiSquare, degrees: chances.count - 1) > 1e-4, "seed 44: \(chiSquare)")
    }

    // MARK: Noise and jitter

    @Test("noise is normal, and another for every value, image and epoch")
    func noise() throws {
        let zeros = [Float](repeating: 0, count: 5001)
        let change = try GaussianNoise(deviation: 0.25)
        let first = try augmented([change], zeros, shape: [5001], seed: 45)
        let others = try [
            augmented([change], zeros, shape: [5001], index: 1, seed: 45),
            augmented([change], zeros, shape: [5001], epoch: 1, seed: 45),
        ]
        for numbers in [first] + others {
            let scaled = numbers.map { Double($0) / 0.25 }
            #expect(distance(of: scaled) { 0.5 * erfc(-$0 / 2.0.squareRoot()) } < 1.95, "seed 45")
            let mean = scaled.reduce(0, +) / 5001
            let variance = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5000
            #expect(abs(mean) < 4 / 5001.0.squareRoot())
            #expect(abs(variance - 1) < 4 * (2 / 5000.0).squareRoot())
        }
        for other in others {
            let products = zip(first, other).reduce(0.0) { $0 + Double($1.0 * $1.1) / 0.0625 }
            #expect(abs(products) < 4 * 5001.0.squareRoot(), "seed 45: correlated")
        }
        #expect(try augmented([GaussianNoise(deviation: 0)], first, shape: [5001]) == first)
    }

    @Test("jitter is torchvision's, where that does not clamp")
    func jitter() throws {
        for reference in try AugmentationReference.load().jitter {
            let (shape, values) = (reference.before.shape, reference.before.values)
            let change = try ColorJitter(settings: [
                "brightness": .list([reference.brightness, reference.brightness]),
                "contrast": .list([reference.contrast, reference.contrast]),
            ])
            let found = try Tensor(shape: shape, scalars: augmented([change], values, shape: shape))
            expectClose(found, try reference.after.tensor(), tolerance: 1e-6, "jitter")
        }
    }

    @Test("jitter's factors are uniform, and never negative")
    func factors() throws {
        func factors(_ change: ColorJitter) throws -> [Double] {
            try (0..<2000).map { Double(try augmented([change], [1], shape: [1, 1, 1], index: $0, seed: 46)[0]) }
        }
        #expect(try distance(of: factors(ColorJitter(brightness: 0.4))) { min(1, max(0, ($0 - 0.6) / 0.8)) } < 1.95)
        #expect(try distance(of: factors(ColorJitter(brightness: 3))) { min(1, max(0, $0 / 4)) } < 1.95)
        // The contrast of a single pixel cannot change.
        #expect(try factors(ColorJitter(contrast: 0.4)).allSatisfy { abs($0 - 1) < 1e-6 })
    }

    // MARK: What is refused

    static let wrong: [(String, [String: AugmentationValue], String)] = [
        ("rotation", [:], "rotation needs a value for 'degrees'."),
        (
            "rotation", ["degrees": .number(-3)],
            "The setting 'degrees' of rotation is -3, but must be at least 0, or a list of 2 numbers."
        ),
        (
            "rotation", ["degrees": .list([3, 1])],
            "The setting 'degrees' of rotation is [3, 1], but must be a range from its smaller to its larger end."
        ),
        (
            "rotation", ["degrees": .number(3), "interpolation": .word("cubic")],
            "The setting 'interpolation' of rotation is cubic, but must be 'nearest' or 'bilinear'."
        ),
        (
            "affine", ["degrees": .number(3), "shear": .list([1, 2, 3])],
            "The setting 'shear' of affine is [1, 2, 3], but must be a number or a list of 2 or 4 numbers."
        ),
        (
            "affine", ["degrees": .number(3), "scale": .list([0, 2])],
            "The setting 'scale' of affine is [0, 2], but must be above 0."
        ),
        ("shift", ["pixels": .number(1.5)], "The setting 'pixels' of shift is 1.5, but must be a whole number."),
        (
            "horizontal_flip", ["p": .number(1.5)],
            "The setting 'p' of horizontal_flip is 1.5, but must be 0 to 1."
        ),
        (
            "noise", ["std": .number(.nan)], "The setting 'std' of noise is nan, but must be at least 0."
        ),
        (
            "noise", ["sdt": .number(1)], "noise has no setting 'sdt'; the nearest name is 'std'."
        ),
        (
            "erasing", ["value": .word("zero")],
            "The setting 'value' of erasing is zero, but must be a number or 'random'."
        ),
        ("cutout", ["size": .number(0)], "The setting 'size' of cutout is 0, but must be at least 1."),
    ]

    @Test("bad settings are refused with what is allowed", arguments: wrong.indices)
    func refused(_ index: Int) throws {
        let (name, settings, sentence) = Self.wrong[index]
        let error = #expect(throws: NetworkError.self) { try AugmentationCatalog.make(name, settings) }
        #expect(error?.description == sentence)
    }

    @Test("changes that do not fit the images are refused")
    func misfits() throws {
        func sentence(_ changes: [any Augmentation], _ shape: [Int]) -> String? {
            #expect(throws: NetworkError.self) { try Augmenter(changes, inputShape: shape) }?.description
        }
        let flip = try RandomHorizontalFlip()
        #expect(
            sentence([flip, flip], [1, 4, 4])
                == "The augmentation is not possible: the augmentation 'horizontal_flip' is given twice; give it once.")
        #expect(sentence([flip], [16])?.contains("the network's input is a list of features") == true)
        #expect(try sentence([RandomShift(pixels: 4)], [1, 9, 4])?.contains("is 4, but must be 0 to 3") == true)
        #expect(
            try sentence([RandomCrop(padding: 4, mode: .reflect)], [1, 4, 9])?
                .contains("is 4, but must be 0 to 3 for padding_mode 'reflect'") == true)
        #expect(try sentence([Cutout(size: 10)], [1, 4, 9])?.contains("is 10, but must be 1 to 9") == true)
        #expect(throws: NetworkError.self) { try AugmentationCatalog.make("horizontal_flop") }
        _ = try Augmenter([GaussianNoise()], inputShape: [16])
    }
}
