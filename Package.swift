// swift-tools-version: 6.2
// The map of the project: every target on a line or two, in order of dependence.

import Foundation
import PackageDescription

/// oneDNN joins where its header is installed; `BYOL_WITHOUT_ONEDNN=1` builds without it all the same.
let environment = ProcessInfo.processInfo.environment
let oneDNNInclude = environment["BYOL_ONEDNN_INCLUDE"]
let hasOneDNN =
  environment["BYOL_WITHOUT_ONEDNN"] == nil
  && ([oneDNNInclude, "/usr/include", "/usr/local/include"].compactMap { $0 }
    .contains { FileManager.default.fileExists(atPath: $0 + "/dnnl.h") })

/// The image libraries join where both headers exist; `BYOL_WITHOUT_IMAGES=1` builds without them.
let hasImages =
  environment["BYOL_WITHOUT_IMAGES"] == nil
  && ["turbojpeg.h", "png.h"].allSatisfy { header in
    ["/usr/include/", "/usr/local/include/"]
      .contains { FileManager.default.fileExists(atPath: $0 + header) }
  }

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let engines: [SwiftSetting] = strict + (hasOneDNN ? [.define("ONEDNN")] : [])
let oneDNN: [Target.Dependency] = hasOneDNN ? ["COneDNN", "OneDNN"] : []
let pictures: [SwiftSetting] = strict + (hasImages ? [.define("IMAGE_FILES")] : [])
let imageLibraries: [Target.Dependency] = hasImages ? ["CTurboJPEG", "CPNG"] : []

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// C libraries: a module map and a shim each.
let systemLibraries: [Target] = [
  .systemLibrary(name: "CMalloc"),
  .systemLibrary(name: "CLinux"),
  .systemLibrary(name: "CLatin"),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
  .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
]

// C libraries that this machine may lack.
let oneDNNLibrary: [Target] =
  hasOneDNN
  ? [
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    // Its objects, for both engines.
    .target(name: "OneDNN", dependencies: ["Tensors", "COneDNN"], swiftSettings: strict),
  ] : []
let pictureLibraries: [Target] =
  hasImages
  ? [
    .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
  ] : []
let optionalLibraries = oneDNNLibrary + pictureLibraries

