/// Labelled samples of one shape, images or lists of features, in memory.
///
/// Images that come as bytes stay bytes, because the 60,000 images of Fashion-MNIST then take 47 MB and not 188; they become
/// numbers from 0 to 1 when a batch is asked for. Features, and images of floats, are kept and handed out as they are. Parts share
/// the values of the set they come from.
public struct LabelledDataset: Sendable {
    /// How the user called it, such as `fashion-mnist:test:1000`.
    public let name: String
    /// The shape of one sample: (features), (channels, length) or (channels, rows, columns).
    public let shape: [Int]
    /// The names of the classes; a label is an index into them.
    public let classNames: [String]
    /// The names of the features, in order; empty where they have none, as the pixels of images.
    public let featureNames: [String]
    /// Where the data come from.
    public let provenance: DatasetProvenance
    /// What is done to the values when they are taken out, in order.
    public let standardizations: [Standardization]

    /// The values of all samples of the set this one is a part of.
    let values: Values
    let allLabels: [Int32]
    /// Which of those samples belong to this set.
    let members: Members

    /// The values of samples, one after the other.
    enum Values: Sendable {
        /// Bytes that stand for fractions of `maximum`.
        case bytes([UInt8], maximum: Float)
        case floats([Float])

        var count: Int {
            switch self {
            case .bytes(let bytes, _): bytes.count
            case .floats(let floats): floats.count
            }
        }
    }

    /// Positions of samples.
    enum Members: Sendable {
        case range(Range<Int>)
        case list([Int])

        var count: Int {
            switch self {
            case .range(let range): range.count
            case .list(let list): list.count
            }
        }

        subscript(index: Int) -> Int {
            switch self {
            case .range(let range):
                precondition(index >= 0 && index < range.count, "sample \(index) of \(range.count)")
                return range.lowerBound + index
            case .list(let list):
                precondition(list.indices.contains(index), "sample \(index) of \(list.count)")
                return list[index]
            }
        }
    }

    /// Makes a data set of images held in memory as bytes.
    ///
    /// - Parameters:
    ///   - name: How messages call it.
    ///   - shape: Channels, rows and columns of an image; each at least 1.
    ///   - pixels: Images one after the other, each in the order (channel, row, column); 0 is 0.0 and `maximum` is 1.0.
    ///   - maximum: The byte that stands for 1.0; 1 to 255, and no byte is above it.
    ///   - labels: One class index an image.
    ///   - classNames: As many as there are classes.
    ///   - provenance: Where the images come from; messages name its first file.
    /// - Throws: `DatasetError` if the parts do not fit each other.
    public init(
        name: String, shape: [Int], pixels: [UInt8], maximum: UInt8 = 255, labels: [some BinaryInteger],
        classNames: [String], provenance: DatasetProvenance
    ) throws(DatasetError) {
        let path = provenance.files.first ?? name
        guard maximum > 0 else { throw .badMaximum(path: path, maximum: 0, index: nil) }
        guard shape.count == 3 else {
            throw .unexpectedShape(path: path, field: "an image", found: shape, expected: "[channels, rows, columns]")
        }
        try self.init(
            name: name, shape: shape, values: .bytes(pixels, maximum: Float(maximum)), labels: labels,
            classNames: classNames, featureNames: [], provenance: provenance)
        if maximum < 255, let index = pixels.firstIndex(where: { $0 > maximum }) {
            throw .badMaximum(path: path, maximum: Int(maximum), index: index / shape.reduce(1, *))
        }
    }

    /// Makes a data set of numbers held in memory: features, or images.
    ///
    /// - Parameters:
    ///   - name: How messages call it.
    ///   - shape: (features), (channels, length) or (channels, rows, columns); each at least 1.
    ///   - values: Samples one after the other, each row-major; finite. They are handed out as they are.
    ///   - labels: One class index a sample.
    ///   - classNames: As many as there are classes.
    ///   - featureNames: As many as there are features, or none.
    ///   - provenance: Where the numbers come from; messages name its first file.
    /// - Throws: `DatasetError` if the parts do not fit each other, or a value is not finite.
    public init(
        name: String, shape: [Int], values: [Float], labels: [some BinaryInteger], classNames: [String],
        featureNames: [String] = [], provenance: DatasetProvenance
    ) throws(DatasetError) {
        try self.init(
            name: name, shape: shape, values: .floats(values), labels: labels, classNames: classNames,
            featureNames: featureNames, provenance: provenance)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            let size = valuesPerSample
            throw .notFinite(path: provenance.files.first ?? name, sample: index / size, value: index % size)
        }
    }

    private init(
        name: String, shape: [Int], values: Values, labels: [some BinaryInteger], classNames: [String],
        featureNames: [String], provenance: DatasetProvenance
    ) throws(DatasetError) {
        let path = provenance.files.first ?? name
        let size = Self.size(of: shape)
        guard (1...3).contains(shape.count), let size, size > 0 else {
            throw .unexpectedShape(
                path: path, field: "a sample", found: shape,
                expected: "[features], [channels, length] or [channels, rows, columns], none of them 0")
        }
        guard values.count % size == 0 else {
            throw .unexpectedShape(
                path: path, field: shape.count == 3 ? "images" : "features", found: [values.count],
                expected: "a multiple of \(size)")
        }
        guard values.count / size == labels.count else {
            throw .countMismatch(path: path, samples: values.count / size, labels: labels.count)
        }
        guard featureNames.isEmpty || featureNames.count == size else {
            throw .unexpectedShape(
                path: path, field: "the list of feature names", found: [featureNames.count], expected: "[\(size)]")
        }
        if let index = labels.firstIndex(where: { $0 < 0 || $0 >= classNames.count }) {
            throw .labelOutOfRange(
                path: path, index: index, label: Int(clamping: labels[index]), classes: classNames.count)
        }
        self.init(
            name: name, shape: shape, classNames: classNames, featureNames: featureNames, provenance: provenance,
            standardizations: [], values: values, allLabels: labels.map { Int32(clamping: $0) },
            members: .range(0..<labels.count))
    }

    private init(
        name: String, shape: [Int], classNames: [String], featureNames: [String], provenance: DatasetProvenance,
        standardizations: [Standardization], values: Values, allLabels: [Int32], members: Members
    ) {
        self.name = name
        self.shape = shape
        self.classNames = classNames
        self.featureNames = featureNames
        self.provenance = provenance
        self.standardizations = standardizations
        self.values = values
        self.allLabels = allLabels
        self.members = members
    }

    /// The same samples with some of what describes them replaced.
    func with(
        name: String? = nil, shape: [Int]? = nil, classNames: [String]? = nil,
        standardizations: [Standardization]? = nil, values: Values? = nil, labels: [Int32]? = nil,
        members: Members? = nil
    ) -> LabelledDataset {
        LabelledDataset(
            name: name ?? self.name, shape: shape ?? self.shape, classNames: classNames ?? self.classNames,
            featureNames: featureNames, provenance: provenance,
            standardizations: standardizations ?? self.standardizations, values: values ?? self.values,
            allLabels: labels ?? allLabels, members: members ?? self.members)
    }

    /// The product of the extents, or nil if it is beyond an `Int` or an extent is negative.
    static func size(of shape: [Int]) -> Int? {
        var size = 1
        for extent in shape {
            guard extent >= 0 else { return nil }
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            size = product
        }
        return size
    }
}
