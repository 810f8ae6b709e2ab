// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Settle",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "Integration", targets: ["Integration"]),
    .library(name: "Dynamics", targets: ["Dynamics"]),
    .library(name: "Learning", targets: ["Learning"]),
    .library(name: "Experiments", targets: ["Experiments"]),
    .library(name: "SettleCommand", targets: ["SettleCommand"]),
    .executable(name: "settle", targets: ["settle"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries. Every difference between their versions ends in these module maps.
    .systemLibrary(name: "CSUNDIALS", providers: [.apt(["libsundials-dev"]), .brew(["sundials"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    // No library, but a header for what Swift cannot say.
    .systemLibrary(name: "CSquareRoot"),

    // The engine: it knows nothing of learning.
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "CSquareRoot"], swiftSettings: strict),
    .target(
      name: "Integration", dependencies: ["CSUNDIALS", "LinearAlgebra"], swiftSettings: strict),
    .target(
      name: "Dynamics", dependencies: ["Integration", "LinearAlgebra"], swiftSettings: strict),

    // What is learned from where the engine settled.
    .target(
      name: "Learning", dependencies: ["Dynamics", "Integration", "LinearAlgebra"],
      swiftSettings: strict),
    .target(
      name: "Experiments",
      dependencies: [
        "Learning", "Dynamics", "Integration", "LinearAlgebra", "CZlib",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    // The subcommands are a library, so that a program can add rules of its own to them.
    .target(
      name: "SettleCommand",
      dependencies: [
        "Experiments", "Learning", "Dynamics", "Integration", "LinearAlgebra",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(name: "settle", dependencies: ["SettleCommand"], swiftSettings: strict),

    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"], swiftSettings: strict),
    .testTarget(
      name: "IntegrationTests", dependencies: ["Integration", "LinearAlgebra", "CSUNDIALS"],
      swiftSettings: strict),
    .testTarget(
      name: "DynamicsTests", dependencies: ["Dynamics", "Integration", "LinearAlgebra"],
      swiftSettings: strict),
    .testTarget(
      name: "LearningTests",
      dependencies: ["Learning", "Dynamics", "Integration", "LinearAlgebra"],
      swiftSettings: strict),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: ["Experiments", "Learning", "Dynamics", "Integration", "LinearAlgebra"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["settle"], exclude: ["Models"], swiftSettings: strict),
    // The readers under inputs that lie; `scripts/fuzz` runs them for longer.
    .testTarget(
      name: "FuzzingTests",
      dependencies: ["Experiments", "Learning", "Dynamics", "Integration", "LinearAlgebra"],
      swiftSettings: strict),
  ]
)

// `SETTLE_DOCS=1 swift package generate-documentation` builds the reference; nobody else needs it.
if Context.environment["SETTLE_DOCS"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.3"))
}
