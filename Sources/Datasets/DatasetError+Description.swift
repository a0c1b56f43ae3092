import SynfireUnits

extension DatasetError: CustomStringConvertible {
    /// One sentence: what is wrong, where, and what would be right.
    public var description: String { sentence.printable }

    private var sentence: String {
        switch self {
        case .fileNotFound(let path):
            "\(path): there is no such file"
        case .unreadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .emptyFile(let path):
            "\(path): the file is empty"
        case .notIDX(let path, let found):
            """
            \(path): not an IDX file: it starts with \(Self.hexadecimal(found)), expected 00 00, an element type \
            (08, 09, 0B, 0C, 0D or 0E) and the number of axes
            """
        case .unknownElementType(let path, let code):
            """
            \(path): element type \(Self.hexadecimal([code])) is unknown, expected 08 (uint8), 09 (int8), 0B (int16), \
            0C (int32), 0D (float32) or 0E (float64)
            """
        case .truncated(let path, let expected, let actual?):
            "\(path): the file ends early: its header promises \(expected) bytes, it holds \(actual)"
        case .truncated(let path, let expected, nil):
            "\(path): the header promises \(expected) bytes, more than a file of this size can hold"
        case .trailingBytes(let path, let expected):
            "\(path): bytes follow after the \(expected) that the header accounts for"
        case .impossibleShape(let path, let shape):
            "\(path): the header declares the shape \(shape), more than can be addressed"
        case .corruptGzip(let path, let reason):
            "\(path): the gzip data are damaged: \(reason)"
        case .unexpectedElementType(let path, let found, let expected):
            "\(path): the elements are \(found), expected \(expected)"
        case .unexpectedShape(let path, let field, let found, let expected):
            "\(path): \(field) has the shape \(found), expected \(expected)"
        case .badEvents(let path, let fault):
            "\(path): \(fault)"
        case .badImages(let path, let fault):
            "\(path): \(fault)"
        case .badTable(let path, let fault):
            "\(path)\(fault)"
        case .storage(let message):
            message
        default:
            sampleDescription ?? requestDescription
        }
    }

    /// The cases in which samples, labels or names do not fit.
    private var sampleDescription: String? {
        switch self {
        case .countMismatch(let path, let samples, let labels):
            "\(path): \(samples) samples but \(labels) labels"
        case .labelOutOfRange(let path, let index, let label, let classes):
            "\(path): the label of sample \(index) is \(label), allowed are 0 to \(classes - 1)"
        case .notFinite(let path, let sample, let value):
            "\(path): value \(value) of sample \(sample) is infinite or not a number"
        case .badMaximum(let path, _, nil):
            "\(path): the maximum of a byte is 0, allowed are 1 to 255"
        case .badMaximum(let path, let maximum, let index?):
            "\(path): image \(index) has a byte above the maximum, which is \(maximum)"
        case .partialRecord(let path, let size, let record, let layout):
            """
            \(path): \(size) bytes are not a whole number of records of \(record) bytes (\(layout)): the file is cut short \
            or something else
            """
        case .wrongNameCount(let path, let found, let expected):
            "\(path): \(found) names of classes, expected \(expected)"
        case .corruptArchive(let path, let reason):
            "\(path): the tar archive is damaged: \(reason)"
        case .badStandardization(let reason):
            "the standardization does not fit: \(reason)"
        default: nil
        }
    }

    /// The cases in which the request is wrong, not a file.
    private var requestDescription: String {
        switch self {
        case .unknownDataset(let name, let known):
            "there is no data set '\(name)'\(Self.suggestion(for: name, among: known)); known are \(Self.list(known)), "
                + "or the path of an .h5 or .csv file or of a folder of images (./\(name))"
        case .unknownSplit(let dataset, let split, let known):
            "\(dataset) has no split '\(split)'\(Self.suggestion(for: split, among: known)); it has \(Self.list(known))"
        case .invalidSelection(let reference, let part):
            """
            '\(part)' in '\(reference)' selects no samples; write a number for the first so many \
            (fashion-mnist:test:1000) or a range counted from 0 (fashion-mnist:test:100-199)
            """
        case .invalidImageSize(let text):
            "'\(text)' is not a size of images: write rows and columns as 32x48, each from 1 to \(ImageSize.largestSide)"
        case .inapplicable(let option, let reference, let allowed):
            "\(option) does not go with '\(reference)': it is for \(allowed)"
        case .beyondEnd(let dataset, let requested, let available):
            "\(dataset) has \(available) samples, \(requested) were asked for"
        case .indexOutOfRange(let dataset, let index, let available):
            available == 0
                ? "\(dataset) has no samples"
                : "\(dataset) has no sample \(index); it has samples 0 to \(available - 1)"
        case .badFraction(let dataset, let fraction, let samples):
            """
            \(fraction) of the \(samples) samples of \(dataset) cannot be held out: give a fraction above 0 and below 1 that \
            leaves at least one sample on either side
            """
        case .unknownClass(let dataset, let name, let known):
            "\(dataset) has samples of the class '\(name)', which the other data lack; "
                + NearestName.hint(name, among: known)
        case .folderNotFound(let path):
            "--data-dir \(path): there is no such folder"
        case .notInstalled(let dataset, let files, let places, let remedy):
            """
            \(dataset) is not on this machine: \(remedy), set SYNFIRE_DATA or pass --data-dir; looked for \
            \(Self.list(files)), with or without .gz, in \(places.isEmpty ? "no folder" : Self.list(places))
            """
        default:
            "unknown data set error"
        }
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "0" + digits : digits
        }
        .joined(separator: " ")
    }

    private static func list(_ names: [String]) -> String {
        names.joined(separator: ", ")
    }

    private static func suggestion(for name: String, among known: [String]) -> String {
        NearestName.find(name, among: known).map { " (did you mean '\($0)'?)" } ?? ""
    }
}
