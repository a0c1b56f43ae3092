import ArgumentParser
import Foundation
import SynfireDatasets

/// What an option writes, and which endings of names say so.
///
/// Another ending would promise another format than what is in the file, so it is refused.
struct OutputKind: Sendable {
    /// What is written, as in "… is written as HDF5".
    let format: String
    /// The endings, without the point.
    let endings: [String]
    /// Whether the ending chooses among formats, so that there has to be one.
    let needsEnding: Bool

    private init(_ format: String, _ endings: [String]) {
        self.format = format
        self.endings = endings
        needsEnding = Set(endings).subtracting(["h5", "hdf5"]).count + (endings.contains("h5") ? 1 : 0) > 1
    }

    static let model = OutputKind("a trained network is written as HDF5", ["h5", "hdf5"])
    static let spikingNetwork = OutputKind("a spiking network is written in NIR", ["nir"])
    static let traces = OutputKind("traces are written as HDF5 in SONATA's layout", ["h5", "hdf5"])
    static let builtNetwork = OutputKind("a built network is written as HDF5", ["h5", "hdf5"])
    static let synapses = OutputKind("synapses are written as HDF5 in SONATA's layout", ["h5", "hdf5"])
    static let log = OutputKind("a log is written as CSV or HDF5", ["csv", "h5", "hdf5"])
    static let picture = OutputKind("pictures are written as SVG", ["svg"])
    static let confusion = OutputKind("a confusion matrix is written as SVG or CSV", ["svg", "csv"])
    static let table = OutputKind("a table is written as CSV", ["csv"])

    /// Refuses a name that promises another format; one without an ending promises none.
    ///
    /// - Throws: ``RequestError``.
    func check(_ path: String, option: String = "--out") throws {
        let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
        if endings.contains(ending) || ending.isEmpty && !needsEnding { return }
        throw RequestError(
            "\(option) is '\(path)', but \(format): name a file that ends in "
                + endings.map { ".\($0)" }.joined(separator: " or "))
    }
}

extension CompletionKind {
    /// Names of files of one kind.
    static func files(_ kind: OutputKind) -> CompletionKind { .file(extensions: kind.endings) }

    /// Conventional networks, trained or described.
    static let models = CompletionKind.file(extensions: ["h5", "hdf5", "yaml", "yml"])
    /// Spiking networks, converted or described.
    static let spikingNetworks = CompletionKind.file(extensions: ["nir", "yaml", "yml"])
}

extension CompletionKind {
    /// References to data: the names of the catalog, files and folders.
    static let data = CompletionKind.custom { _, _, start in
        let slash = start.lastIndex(of: "/")
        let folder = slash.map { String(start[...$0]) } ?? ""
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        let names = folder.isEmpty ? DatasetCatalog.all.map(\.name) : []
        return (names + files.sorted().map { folder + $0 }).filter { $0.hasPrefix(start) }
    }
}
