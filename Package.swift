// swift-tools-version: 6.2

import PackageDescription

let swift: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let c: [CSetting] = [
    .treatAllWarnings(as: .error),
    .enableWarning("all"),
    .enableWarning("extra"),
    .define("_GNU_SOURCE"),
]

/// Targets stand in dependency order: a target may name only what stands above it. `make check` holds the imports to docs/modules.md.
let package = Package(
    name: "fairlead",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Screening", targets: ["Screening"]),
        .library(name: "FairleadHost", targets: ["FairleadHost"]),
        .library(name: "ScreeningTesting", targets: ["ScreeningTesting"]),
        .library(name: "Simulators", targets: ["Simulators"]),
        .executable(name: "fairlead", targets: ["FairleadCLI"]),
        .executable(name: "fairlead-lua", targets: ["fairlead-lua"]),
        .executable(name: "fairlead-bench", targets: ["FairleadBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .target(name: "CLuaSandbox", dependencies: ["CLua"], cSettings: c + [.headerSearchPath(".")]),
        .executableTarget(name: "fairlead-lua", dependencies: ["CLuaSandbox", "CSeccomp"], cSettings: c),

        .target(
            name: "Screening",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "ConfigurationFiles",
            dependencies: ["Screening", .product(name: "Yams", package: "Yams")],
            swiftSettings: swift
        ),
        .target(
            name: "LuaRuntime",
            dependencies: [
                "CLuaSandbox",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Plugins",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Lua")],
            swiftSettings: swift
        ),
        .target(
            name: "PluginTools",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Providers",
            dependencies: [
                "Screening",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Stores",
            dependencies: [
                "Screening", "CPostgres",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "Screening", "Plugins",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Web",
            dependencies: [
                "Screening", "Plugins", "Pipeline",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Dashboard",
            dependencies: [
                "Screening", "Pipeline", "Web",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Assets")],
            swiftSettings: swift
        ),
        .target(
            name: "Telemetry",
            dependencies: [
                "Screening",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Simulators",
            dependencies: [
                "Screening",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "FairleadHost",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "Providers", "Stores", "Pipeline", "Web", "Dashboard", "Telemetry",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "FairleadTools",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "PluginTools", "Providers", "Stores", "Pipeline", "Web", "FairleadHost",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "FairleadCLI",
            dependencies: [
                "Screening", "ConfigurationFiles", "Plugins", "PluginTools", "Pipeline", "Web", "Telemetry", "Simulators", "FairleadHost",
                "FairleadTools",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "FairleadBench",
            dependencies: [
                "FairleadHost", "LuaRuntime", "Plugins", "Screening", "Stores", "Web",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "ScreeningTesting",
            dependencies: [
                "Screening",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),

        .target(name: "CrashTesting", path: "Tests/CrashTesting", swiftSettings: swift),
        // All tests are one program: what one of them names stands in it for all.
        .target(name: "ThreadSanitizerLocks", path: "Tests/ThreadSanitizerLocks", publicHeadersPath: ".", cSettings: c),
        .target(
            name: "PluginTesting",
            dependencies: ["Screening", "LuaRuntime", "Plugins", "PluginTools"],
            path: "Tests/PluginTesting",
            swiftSettings: swift
        ),
        .testTarget(
            name: "ScreeningTests",
            dependencies: [
                "Screening", "ScreeningTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(name: "ConfigurationFilesTests", dependencies: ["Screening", "ConfigurationFiles"], swiftSettings: swift),
        .testTarget(
            name: "LuaRuntimeTests",
            dependencies: [
                "LuaRuntime", "CLuaSandbox", "fairlead-lua", "ThreadSanitizerLocks",
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "PluginsTests",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "PluginTools", "PluginTesting", "ScreeningTesting", "fairlead-lua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "PluginToolsTests",
            dependencies: ["Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "PluginTools", "PluginTesting", "fairlead-lua"],
            swiftSettings: swift
        ),
        .testTarget(
            name: "ProvidersTests",
            dependencies: [
                "Screening", "Providers", "ScreeningTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "StoresTests",
            dependencies: ["Screening", "Stores", "ScreeningTesting", "CrashTesting", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Schemas"],
            swiftSettings: swift
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Screening", "Telemetry", "ScreeningTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .testTarget(name: "SimulatorsTests", dependencies: ["Screening", "Simulators"], swiftSettings: swift),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "Providers", "Stores", "Pipeline", "Simulators", "ScreeningTesting",
                "CrashTesting",
                "fairlead-lua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Screening", "LuaRuntime", "Plugins", "Stores", "Pipeline", "Web", "ScreeningTesting",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Screening", "LuaRuntime", "Plugins", "Stores", "Pipeline", "Web", "Dashboard", "ScreeningTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "FairleadHostTests",
            dependencies: [
                "Screening", "ConfigurationFiles", "LuaRuntime", "Plugins", "Providers", "Stores", "Pipeline", "Telemetry", "FairleadHost",
                "ScreeningTesting", "CrashTesting", "fairlead-lua",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "FairleadToolsTests",
            dependencies: [
                "Screening", "ConfigurationFiles", "Plugins", "PluginTools", "Providers", "Pipeline", "FairleadHost", "FairleadTools",
                "ScreeningTesting", "fairlead-lua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "Screening", "FairleadCLI", "ScreeningTesting", "fairlead-lua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Screening", "Web", "Simulators", "FairleadCLI", "ScreeningTesting", "CrashTesting", "fairlead-lua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),
    ],
    swiftLanguageModes: [.v6]
)
