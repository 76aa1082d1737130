// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "custom-provider",
    platforms: [.macOS(.v15)],
    products: [.library(name: "AcmeChecks", targets: ["AcmeChecks"])],
    dependencies: [
        .package(name: "fairlead", path: "../.."),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .target(
            name: "AcmeChecks",
            dependencies: [
                .product(name: "Screening", package: "fairlead"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .testTarget(
            name: "AcmeChecksTests",
            dependencies: [
                "AcmeChecks",
                .product(name: "FairleadHost", package: "fairlead"),
                .product(name: "Screening", package: "fairlead"),
                .product(name: "ScreeningTesting", package: "fairlead"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
