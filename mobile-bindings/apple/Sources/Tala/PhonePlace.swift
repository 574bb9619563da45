import Foundation
import TalaCore
import UIKit

/// Where the phone lives on iOS: a folder of the app that no backup takes, whose files can be read and written while
/// the phone is locked, once it was unlocked after its start. With the stricter default, recording would end when
/// the officer puts the phone into his pocket.
public struct PhonePlace: Sendable {
    public let folder: URL
    public let spool: URL

    public init() throws {
        let files = FileManager.default
        let base = try files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        var home = base.appendingPathComponent("tala", isDirectory: true)
        let protection: [FileAttributeKey: Any] = [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication]
        folder = home.appendingPathComponent("phone", isDirectory: true)
        spool = home.appendingPathComponent("spool", isDirectory: true)
        for each in [home, folder, spool] {
            try files.createDirectory(at: each, withIntermediateDirectories: true, attributes: protection)
            // One that was made by an older version keeps what it had, unless it is said again.
            try files.setAttributes(protection, ofItemAtPath: each.path)
        }
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try home.setResourceValues(values)
    }

    func options(roots: Data?) throws -> OpenOptions { try openOptions(folder: folder.path, roots: roots) }

    /// Removes everything; the keys go first, so that what is left of an interrupted end is noise.
    func wipe() throws {
        for each in [folder, spool] where FileManager.default.fileExists(atPath: each.path) {
            try FileManager.default.removeItem(at: each)
        }
    }
}

/// The one place that knows how a phone is opened here.
private func openOptions(folder: String, roots: Data?) throws -> OpenOptions {
    OpenOptions(folder: folder, rootsPem: roots, key: try DatabaseKey().read())
}

/// Clocks and battery as the core asks for them.
final class PhoneDevice: Device, @unchecked Sendable {
    init() {
        DispatchQueue.main.async { UIDevice.current.isBatteryMonitoringEnabled = true }
    }

    /// Goes on while the phone sleeps; `systemUptime` would not.
    func elapsedMs() -> Int64 {
        var base = mach_timebase_info_data_t()
        mach_timebase_info(&base)
        let nanos = mach_continuous_time().multipliedFullWidth(by: UInt64(base.numer))
        return Int64(UInt64(base.denom).dividingFullWidth(nanos).quotient / 1_000_000)
    }

    /// Seconds since 1970 at which the kernel says that it started: another number after each start.
    func boot() -> UInt32 {
        var started = timeval()
        var size = MemoryLayout<timeval>.size
        guard sysctlbyname("kern.boottime", &started, &size, nil, 0) == 0 else { return 0 }
        return UInt32(truncatingIfNeeded: started.tv_sec)
    }

    func batteryPct() -> UInt8? {
        let level = UIDevice.current.batteryLevel
        return level < 0 ? nil : UInt8((level * 100).rounded())
    }
}