let ownTargets: [Target] = [
  // What programs agree on, embedded in the tools.
  .target(
    name: "Schemas", path: "schemas",
    // Read by people and by programs that check JSON, not by the tools.
    exclude: [
      "comparison", "contract", "convert-batch", "convert-report", "dialect", "embed-report",
      "evaluation-report", "health", "index", "inspection", "layout-report", "pictures-report",
      "provenance", "recipe", "sidecar", "train-report", "tree", "verification", "verify-report",
    ].map { $0 + ".schema.json" },
    resources: [
      .embedInCode("checkpoint.json"), .embedInCode("dialects"), .embedInCode("fragments"),
    ],
    swiftSettings: strict),

  // Libraries, lowest first.
  .target(name: "Tensors", dependencies: [crypto], swiftSettings: strict),
  .target(name: "HDF5Records", swiftSettings: strict),
  .target(name: "Confinement", dependencies: ["CLinux"], swiftSettings: strict),
  .target(
    name: "Archives", dependencies: ["HDF5Records", "Tensors", "CLatin", "CLinux", "CZlib"],
    swiftSettings: strict),
  .target(
    name: "Checkpoints", dependencies: ["Archives", "Schemas", "Tensors"], swiftSettings: strict
  ),
  .target(
    name: "Graphs", dependencies: ["Checkpoints", "Archives", "Tensors"], swiftSettings: strict),
  .target(
    name: "HDF5Writing", dependencies: ["Archives", "Tensors", "CHDF5"], swiftSettings: strict),
  .target(
    name: "Networks",
    dependencies: ["Archives", "Checkpoints", "Tensors", "COpenBLAS"] + oneDNN,
    swiftSettings: engines),
  .target(
    name: "Conversions",
    dependencies: [
      "Checkpoints", "Archives", "CMalloc", "Graphs", "HDF5Writing", "Networks", "Tensors",
    ],
    swiftSettings: strict),
  .target(
    name: "Images", dependencies: ["Checkpoints", "Tensors"] + imageLibraries,
    swiftSettings: pictures),
  .target(
    name: "Gradients", dependencies: ["Checkpoints", "Tensors", "COpenBLAS"] + oneDNN,
    swiftSettings: engines),
  .target(name: "Pages", dependencies: ["Tensors"], swiftSettings: strict),
  .target(name: "Spectra", dependencies: ["Tensors", "COpenBLAS"], swiftSettings: strict),
  .target(
    name: "Training",
    dependencies: [
      "Archives", "Checkpoints", "Conversions", "COpenBLAS", "Gradients", "HDF5Writing", "Images",
      "Networks", "Pages", "Spectra", "Tensors",
    ],
    swiftSettings: engines),
  .target(
    name: "Embedding",
    dependencies: ["Archives", "Checkpoints", "HDF5Writing", "Images", "Networks", "Tensors"],
    swiftSettings: strict),
  .target(
    name: "CBuild",
    cSettings: environment["BYOL_COMMIT"].map { [.define("BYOL_COMMIT", to: $0)] } ?? []),
  .target(
    name: "Terminals",
    dependencies: ["Archives", "Checkpoints", "Tensors", "CBuild", "CMalloc", arguments],
    swiftSettings: strict),
  .target(
    name: "Health", dependencies: ["Archives", "Checkpoints", "Tensors"], swiftSettings: strict),
  .target(
    name: "Inspecting",
    dependencies: ["Archives", "Checkpoints", "Health", "Tensors", "Terminals", arguments],
    swiftSettings: strict),
  .target(
    name: "Reports",
    dependencies: [
      "Archives", "Checkpoints", "Embedding", "Health", "Images", "Networks", "Pages", "Spectra",
      "Tensors", "Training",
    ],
    swiftSettings: strict),

  // Tools: parse, call, print.
  .executableTarget(
    name: "byol-convert",
    dependencies: [
      "Conversions", "Archives", "Checkpoints", "Graphs", "Tensors", "Terminals", arguments,
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "byol-inspect", dependencies: ["Inspecting", "Terminals", arguments],
    swiftSettings: strict),
  .executableTarget(
    name: "byol-verify",
    dependencies: [
      "Conversions", "Checkpoints", "Embedding", "Networks", "Tensors", "Terminals", arguments,
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "byol-embed",
    dependencies: [
      "Embedding", "Archives", "Checkpoints", "Networks", "Tensors", "Terminals", arguments,
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "byol-train",
    dependencies: [
      "Training", "Archives", "Checkpoints", "Gradients", "Pages", "Tensors", "Terminals",
      arguments,
    ],
    swiftSettings: strict),

  // Programs for the others: what byol-inspect goes on as where it computes, and the process in which
  // libhdf5 looks at other programs' files.
  .executableTarget(
    name: "byol-report",
    dependencies: ["Archives", "Embedding", "Inspecting", "Reports", "Terminals", arguments],
    swiftSettings: strict),
  .executableTarget(
    name: "byol-hdf5-reader",
    dependencies: ["CHDF5", "CLinux", "Confinement", "CZlib", "HDF5Records"],
    swiftSettings: strict),

  // The example of docs/library.md, which is a package of its own too.
  .executableTarget(
    name: "library-example", dependencies: ["Checkpoints", "Conversions", "Networks", "Tensors"],
    path: "docs/examples/swift/Sources/library-example", swiftSettings: strict),

  // A benchmark: training steps of random networks, timed by kind of layer.
  .executableTarget(
    name: "training-step", dependencies: ["Gradients", "Checkpoints", "Tensors"],
    path: "Benchmarks/TrainingStep", swiftSettings: engines),

  // Tests: a folder per module.
  .target(
    name: "TestSupport", dependencies: ["Archives", "Checkpoints", "Tensors"],
    path: "Tests/TestSupport", swiftSettings: strict),
  // Stands for a reader of foreign HDF5 that was taken over, in tests.
  .executableTarget(
    name: "confined-attempts", dependencies: ["CLinux", "Confinement", "HDF5Records"],
    path: "Tests/ConfinedAttempts", swiftSettings: strict),
  .testTarget(
    name: "TensorsTests", dependencies: ["TestSupport", "Tensors"], swiftSettings: strict),
  .testTarget(
    name: "ArchivesTests",
    dependencies: [
      "TestSupport", "Archives", "HDF5Records", "byol-hdf5-reader", "confined-attempts",
    ],
    resources: [.copy("Fixtures")], swiftSettings: strict),
  .testTarget(
    name: "HDF5WritingTests",
    dependencies: ["TestSupport", "HDF5Writing", "Archives", "Tensors", "byol-hdf5-reader"],
    swiftSettings: strict),
  .testTarget(
    name: "CheckpointsTests",
    dependencies: ["TestSupport", "Checkpoints", "Archives", "Tensors", "byol-hdf5-reader"],
    swiftSettings: strict),
  .testTarget(
    name: "GraphsTests",
    dependencies: ["TestSupport", "Graphs", "Checkpoints", "Archives", "Tensors"],
    swiftSettings: strict),
  .testTarget(
    name: "NetworksTests",
    dependencies: ["TestSupport", "Networks", "Checkpoints", "Archives", "byol-hdf5-reader"],
    swiftSettings: engines),
  .testTarget(
    name: "ConversionsTests",
    dependencies: [
      "TestSupport", "Conversions", "Checkpoints", "Archives", "Tensors", "byol-hdf5-reader",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "EmbeddingTests",
    dependencies: [
      "TestSupport", "Embedding", "Archives", "Checkpoints", "Networks", "Tensors",
    ],
    swiftSettings: pictures),
  .testTarget(
    name: "ImagesTests",
    dependencies: ["TestSupport", "Images", "Archives", "Checkpoints", "Tensors"],
    swiftSettings: pictures),
  .testTarget(
    name: "GradientsTests",
    dependencies: ["TestSupport", "Gradients", "Archives", "Checkpoints", "Networks", "Tensors"],
    swiftSettings: engines),
  .testTarget(name: "PagesTests", dependencies: ["Pages", "Tensors"], swiftSettings: strict),
  .testTarget(name: "SpectraTests", dependencies: ["Spectra", "Tensors"], swiftSettings: strict),
  .testTarget(
    name: "HealthTests", dependencies: ["TestSupport", "Health", "Checkpoints", "Tensors"],
    swiftSettings: strict),
  .testTarget(
    name: "ReportsTests",
    dependencies: [
      "TestSupport", "Reports", "Health", "Checkpoints", "Gradients", "Spectra", "Tensors",
      "byol-hdf5-reader",
    ],
    swiftSettings: pictures),
  .testTarget(
    name: "TrainingTests",
    dependencies: [
      "TestSupport", "Training", "Gradients", "Images", "Archives", "Checkpoints", "Tensors",
      "byol-hdf5-reader",
    ],
    swiftSettings: engines),
  .testTarget(
    name: "TerminalsTests", dependencies: ["Terminals", arguments], swiftSettings: strict),
  .testTarget(
    name: "ToolsTests",
    dependencies: [
      "TestSupport", "Archives", "Checkpoints", "Conversions", "Tensors", "byol-convert",
      "byol-embed", "byol-hdf5-reader", "byol-inspect", "byol-report", "byol-train",
      "byol-verify", "library-example",
    ],
    swiftSettings: strict),
]

// Modules and programs say wherever they vouch for memory themselves; tests need not.
for target in optionalLibraries + ownTargets where target.type != .test {
  target.swiftSettings?.append(.strictMemorySafety())
}

/// What other packages can use; each module is described in its catalogue, `Sources/NAME/NAME.docc`.
let products: [Product] = [
  .library(name: "Checkpoints", targets: ["Checkpoints", "Archives", "Tensors"]),
  .library(name: "Conversions", targets: ["Conversions"]),
  .library(name: "Networks", targets: ["Networks"]),
  .library(name: "Embedding", targets: ["Embedding", "Images"]),
  .library(name: "Training", targets: ["Training", "Gradients"]),
  // For `Fuzz/`, a package of its own.
  .library(
    name: "Readers", targets: ["Tensors", "HDF5Records", "Archives", "Checkpoints", "Images"]),
]

let package = Package(
  name: "byol-checkpoints",
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
  ],
  targets: systemLibraries + optionalLibraries + ownTargets,
  swiftLanguageModes: [.v6]
)
