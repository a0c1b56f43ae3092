/// What the outputs should be for a batch's images.
public struct BatchTargets: Sendable, Hashable {
    /// The second class of an image that was mixed from two.
    public struct Mix: Sendable, Hashable {
        /// The other image's class.
        public let partner: Int
        /// The share of the image's own class, 0 to 1; the partner has the rest.
        public let weight: Double

        /// Joins class and share.
        public init(partner: Int, weight: Double) {
            self.partner = partner
            self.weight = weight
        }
    }

    /// The images' own classes; may be empty where there are numbers.
    public var labels: [Int]
    /// What was mixed into each image; nil where images are as they are.
    public var mixed: [Mix]?
    /// Numbers that the outputs should be, a row an image; nil where classes say it.
    public var dense: [Float]?

    /// Joins classes.
    public init(labels: [Int], mixed: [Mix]? = nil, dense: [Float]? = nil) {
        self.labels = labels
        self.mixed = mixed
        self.dense = dense
    }

    /// The class with the larger share in an image, its own if they are equal.
    func mainLabel(_ image: Int) -> Int {
        guard let mix = mixed?[image], mix.weight < 0.5 else { return labels[image] }
        return mix.partner
    }
}
