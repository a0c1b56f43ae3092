import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Augmentation")
struct AugmentationTests {
    // MARK: All kinds

    @Test("every kind draws by seed, epoch and image alone, and its probability only adds images")
    func draws() throws {
        let shape = [3, 12, 12]
        let image = counting(shape).map { $0 / 100 }
        for type in AugmentationCatalog.all where type is any ImageAugmentation.Type {
            let name = type.schema.name
            let always = try AugmentationSamples.make(name, probability: 1)
            let half = try AugmentationSamples.make(name, probability: 0.5)
            let often = try AugmentationSamples.make(name, probability: 0.8)
            var (changed, agreed) = (0, 0)
            for index in 0..<400 {
                let all = try augmented([always], image, shape: shape, index: index)
                #expect(try augmented([always], image, shape: shape, index: index) == all, "\(name)")
                #expect(try augmented([AugmentationSamples.make(name, probability: 0)], image, shape: shape) == image)
                let some = try augmented([half], image, shape: shape, index: index)
                #expect(some == all || some == image, "\(name)")
                if some != image {
                    changed += 1
                    #expect(try augmented([often], image, shape: shape, index: index) == all, "\(name)")
                }
                if all == image { agreed += 1 }
            }
            // Seed 1; mean 200, standard deviation 10. Few images come out as they were, such as after a move by 0.
            #expect(abs(changed - 200) < 45, "\(name): \(changed)")
            #expect(agreed < 40, "\(name): \(agreed)")
            if let other = AugmentationCatalog.all.first(where: { $0.schema.name != name }) {
                let beside = try AugmentationSamples.make(other.schema.name, probability: 0)
                #expect(
                    try augmented([beside, always], image, shape: shape, index: 5)
                        == augmented([always], image, shape: shape, index: 5), "\(name)")
            }
            if type.schema.rows.count > 1 {
                let here = try augmented([always], image, shape: shape, index: 7)
                let differ = try [
                    augmented([always], image, shape: shape, index: 8),
                    augmented([always], image, shape: shape, index: 7, epoch: 1),
                    augmented([always], image, shape: shape, index: 7, seed: 2),
                ]
                #expect(differ.filter { $0 != here }.count >= 2, "\(name)")
            }
        }
        #expect(Set(AugmentationCatalog.names).count == AugmentationCatalog.all.count)
    }

    @Test("changes are made in their order")
    func order() throws {
        let shape = [1, 4, 4]
        let flip = try RandomHorizontalFlip(probability: 1)
        let (noise, jitter) = (try GaussianNoise(deviation: 0.5), try ColorJitter(brightness: 0.5))
        let image = counting(shape)
        let first = try augmented([noise, jitter], image, shape: shape)
        #expect(try augmented([jitter], augmented([noise], image, shape: shape), shape: shape) == first)
        #expect(try augmented([jitter, noise], image, shape: shape) != first)
        #expect(
            try augmented([flip, noise], image, shape: shape)
                == augmented([noise], augmented([flip], image, shape: shape), shape: shape))
    }

    // MARK: Flips, shifts, crops

    @Test("flips are their own inverse", arguments: [[1, 5, 4], [3, 4, 5], [2, 1, 1]])
    func flips(shape: [Int]) throws {
        let image = counting(shape)
        let across = try augmented([RandomHorizontalFlip(probability: 1)], image, shape: shape)
        let down = try augmented([RandomVerticalFlip(probability: 1)], image, shape: shape)
        for channel in 0..<shape[0] {
            for row in 0..<shape[1] {
                for column in 0..<shape[2] {
                    func at(_ row: Int, _ column: Int) -> Int { (channel * shape[1] + row) * shape[2] + column }
                    #expect(across[at(row, column)] == image[at(row, shape[2] - 1 - column)])
                    #expect(down[at(row, column)] == image[at(shape[1] - 1 - row, column)])
                }
            }
        }
        #expect(try augmented([RandomHorizontalFlip(probability: 1)], across, shape: shape) == image)
        #expect(try augmented([RandomVerticalFlip(probability: 1)], down, shape: shape) == image)
    }

    /// A flip, then a move, drawn and computed in the simplest way.
    private func flippedAndMoved(_ old: [Float], _ shape: [Int], pixels: Int, flips: Bool, index: Int) -> [Float] {
        var random = RandomStream(seed: 11, stream: 3 << 8 | 4, entity: UInt32(index))
        let down = random.integer(below: 2 * pixels + 1) - pixels
        let right = random.integer(below: 2 * pixels + 1) - pixels
        let isFlipped = flips && random.integer(below: 2) == 1
        var new = old
        for channel in 0..<shape[0] {
            for row in 0..<shape[1] {
                for column in 0..<shape[2] {
                    let (from, across) = (row - down, column - right)
                    let isInside = (0..<shape[1]).contains(from) && (0..<shape[2]).contains(across)
                    let source = isFlipped ? shape[2] - 1 - across : across
                    new[(channel * shape[1] + row) * shape[2] + column] =
                        isInside ? old[(channel * shape[1] + from) * shape[2] + source] : 0
                }
            }
        }
        return new
    }

    @Test("flips and shifts keep the draws that seeds have had from the start", arguments: [0, 1, 2, 4])
    func firstDraws(pixels: Int) throws {
        let shape = [2, 5, 6]
        let image = counting(shape)
        let changes: [any Augmentation] = [try RandomHorizontalFlip(), try RandomShift(pixels: pixels)]
        for index in 0..<300 {
            let expected = flippedAndMoved(image, shape, pixels: pixels, flips: true, index: index)
            #expect(try augmented(changes, image, shape: shape, index: index, epoch: 3, seed: 11) == expected)
            let moved = flippedAndMoved(image, shape, pixels: pixels, flips: false, index: index)
            #expect(try augmented([changes[1]], image, shape: shape, index: index, epoch: 3, seed: 11) == moved)
        }
    }

    @Test("a crop is any piece of the padded image, each as often, with the padding of PyTorch")
    func crops() throws {
        for reference in try AugmentationReference.load().padding {
            let (shape, padding) = (reference.before.shape, reference.padding)
            let mode = try #require(RandomCrop.PaddingMode(rawValue: reference.mode))
            let crop = try RandomCrop(padding: padding, mode: mode)
            let (padded, width) = (reference.after.values, reference.after.shape[2])
            // How many places give a piece: on wide padding some are equal.
            var chances: [[Float]: Int] = [:]
            let places = 2 * padding + 1
            for top in 0..<places {
                for left in 0..<places {
                    var piece: [Float] = []
                    for channel in 0..<shape[0] {
                        for row in 0..<shape[1] {
                            let first = (channel * reference.after.shape[1] + top + row) * width + left
                            piece += padded[first..<first + shape[2]]
                        }
                    }
                    chances[piece, default: 0] += 1
                }
            }
            #expect(chances.count > places * places * 3 / 4)
            var counts: [[Float]: Int] = [:]
            for index in 0..<50 * places * places {
                let image = try augmented([crop], reference.before.values, shape: shape, index: index, seed: 21)
                counts[image, default: 0] += 1
            }
            #expect(Set(counts.keys) == Set(chances.keys), "\(reference.mode): no piece of the padded image")
            let chiSquare = chances.reduce(0.0) { sum, chance in
                let expected = 50 * Double(chance.value)
                return sum + pow2(Double(counts[chance.key] ?? 0) - expected) / expected
            }
            let tail = tailOfChiSquare(chiSquare, degrees: chances.count - 1)
            #expect(tail > 1e-4, "\(reference.mode), seed 21: chi-square \(chiSquare)")
        }
    }

    private func pow2(_ value: Double) -> Double { value * value }

    @Test("constant padding is what it is set to, however wide")
    func fill() throws {
        let shape = [1, 3, 3]
        let crop = try RandomCrop(padding: 40, fill: 0.75)
        var empty = 0
        for index in 0..<100 {
            let image = try augmented([crop], counting(shape), shape: shape, index: index)
            #expect(image.allSatisfy { $0 == 0.75 || counting(shape).contains($0) })
            if image.allSatisfy({ $0 == 0.75 }) { empty += 1 }
        }
        // All but 25 of 81² places leave nothing of the image.
        #expect(empty > 90)
    }

    // MARK: Turns and other affine maps

    @Test("quarter turns move each pixel exactly", arguments: [4, 5, 28], Interpolation.allCases)
    func quarterTurns(side: Int, interpolation: Interpolation) throws {
        let shape = [2, side, side]
        let image = try randomTensor(shape, seed: 3).scalars
        for turns in -5...5 {
            var expected = image
            for _ in 0..<(turns % 4 + 4) % 4 {
                let old = expected
                for i in 0..<2 * side * side {
                    let (channel, row, column) = (i / (side * side), i / side % side, i % side)
                    // Against the clock: the last column becomes the first row.
                    expected[i] = old[(channel * side + column) * side + side - 1 - row]
                }
            }
            let angle = Double(90 * turns)
            let turn = try RandomRotation(degrees: angle...angle, interpolation: interpolation, fill: 9)
            #expect(try augmented([turn], image, shape: shape) == expected, "\(angle)°")
        }
    }

    @Test("agree with torchvision's rotate and affine", arguments: 0..<11)
    func affine(_ number: Int) throws {
        let cases = try AugmentationReference.load().affine
        #expect(cases.count == 11)
        let reference = cases[number]
        let shape = ImageShape(reference.before.shape)
        let interpolation = try #require(Interpolation(rawValue: reference.interpolation))
        let sampler = AffineSampler(shape: shape, interpolation: interpolation, fill: Float(reference.fill))
        let map = AffineMap(
            angle: reference.turn ? -reference.angle : reference.angle,
            translate: (reference.translate[0], reference.translate[1]), scale: reference.scale,
            shear: (reference.shear[0], reference.shear[1]))
        var image = reference.before.values
        var scratch = [Float](repeating: .nan, count: AffineSampler.scratchCount(for: shape))
        image.withUnsafeMutableBufferPointer { image in
            scratch.withUnsafeMutableBufferPointer { scratch in
                guard let first = image.baseAddress, let memory = scratch.baseAddress else { return }
                sampler.sample(first, along: map, scratch: memory)
            }
        }
        // Places are computed in single precision, differently: some 10⁻⁶ of a pixel, times steps of up to 4.
        expectClose(
            try Tensor(shape: reference.after.shape, scalars: image), try reference.after.tensor(),
            tolerance: interpolation == .nearest ? 1e-6 : 1e-5, "case \(number)")
        guard reference.translate == [0, 0] else { return }
        // The kinds with ranges of one value do the same.
        let common: [String: AugmentationValue] = [
            "degrees": .list([reference.angle, reference.angle]), "fill": .number(reference.fill),
            "interpolation": .word(reference.interpolation),
        ]
        let kind: any Augmentation =
            try reference.turn
            ? RandomRotation(settings: common)
            : RandomAffine(
                settings: common.merging([
                    "scale": .list([reference.scale, reference.scale]),
                    "shear": .list(reference.shear.flatMap { [$0, $0] }),
                ]) { $1 })
        #expect(try augmented([kind], reference.before.values, shape: reference.before.shape) == image)
    }

    @Test("affine moves by whole pixels, rounded from uniform parts of the image")
    func translations() throws {
        let shape = [1, 21, 31]
        var image = [Float](repeating: 0, count: 21 * 31)
        image[10 * 31 + 15] = 1
        let change = try RandomAffine(settings: ["degrees": .number(0), "translate": .list([0.1, 0.2])])
        var (across, down) = ([Int: Int](), [Int: Int]())
        for index in 0..<4000 {
            let moved = try augmented([change], image, shape: shape, index: index, seed: 31)
            let place = try #require(moved.firstIndex(of: 1))
            down[place / 31 - 10, default: 0] += 1
            across[place % 31 - 15, default: 0] += 1
        }
        // Across: uniform in ±3.1 rounded, so 0, ±1, ±2 with 1 / 6.2 each and ±3 with 0.6 / 6.2; down: ±4.2.
        func chiSquare(_ counts: [Int: Int], furthest: Double) -> Double {
            let last = Int(furthest.rounded())
            #expect(counts.keys.allSatisfy { abs($0) <= last })
            return (-last...last).reduce(0.0) { sum, move in
                let width = abs(move) == last ? furthest - Double(last) + 0.5 : 1
                let expected = 4000 * width / (2 * furthest)
                return sum + pow2(Double(counts[move] ?? 0) - expected) / expected
            }
        }
        #expect(tailOfChiSquare(chiSquare(across, furthest: 3.1), degrees: 6) > 1e-4, "seed 31: \(across)")
        #expect(tailOfChiSquare(chiSquare(down, furthest: 4.2), degrees: 8) > 1e-4, "seed 31: \(down)")
    }
}
