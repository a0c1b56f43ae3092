// swift-tools-version: 6.2
import PackageDescription

// A package that uses Synfire as others do: by its path, with a module of its own whose name is one of Synfire's folders.
let package = Package(
    name: "Consumer",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Synfire", path: "../..")],
    targets: [
        .target(name: "Units"),
        .executableTarget(name: "Example", dependencies: [.product(name: "Synfire", package: "Synfire")]),
        .executableTarget(name: "OwnModel", dependencies: ["Units", .product(name: "Synfire", package: "Synfire")]),
    ],
    swiftLanguageModes: [.v6]
)
