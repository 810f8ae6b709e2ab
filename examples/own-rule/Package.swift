// swift-tools-version: 6.3
import PackageDescription

// A rule of one's own for Settle: a package that depends on it, and a program that is `settle` with
// that rule. Copy this folder, and let the path be that of your copy of Settle, or give the address that you
// cloned it from: .package(url: "https://...", branch: "main")
let package = Package(
  name: "own-rule",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Settle", path: "../..")],
  targets: [
    .executableTarget(
      name: "own-rule",
      dependencies: [
        .product(name: "SettleCommand", package: "Settle"),
        .product(name: "Experiments", package: "Settle"),
        .product(name: "Learning", package: "Settle"),
      ])
  ]
)
