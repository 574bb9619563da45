// The AAR: the engine for two ABIs, its Kotlin side, and everything around it. Needs what this repository's own
// tests do not: an Android SDK, NDK r28, and `cargo install cargo-ndk`. How it is built stands in docs/MOBILE.md.

plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

val repository: File = rootDir.resolve("../..")
val engines = layout.buildDirectory.dir("engines")
val generated = layout.buildDirectory.dir("generated/tala")

/** Those that phones have: 64 bits only, because JNA's layouts of 32-bit records are not to be relied on. */
val abis = listOf("arm64-v8a", "x86_64")

android {
    namespace = "org.tala.android"
    compileSdk = 35
    ndkVersion = "28.2.13676358"

    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
        ndk { abiFilters += abis }
    }

    lint { targetSdk = 35 }

    sourceSets["main"].apply {
        java.srcDirs("src/main/kotlin", "../core/src/main/kotlin", generated)
        jniLibs.srcDir(engines)
        // The build of web/field, put under `field/` by the task below.
        assets.srcDir(layout.buildDirectory.dir("assets"))
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    packaging { jniLibs { keepDebugSymbols += "**/*.so" } }

    buildFeatures { buildConfig = false }
}

kotlin { jvmToolchain(17) }

dependencies {
    api(libs.coroutines.android)
    // The plain jar has no libraries for Android; below 5.17 it does not load on phones with pages of 16 KiB.
    implementation(libs.jna) { artifact { type = "aar" } }
    implementation(libs.androidx.webkit)
    implementation(libs.androidx.activity)
    implementation(libs.androidx.core)
}

/** The engine, encrypted at rest, for every ABI; stripped when it is packed, never before Kotlin's side is written. */
val engine by
    tasks.registering(Exec::class) {
        workingDir = repository
        environment("RUSTFLAGS", "-C link-arg=-Wl,-z,max-page-size=16384 -C link-arg=-Wl,-z,common-page-size=16384")
        commandLine(
            listOf("cargo", "ndk") +
                abis.flatMap { listOf("--target", it) } +
                listOf("--platform", "26", "--output-dir", engines.get().asFile.path, "rustc", "--release") +
                listOf("--package", "tala-mobile", "--lib", "--crate-type", "cdylib", "--features", "sqlcipher-vendored"),
        )
        inputs.dir(repository.resolve("mobile-bindings/src"))
        inputs.dir(repository.resolve("client-core/src"))
        inputs.dir(repository.resolve("protocol/src"))
        inputs.file(repository.resolve("Cargo.lock"))
        outputs.dir(engines)
    }

/** Pages of 16 KiB are a promise to the store and to the loader: looked at, not believed. */
val pages by
    tasks.registering(Exec::class) {
        dependsOn(engine)
        commandLine("sh", rootDir.resolve("check-pages.sh").path, engines.get().asFile.path)
    }

/** Kotlin's side, written from a library for this machine, which still has what the generator reads. */
val bindings by
    tasks.registering(Exec::class) {
        workingDir = repository
        commandLine("sh", rootDir.resolve("write-kotlin.sh").path, generated.get().asFile.path)
        inputs.dir(repository.resolve("mobile-bindings/src"))
        outputs.dir(generated)
    }

val field by
    tasks.registering(Sync::class) {
        from(repository.resolve("web/field/dist"))
        into(layout.buildDirectory.dir("assets/field"))
        doFirst { check(repository.resolve("web/field/dist/index.html").exists()) { "build web/field first" } }
    }

tasks.named("preBuild") { dependsOn(engine, pages, bindings, field) }
