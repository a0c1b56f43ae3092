import SynfireDatasets
import Testing

@Suite("Standardization")
struct StandardizationTests {
    /// What scikit-learn measures, see Reference/make_standardized.py.
    private struct Expected: Decodable {
        let mean: [Double]
        let deviation: [Double]
        let raw: [Double]
        let standardized: [Double]
        let labels: [Int]
        let features: [String]
        let classes: [String]
    }

    private static func expectClose(
        _ actual: [Float], _ expected: [Double], relative: Double, absolute: Double = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(actual.count == expected.count, sourceLocation: sourceLocation)
        for (a, b) in zip(actual, expected) {
            #expect(abs(Double(a) - b) <= relative * abs(b) + absolute, "\(a), \(b)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "is scikit-learn's StandardScaler on the samples that ship, which hold scikit-learn's numbers",
        arguments: ["iris", "wine", "breast-cancer", "digits"])
    func samples(name: String) throws {
        let all = try Reference.decode("standardized.json", as: [String: Expected].self)
        let expected = try #require(all[name])
        let data = try DatasetCatalog.open("\(name):all")
        #expect(data.labels == expected.labels)
        #expect(data.classNames == expected.classes)
        #expect(data.featureNames == expected.features)
        #expect(data.scalars(of: 0..<2) == expected.raw.map { Float($0) })
        let standardization = Standardization(of: data)
        // Values are of single precision, their rounding is 6e-8 of each; sums are of double precision.
        Self.expectClose(standardization.means, expected.mean, relative: 1e-6)
        Self.expectClose(standardization.deviations, expected.deviation, relative: 1e-6)
        let standardized = try data.standardized(by: standardization)
        Self.expectClose(standardized.scalars(of: 0..<2), expected.standardized, relative: 1e-5, absolute: 1e-5)
        let again = Standardization(of: standardized)
        Self.expectClose(again.means, expected.mean.map { _ in 0 }, relative: 0, absolute: 1e-5)
        Self.expectClose(again.deviations, expected.mean.map { _ in 1 }, relative: 1e-5)
    }

    @Test(
        "has the published mean and deviation of Fashion-MNIST's training images",
        .enabled(if: MNISTTests.fullSetIsHere))
    func published() throws {
        // 0.2860 and 0.3530, as in torchvision's examples.
        let standardization = Standardization(of: try DatasetCatalog.open("fashion-mnist:train:6000"))
        #expect(abs(standardization.means[0] - 0.286) < 0.003)
        #expect(abs(standardization.deviations[0] - 0.353) < 0.003)
    }

    @Test("measures each channel of images, and shifts what does not vary")
    func channels() throws {
        let images = try LabelledDataset(
            name: "i", shape: [2, 1, 2], values: [1, 3, 7, 7, 5, 7, 7, 7], labels: [0, 0], classNames: ["a"],
            provenance: DatasetProvenance(source: "", licence: "", files: []))
        let standardization = Standardization(of: images)
        #expect(standardization.means == [4, 7])
        #expect(standardization.deviations == [Float(5).squareRoot(), 1])
        let values = try images.standardized(by: standardization).scalars(of: [1])
        #expect(values == [1 / Float(5).squareRoot(), 3 / Float(5).squareRoot(), 0, 0])
        // Labels and names stay, as do parts.
        #expect(try images.standardized(by: standardization).first(1).scalars(of: [0]).last == 0)
    }

    @Test("is measured on the training data alone")
    func trainingOnly() throws {
        let train = try DatasetCatalog.open("iris:train")
        let test = try DatasetCatalog.open("iris:test")
        let standardization = Standardization(of: train)
        let values = try test.standardized(by: standardization).scalars(of: [0])
        let raw = test.scalars(of: [0])
        #expect(values == (0..<4).map { (raw[$0] - standardization.means[$0]) / standardization.deviations[$0] })
        #expect(Standardization(of: test) != standardization)
    }

    @Test("refuses numbers that do not fit")
    func misfits() throws {
        func text(_ body: () throws(DatasetError) -> Void) -> String? {
            #expect(throws: DatasetError.self) { try body() }?.description
        }
        #expect(
            text { () throws(DatasetError) in
                _ = try Standardization(shape: [2], means: [0], deviations: [1, 1])
            } == "the standardization does not fit: samples of shape [2] need 2 means and deviations, not 1 and 2")
        #expect(
            text { () throws(DatasetError) in
                _ = try Standardization(shape: [2], means: [0, 0], deviations: [1, 0])
            } == "the standardization does not fit: deviation 1 is 0.0, not a positive number")
        #expect(
            text { () throws(DatasetError) in
                _ = try Standardization(shape: [1], means: [.infinity], deviations: [1])
            } == "the standardization does not fit: mean 0 is inf, not a finite number")
        let iris = try DatasetCatalog.open("iris")
        let other = Standardization(of: try DatasetCatalog.open("wine"))
        #expect(
            text { () throws(DatasetError) in _ = try iris.standardized(by: other) }
                == "the standardization does not fit: iris has samples of shape [4], the means and deviations are for [13]"
        )
    }
}
