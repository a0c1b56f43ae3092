import SynfireParallel

/// Some augmentations, one after the other.
///
/// What comes out is a function of seed, epoch and an image's position in its data, so it does not matter who computes it,
/// in which order, or when.
public struct Augmenter: Sendable {
    /// The changes in their order.
    public let augmentations: [any Augmentation]
    /// The shape of the images.
    public let shape: ImageShape
    /// How many numbers of scratch memory a change needs.
    public let scratchCount: Int

    /// A change with what is looked up once.
    private struct Step<Change: Sendable>: Sendable {
        let change: Change
        let probability: Double
        let draws: AugmentationDraws

        init(_ change: Change, of augmentation: any Augmentation) {
            self.change = change
            probability = augmentation.probability
            draws = type(of: augmentation).schema.draws
        }

        /// What is drawn from for an image or a batch; nil where it is not to be changed.
        func stream(entity: Int, epoch: Int, seed: UInt64) -> RandomStream? {
            let stream = RandomPurpose.augmentation.stream(part: epoch)
            let entity = UInt32(truncatingIfNeeded: entity)
            if probability < 1 {
                var coin = RandomStream(seed: seed, stream: stream, entity: entity, draw: draws.coin)
                // A larger probability changes those that a smaller one does, and more.
                guard coin.uniform() >= 1 - probability else { return nil }
            }
            return RandomStream(seed: seed, stream: stream, entity: entity, draw: draws.first)
        }
    }

    private let changes: [Step<any ImageAugmentation>]
    private let mixes: [Step<any BatchAugmentation>]

    /// Where it is drawn which of several mixes a batch gets.
    private static let choiceOfMix = AugmentationDraws.slot(64)

    /// Joins changes.
    ///
    /// - Parameters:
    ///   - augmentations: The changes in the order in which they are made, each kind at most once.
    ///   - inputShape: The shape of an image: (channels, rows, columns), or (features).
    /// - Throws: ``NetworkError`` for a kind that is given twice, one that needs images where there are features, and
    ///   settings that do not fit the shape.
    public init(_ augmentations: [any Augmentation], inputShape: [Int]) throws(NetworkError) {
        shape = ImageShape(inputShape)
        self.augmentations = augmentations
        for (position, change) in augmentations.enumerated() {
            try Self.check(change, after: augmentations[..<position], shape)
        }
        var changes: [Step<any ImageAugmentation>] = []
        var needed = 0
        for case let change as any ImageAugmentation in augmentations {
            changes.append(Step(change, of: change))
            needed = max(needed, change.scratchCount(for: shape))
        }
        self.changes = changes
        let mixing = augmentations.compactMap { $0 as? any BatchAugmentation }
        mixes = mixing.map { Step($0, of: $0) }
        scratchCount = mixing.isEmpty ? needed : max(needed, shape.count)
    }

    /// Checks a change against those before it and the images' shape.
    private static func check(
        _ change: any Augmentation, after others: ArraySlice<any Augmentation>, _ shape: ImageShape
    ) throws(NetworkError) {
        if others.contains(where: { $0.name == change.name }) {
            throw .augmentationConflict(reason: "the augmentation '\(change.name)' is given twice; give it once")
        }
        guard shape.isImage || !type(of: change).schema.needsImages else {
            throw .augmentationConflict(
                reason:
                    "the augmentation '\(change.name)' changes images, but the network's input is a list of features")
        }
        if change is any ImageAugmentation, let mix = others.first(where: { $0 is any BatchAugmentation }) {
            throw .augmentationConflict(
                reason:
                    "the augmentation '\(change.name)' changes single images, so it must stand before '\(mix.name)', "
                    + "which mixes those of a batch")
        }
        try change.check(shape)
    }

    /// Whether single images are changed.
    var changesImages: Bool { !changes.isEmpty }

    /// Changes an image in place.
    ///
    /// - Parameters:
    ///   - image: The values in plain order.
    ///   - index: Its position in its data.
    ///   - epoch: The epoch, from 0.
    ///   - seed: The seed of the training.
    ///   - scratch: Memory of ``scratchCount`` numbers that may hold anything.
    public func apply(
        to image: UnsafeMutablePointer<Float>, index: Int, epoch: Int, seed: UInt64,
        scratch: UnsafeMutablePointer<Float>
    ) {
        for step in changes {
            guard var random = step.stream(entity: index, epoch: epoch, seed: seed) else { continue }
            step.change.apply(to: image, shape: shape, scratch: scratch, random: &random)
        }
    }

    /// Mixes the images of a batch in place, after each has been changed.
    ///
    /// Of several kinds of mixes a batch gets one, each as likely.
    ///
    /// - Parameters:
    ///   - images: The values in plain order, image by image.
    ///   - targets: Their classes, which get their partners.
    ///   - batch: The batch's position in its epoch.
    ///   - epoch: The epoch, from 0.
    ///   - seed: The seed of the training.
    ///   - scratch: Memory of ``scratchCount`` numbers that may hold anything.
    public func mix(
        _ images: UnsafeMutablePointer<Float>, _ targets: inout BatchTargets, batch: Int, epoch: Int, seed: UInt64,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let labels = targets.labels
        guard !mixes.isEmpty, !labels.isEmpty else { return }
        var choice = RandomStream(
            seed: seed, stream: RandomPurpose.augmentation.stream(part: epoch),
            entity: UInt32(truncatingIfNeeded: batch), draw: Self.choiceOfMix.first)
        let step = mixes[mixes.count == 1 ? 0 : choice.integer(below: mixes.count)]
        guard var random = step.stream(entity: batch, epoch: epoch, seed: seed) else { return }
        let weight = step.change.mix(
            images, count: labels.count, shape: shape, scratch: scratch, random: &random)
        targets.mixed = labels.indices.map { image in
            BatchTargets.Mix(partner: labels[image == 0 ? labels.count - 1 : image - 1], weight: weight)
        }
    }
}
