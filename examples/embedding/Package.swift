// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "embedding",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "fairlead", path: "../..")],
    targets: [
        .executableTarget(
            name: "Embedding",
            dependencies: [
                .product(name: "FairleadHost", package: "fairlead"),
                .product(name: "Screening", package: "fairlead"),
                .product(name: "ScreeningTesting", package: "fairlead"),
                .product(name: "Simulators", package: "fairlead"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
