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

/// A module of ours: its name, what it may import, and how it is compiled.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = common
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one module.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: common)
}

/// A C library of the system, found by pkg-config where it has an entry there.
func system(_ name: String, pkgConfig: String? = nil, apt: String, brew: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
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
        .library(name: "Synfire", targets: libraries),
        .executable(name: "synfire", targets: ["synfire"]),
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
        .target(name: "CSupport"),
        .target(name: "CHDF5Driver", dependencies: ["CHDF5"]),

        module("Units"),
        module("Parallel", ["CSupport"], settings: hot),
        module("HDF5", ["CHDF5", "CHDF5Driver", "Units"]),
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
                .product(name: "Yams", package: "Yams"),
            ]),
        module(
            "Datasets",
            [
                "Tensors", "HDF5", "SpikingNetworks", "Parallel", "Units", "CPNG", "CTurboJPEG", "CZlib",
                .product(name: "SwiftCSV", package: "SwiftCSV"),
            ]),
        module("Analysis", ["SpikingNetworks", "Units"]),
        .executableTarget(
            name: "synfire",
            dependencies: libraries.map { .target(name: $0) } + [
                "CSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: common),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: common),
        tests("ParallelTests", ["Parallel"]),
        tests("HDF5Tests", ["HDF5"]),
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
        tests("AnalysisTests", ["Analysis", "SpikingNetworks"], exclude: ["Reference"]),
        tests("CommandTests", ["synfire"]),
    ],
    swiftLanguageModes: [.v6]
)
