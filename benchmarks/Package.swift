// swift-tools-version: 6.3
import PackageDescription

// Measurements, apart from the product: nothing in the main package depends on them.
let package = Package(
  name: "SettleBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Settle", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "settle-bench",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Experiments", package: "Settle"),
        .product(name: "Dynamics", package: "Settle"),
        .product(name: "Integration", package: "Settle"),
        .product(name: "Learning", package: "Settle"),
        .product(name: "LinearAlgebra", package: "Settle"),
      ])
  ]
)
