import SynfireDatasets
import Testing

@Suite("Images at another size")
struct ImageResamplerTests {
    /// What PyTorch makes of an image, see Reference/make_resized.py.
    private struct Case: Decodable {
        let source: [Int]
        let target: [Int]
        let antialias: Bool
        let image: [UInt8]
        let result: [Double]
    }

    @Test("are those of PyTorch's interpolate, with and without antialiasing")
    func pytorch() throws {
        let cases = try Reference.decode("resized.json", as: [Case].self)
        #expect(cases.count == 18)
        for example in cases {
            let (source, target) = (example.source, example.target)
            let resample = ImageResampler(
                from: try ImageSize(rows: source[0], columns: source[1]),
                to: try ImageSize(rows: target[0], columns: target[1]), antialias: example.antialias)
            let result = resample(example.image.map { Float($0) })
            #expect(result.count == example.result.count)
            // Stored to four decimals; sums of a few numbers up to 255 in single precision.
            let difference = zip(result, example.result).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(difference < 2e-4, "\(source) to \(target), antialias \(example.antialias)")
            for (byte, value) in zip(resample(example.image), example.result) {
                #expect(abs(Double(byte) - value) < 0.501)
            }
        }
    }

    @Test("stay bytes in a data set, and keep labels and parts")
    func dataset() throws {
        let images = try DatasetCatalog.open("digits:test:10-29")
        let resized = try images.resized(to: ImageSize(rows: 16, columns: 12))
        #expect(resized.shape == [1, 16, 12])
        #expect(resized.labels == images.labels)
        let resample = ImageResampler(
            from: try ImageSize(rows: 8, columns: 8), to: try ImageSize(rows: 16, columns: 12))
        let expected = resample(images.scalars(of: [7]))
        for (value, exact) in zip(resized.scalars(of: [7]), expected) { #expect(abs(value - exact) <= 0.5001 / 16) }
        #expect(try DatasetCatalog.open("digits@16x12:test:10-29").scalars(of: [7]) == resized.scalars(of: [7]))
        let options = DatasetOptions(imageSize: try ImageSize(rows: 16, columns: 12))
        #expect(try DatasetCatalog.open("digits:test:10-29", options: options).shape == [1, 16, 12])
        let error = #expect(throws: DatasetError.self) { try DatasetCatalog.open("iris", options: options) }
        #expect(
            error?.description
                == "a size of images does not go with 'iris': it is for images, and these are features")
    }
}
