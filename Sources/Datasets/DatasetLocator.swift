import Foundation

/// The places where data sets are looked for, in order.
///
/// 1. the folder given on the command line,
/// 2. the folder named by the environment variable `SYNFIRE_DATA`,
/// 3. where Debian's packages put data sets,
/// 4. `datasets/` of the repository or of the installed Synfire: above the current folder and above the program.
///
/// In the first two, both the folder and a subfolder of the data set's name will do.
public struct DatasetLocator: Sendable {
    /// Where Debian's packages put data sets.
    public static let systemFolder = "/usr/share/datasets"

    private let dataDirectory: String?
    private let environment: [String: String]
    private let systemFolder: String
    private let startingPoints: [String]

    /// Makes a locator.
    ///
    /// - Parameters:
    ///   - dataDirectory: The folder given on the command line, if any.
    ///   - environment: Where `SYNFIRE_DATA` is looked up.
    ///   - systemFolder: The folder of installed data sets.
    ///   - startingPoints: Folders at and above which `datasets/` is looked for; by default the current one and the program's.
    public init(
        dataDirectory: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        systemFolder: String = Self.systemFolder,
        startingPoints: [String]? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.environment = environment
        self.systemFolder = systemFolder
        self.startingPoints =
            startingPoints
            ?? [
                FileManager.default.currentDirectoryPath,
                Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path,
            ].compactMap { $0 }
    }

    /// The folders in which the files of a data set may be; some may not exist.
    ///
    /// - Throws: `DatasetError.folderNotFound` if a folder was given on the command line and does not exist.
    public func places(for name: String) throws(DatasetError) -> [String] {
        var places: [String] = []
        if let dataDirectory {
            guard isFolder(dataDirectory) else { throw .folderNotFound(path: dataDirectory) }
            places += [dataDirectory, join(dataDirectory, name)]
        }
        if let folder = environment["SYNFIRE_DATA"], !folder.isEmpty {
            places += [folder, join(folder, name)]
        }
        places.append(join(systemFolder, name))
        if let folder = shippedFolder { places.append(join(folder, name)) }
        return places
    }

    /// The path of a file that is in a folder, gzipped or plain, or nil.
    func file(_ name: String, in folder: String) -> String? {
        plainFile(name + ".gz", in: folder) ?? plainFile(name, in: folder)
    }

    /// The path of a file that is in a folder, or nil.
    func plainFile(_ name: String, in folder: String) -> String? {
        let path = join(folder, name)
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The `datasets/` folder that comes with Synfire: in the repository, or in `share/synfire` beside the program's folder.
    private var shippedFolder: String? {
        for start in startingPoints {
            var folder = URL(fileURLWithPath: start).standardizedFileURL
            while true {
                for candidate in ["datasets", "share/synfire/datasets"] {
                    let path = folder.appendingPathComponent(candidate).path
                    if isFolder(join(path, "fashion-mnist-sample")) { return path }
                }
                if folder.path == "/" { break }
                folder = folder.deletingLastPathComponent()
            }
        }
        return nil
    }

    private func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
