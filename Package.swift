// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every Swift target; a target that needs less says so here.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func library(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "atelier",
    products: [.executable(name: "atelier", targets: ["atelier"])],
    targets: [
        // Debian's C libraries, each wrapped only by the targets named beside it.
        library("CSQLite", "sqlite3", "libsqlite3-dev"),
        library("CMHD", "libmicrohttpd", "libmicrohttpd-dev"),
        library("CLibCurl", "libcurl", "libcurl4-openssl-dev"),
        library("CCrypto", "libcrypto", "libssl-dev"),
        library("CVips", "vips", "libvips-dev"),
        library("CPango", "pangocairo", "libpango1.0-dev"),

        // Small C shims: what Swift cannot import (variadic calls, macros, callbacks), and embedded files.
        .target(name: "CHTTP", dependencies: ["CMHD"]),
        .target(name: "CCurl", dependencies: ["CLibCurl"]),
        .target(
            name: "CMedia",
            dependencies: ["CVips", "CPango"],
            linkerSettings: [.linkedLibrary("pangoft2-1.0"), .linkedLibrary("fontconfig")]
        ),
        .target(name: "CPosix"),
        .target(name: "CAssets"),

        // Inside: values, rules and ports.
        target("AtelierCore", ["CCrypto"]),
        target("AtelierEngine", ["AtelierCore"]),

        // Edges: each implements ports of AtelierCore.
        target("AtelierSchemas", ["AtelierCore"]),
        target("AtelierStages", ["AtelierCore", "AtelierSchemas"]),
        target("AtelierBackends", ["AtelierCore", "CCurl"]),
        target("AtelierArchive", ["AtelierCore", "CPosix"]),
        target("AtelierMedia", ["AtelierCore", "CMedia", "CPosix"]),
        target("AtelierStoreMemory", ["AtelierCore"]),
        target("AtelierStoreSQLite", ["AtelierCore", "CSQLite"]),

        // Front doors.
        target("AtelierHTTP", ["AtelierCore", "AtelierEngine", "CHTTP", "CPosix"]),
        .executableTarget(
            name: "atelier",
            dependencies: [
                "AtelierCore", "AtelierEngine", "AtelierSchemas", "AtelierStages", "AtelierBackends", "AtelierArchive",
                "AtelierMedia", "AtelierStoreMemory", "AtelierStoreSQLite", "AtelierHTTP", "CAssets", "CPosix",
            ],
            swiftSettings: house
        ),

        // Only tests import this.
        target("AtelierTesting", ["AtelierCore", "AtelierEngine", "AtelierArchive", "AtelierStoreMemory", "CPosix"]),

        tests("AtelierCoreTests", ["AtelierCore", "AtelierTesting"]),
        tests("AtelierMediaTests", ["AtelierCore", "AtelierMedia", "AtelierTesting", "atelier"]),
        tests("AtelierHTTPTests", ["AtelierCore", "AtelierHTTP", "AtelierTesting", "CPosix"]),
        tests("AtelierTests", ["AtelierCore", "AtelierTesting", "atelier"]),
        tests("AtelierStoreTests", ["AtelierCore", "AtelierStoreMemory", "AtelierStoreSQLite", "AtelierTesting"]),
        tests("AtelierSchemasTests", ["AtelierCore", "AtelierSchemas", "AtelierTesting"]),
        tests("AtelierStagesTests", ["AtelierCore", "AtelierStages", "AtelierTesting"]),
        tests("AtelierBackendsTests", ["AtelierCore", "AtelierBackends", "AtelierTesting"]),
        tests("AtelierArchiveTests", ["AtelierCore", "AtelierArchive", "AtelierTesting"]),
        tests(
            "AtelierEngineTests",
            ["AtelierCore", "AtelierEngine", "AtelierArchive", "AtelierStoreMemory", "AtelierTesting"]
        ),
        tests(
            "AtelierRecoverTests",
            [
                "AtelierCore", "AtelierEngine", "AtelierArchive", "AtelierStoreSQLite", "AtelierTesting", "CSQLite", "atelier",
            ]
        ),
        tests("AtelierSimulationTests", ["AtelierCore", "AtelierTesting"]),
        tests("TidyTests", []),
    ],
    cLanguageStandard: .c2x
)
