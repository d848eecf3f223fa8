// swift-tools-version: 6.2
// A libFuzzer program for each reader of what strangers send; `./dev fuzz` builds and runs them.

import PackageDescription

/// The programs; each is a file `Sources/fuzz-NAME/`.
let readers = [
  "npy", "npz", "pickle", "torch-zip", "torch-legacy", "safetensors", "msgpack", "onnx",
  "native-hdf5", "hdf5-records", "json", "dialect", "checkpoint", "picture",
]

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // The program's entry is libFuzzer's.
  .unsafeFlags(["-parse-as-library"]),
]

let library = Target.Dependency.product(name: "Readers", package: "byol-checkpoints")

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "byol-checkpoints", path: "..")],
  targets: [
    .systemLibrary(name: "CFuzzer"),
    .target(
      name: "FuzzSupport", dependencies: ["CFuzzer", library],
      swiftSettings: settings + [.strictMemorySafety()]),
  ]
    + readers.map { name in
      .executableTarget(
        name: "fuzz-" + name, dependencies: ["FuzzSupport", library], swiftSettings: settings)
    },
  swiftLanguageModes: [.v6]
)
