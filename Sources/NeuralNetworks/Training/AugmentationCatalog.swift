import SynfireUnits

/// The kinds of augmentation there are.
///
/// Reading descriptions, documentation and the tests go through this list; a new kind is its file and one line here.
public enum AugmentationCatalog {
    /// All kinds, in the order in which they are documented.
    public static let all: [any Augmentation.Type] = [
        RandomHorizontalFlip.self,
        RandomVerticalFlip.self,
        RandomShift.self,
        RandomCrop.self,
        RandomRotation.self,
        RandomAffine.self,
        ColorJitter.self,
        GaussianNoise.self,
        RandomErasing.self,
        Cutout.self,
        MixUp.self,
        CutMix.self,
    ]

    /// The kinds' names in descriptions.
    public static var names: [String] { all.map { $0.schema.name } }

    /// Makes a change from its description.
    ///
    /// - Parameters:
    ///   - name: The kind's name, such as `random_crop`.
    ///   - values: The settings that are not left to their defaults.
    /// - Throws: ``NetworkError`` for an unknown kind and for values that the kind's schema does not allow.
    public static func make(_ name: String, _ values: [String: AugmentationValue] = [:]) throws -> any Augmentation {
        guard let type = all.first(where: { $0.schema.name == name }) else {
            throw NetworkError.invalidSetting(
                name: "augmentation", value: name, allowed: NearestName.hint(name, among: names))
        }
        return try type.init(settings: values)
    }
}
