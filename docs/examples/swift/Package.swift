// swift-tools-version: 6.2
// A package that uses the libraries: `swift run -c release library-example CHECKPOINT OUTPUT.h5` in this folder.

import PackageDescription

let package = Package(
  name: "library-example",
  dependencies: [
    // In a package of your own: .package(url: "...", branch: "main"), or the path of a checkout.
    .package(name: "byol-checkpoints", path: "../../..")
  ],
  targets: [
    .executableTarget(
      name: "library-example",
      dependencies: [
        .product(name: "Checkpoints", package: "byol-checkpoints"),
        .product(name: "Conversions", package: "byol-checkpoints"),
        .product(name: "Networks", package: "byol-checkpoints"),
      ])
  ]
)
