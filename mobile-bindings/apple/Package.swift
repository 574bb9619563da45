// swift-tools-version:5.10
import PackageDescription

// The engine comes as a binary made by `build-xcframework.sh`, with its Swift side written into
// `Sources/TalaCore`. Both are made, never committed. How stands in docs/MOBILE.md.
let package = Package(
    name: "Tala",
    defaultLocalization: "zh-Hans",
    platforms: [.iOS(.v16)],
    products: [.library(name: "Tala", targets: ["Tala"])],
    targets: [
        .binaryTarget(name: "TalaCoreFFI", path: "build/TalaCoreFFI.xcframework"),
        .target(name: "TalaCore", dependencies: ["TalaCoreFFI"]),
        .target(name: "Tala", dependencies: ["TalaCore"]),
        .testTarget(name: "TalaTests", dependencies: ["Tala"]),
    ]
)
