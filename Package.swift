// swift-tools-version: 6.2
import PackageDescription

// Kernels are compiled for AVX2 and FMA (x86-64-v3) unless SYNFIRE_CPU says otherwise:
// "native" for the machine at hand, "baseline" for any x86-64. Nothing is set on other processors. SYNFIRE_FMA tells
// kernels that a product and a sum are one instruction.
let instructionSet: [String] = {
    #if arch(x86_64)
    switch Context.environment["SYNFIRE_CPU"] ?? "x86-64-v3" {
    case "baseline": return []
    case let name: return ["-Xcc", "-march=\(name)", "-D", "SYNFIRE_FMA"]
    }
    #else
    return []
    #endif
}()

let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Settings of the modules that hold inner loops: overflow and bounds checks are off in release, because what
/// reaches them has been checked at the public boundary.
let hot: [SwiftSetting] =
    common + [
        .unsafeFlags(["-Ounchecked"] + instructionSet, .when(configuration: .release))
    ]

/// The same, where roots and other functions of C do not set `errno`, so that loops over roots vectorise.
let dense: [SwiftSetting] = hot + [.unsafeFlags(["-Xcc", "-fno-math-errno"], .when(configuration: .release))]

/// Settings of the command, which has no loops over spikes or neurons: optimised it takes 32 s to compile, so 9 s.
let cold: [SwiftSetting] = common + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// The module that a folder in `Sources` holds.
///
/// Modules carry the package's name, because module names are shared by
/// all packages of a build: `Units` lies in `Sources/Units` and is imported as `SynfireUnits`, `CZlib` as `CSynfireZlib`.
func moduleName(_ folder: String) -> String {
    let isC = folder.hasPrefix("C") && folder.dropFirst().first?.isUppercase == true
    return isC ? "CSynfire" + folder.dropFirst() : "Synfire" + folder
}

/// The modules of these folders, as dependencies.
func modules(_ folders: [String]) -> [Target.Dependency] { folders.map { .byName(name: moduleName($0)) } }

/// A module of ours: its folder, the folders of the modules it may import, and how it is compiled.
func module(
    _ folder: String, _ imports: [String] = [], products: [Target.Dependency] = [], settings: [SwiftSetting] = common
) -> Target {
    .target(
        name: moduleName(folder), dependencies: modules(imports) + products, path: "Sources/\(folder)",
        swiftSettings: settings)
}

/// The tests of one module.
func tests(_ name: String, _ imports: [String], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: modules(imports + ["TestSupport"]), exclude: exclude, swiftSettings: common)
}

/// A module of C.
func cModule(_ folder: String, _ imports: [String] = []) -> Target {
    .target(name: moduleName(folder), dependencies: modules(imports), path: "Sources/\(folder)")
}

/// A C library of the system, found by pkg-config where it has an entry there.
func system(_ folder: String, pkgConfig: String? = nil, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: moduleName(folder), path: "Sources/\(folder)", pkgConfig: pkgConfig,
        providers: [.apt([apt]), .brew([brew])])
}

#if os(macOS)
let hdf5Entry = "hdf5"
#else
let hdf5Entry = "hdf5-serial"
#endif

let libraries = [
    "Units", "Parallel", "HDF5", "Tensors", "NeuralNetworks", "SpikingModels", "SpikingNetworks", "Simulation",
    "Conversion", "Formats", "Datasets", "Analysis",
]

let package = Package(
    name: "Synfire",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Synfire", targets: ["Synfire"] + libraries.map(moduleName)),
        .executable(name: "synfire", targets: ["SynfireCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        system("CHDF5", pkgConfig: hdf5Entry, apt: "libhdf5-dev", brew: "hdf5"),
        system("COneDNN", apt: "libdnnl-dev", brew: "onednn"),
        system("CPNG", pkgConfig: "libpng", apt: "libpng-dev", brew: "libpng"),
        system("CTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev", brew: "jpeg-turbo"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
        cModule("CSupport"),
        cModule("CHDF5Driver", ["CHDF5"]),
        cModule("CHDF5Reader", ["CHDF5", "CHDF5Driver"]),

        module("Units"),
        module("Parallel", ["CSupport"], settings: hot),
        module("HDF5", ["CHDF5", "CHDF5Driver", "CHDF5Reader", "CZlib", "Units"]),
        module("Tensors", ["Parallel", "COneDNN", "CSupport"], settings: dense),
        module("SpikingModels", ["Units", "Parallel"], settings: hot),
        module("NeuralNetworks", ["Tensors", "Parallel", "Units"], settings: dense),
        module("SpikingNetworks", ["Units", "Parallel", "SpikingModels"]),
        module(
            "Simulation",
            [
                "SpikingNetworks", "SpikingModels", "Units", "Parallel", "CSupport",
            ], settings: hot),
        module("Conversion", ["NeuralNetworks", "SpikingNetworks", "SpikingModels", "Tensors", "Parallel", "Units"]),
        module(
            "Formats",
            [
                "HDF5", "NeuralNetworks", "SpikingNetworks", "SpikingModels", "Tensors", "Units",
            ], products: [.product(name: "Yams", package: "Yams")]),
        module(
            "Datasets",
            [
                "Tensors", "HDF5", "SpikingNetworks", "Parallel", "Units", "CPNG", "CTurboJPEG", "CZlib",
            ], products: [.product(name: "SwiftCSV", package: "SwiftCSV")]),
        module("Analysis"),
        module("Benchmarking", ["SpikingModels", "Tensors", "Parallel", "CSupport"], settings: hot),
        // Everything under one name: `import Synfire`.
        .target(
            name: "Synfire", dependencies: modules(libraries), path: "Sources/Umbrella", swiftSettings: common),
        // Its module is not called synfire: on a file system that ignores case that is the library's name.
        .executableTarget(
            name: "SynfireCommand",
            dependencies: modules(libraries + ["Benchmarking", "CSupport"]) + [
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            path: "Sources/synfire", swiftSettings: cold),

        .target(name: moduleName("TestSupport"), path: "Tests/TestSupport", swiftSettings: common),
        tests("ParallelTests", ["Parallel"]),
        tests("HDF5Tests", ["HDF5", "CHDF5Driver"]),
        tests("TensorsTests", ["Tensors", "Parallel"]),
        tests("NeuralNetworksTests", ["NeuralNetworks", "Formats", "Tensors", "Parallel"], exclude: ["Reference"]),
        tests(
            "SpikingNetworksTests", ["SpikingNetworks", "SpikingModels", "Units", "Parallel"], exclude: ["Reference"]),
        tests(
            "SimulationTests", ["Simulation", "SpikingNetworks", "SpikingModels", "Units", "Parallel"],
            exclude: ["Reference"]),
        tests(
            "ConversionTests",
            ["Conversion", "Simulation", "NeuralNetworks", "SpikingNetworks", "SpikingModels", "Tensors", "Parallel"]),
        tests(
            "FormatsTests",
            [
                "Formats", "HDF5", "NeuralNetworks", "SpikingNetworks", "SpikingModels", "Tensors", "Simulation",
                "Parallel",
                "Units",
            ]),
        tests("DatasetsTests", ["Datasets", "HDF5", "Tensors"], exclude: ["Reference"]),
        tests("AnalysisTests", ["Analysis"], exclude: ["Reference"]),
        tests("CommandTests", ["Command"]),
    ],
    swiftLanguageModes: [.v6]
)
