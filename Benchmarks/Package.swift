// swift-tools-version: 6.2
import PackageDescription

/// As in the product's own manifest.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Programs of `make bench`, apart from the product. `Linked` holds links to the targets of ours that the lists are measured in, as no
// other package can see their `package` declarations.
let package = Package(
    name: "benchmarks",
    targets: [
        .executableTarget(name: "disk"),
        .executableTarget(name: "http"),
        .executableTarget(name: "rows", dependencies: ["CSQLite", "CCrypto"]),
        .executableTarget(
            name: "lists",
            dependencies: ["AtelierCore", "AtelierStoreSQLite"],
            swiftSettings: house
        ),
        .systemLibrary(name: "CSQLite", path: "Linked/CSQLite", pkgConfig: "sqlite3"),
        .systemLibrary(name: "CCrypto", path: "Linked/CCrypto", pkgConfig: "libcrypto"),
        .target(name: "AtelierCore", dependencies: ["CCrypto"], path: "Linked/AtelierCore", swiftSettings: house),
        .target(
            name: "AtelierStoreSQLite",
            dependencies: ["AtelierCore", "CSQLite"],
            path: "Linked/AtelierStoreSQLite",
            swiftSettings: house
        ),
    ],
    cLanguageStandard: .gnu2x
)
