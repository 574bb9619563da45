import CommonCrypto
import CryptoKit
import Foundation

/// The app lock: a PIN between whoever holds the phone and what is on it. It guards the screen only; see Kotlin's
/// `PinLock`, whose rules these are.
@MainActor
final class PinLock {
    private static let name = "shell.pin"
    private static let freeTries = 5
    private static let iterations: UInt32 = 210_000
    private let settings: UserDefaults
    private var isOpen = false

    init(settings: UserDefaults) { self.settings = settings }

    var lock: String { kept == nil ? "none" : isOpen ? "open" : "shut" }

    func set(_ pin: String, old: String?) throws {
        guard pin.wholeMatch(of: /[0-9]{6,12}/) != nil else {
            throw Refusal(code: "input", message: "pin is not 6 to 12 digits")
        }
        if kept != nil {
            guard let old else { throw Refusal(code: "input", message: "old is not a text") }
            try check(old)
        }
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
        keep(["salt": salt, "hash": Self.hash(pin, salt), "wrong": 0, "since": 0.0])
        isOpen = true
    }

    func unlock(_ pin: String) throws {
        if kept != nil { try check(pin) }
        isOpen = true
    }

    func shut() { isOpen = false }

    private func check(_ pin: String) throws {
        guard var kept, let salt = kept["salt"] as? Data, let hash = kept["hash"] as? Data else { return }
        let wrong = kept["wrong"] as? Int ?? 0
        let wait = waitMs(&kept, wrong)
        guard wait == 0 else { throw Refusal(code: "wrong_pin", message: "\(wait)") }
        // Counted before it is looked at: killing the app does not give a try back.
        kept["wrong"] = wrong + 1
        kept["since"] = Self.now
        keep(kept)
        guard Self.same(Self.hash(pin, salt), hash) else {
            throw Refusal(code: "wrong_pin", message: "\(waitMs(&kept, wrong + 1))")
        }
        kept["wrong"] = 0
        keep(kept)
    }

    private func waitMs(_ kept: inout [String: Any], _ wrong: Int) -> Int {
        let over = wrong - Self.freeTries
        guard over >= 0 else { return 0 }
        let whole = min(30_000 << min(over, 10), 60 * 60 * 1_000)
        let gone = Self.now - (kept["since"] as? Double ?? 0)
        // A clock that is behind what was written began anew: so does the wait.
        if gone < 0 {
            kept["since"] = Self.now
            keep(kept)
        }
        return max(whole - Int(max(gone, 0)), 0)
    }

    private var kept: [String: Any]? { settings.dictionary(forKey: Self.name) }

    private func keep(_ kept: [String: Any]) { settings.set(kept, forKey: Self.name) }

    private static var now: Double { ProcessInfo.processInfo.systemUptime * 1_000 }

    private static func same(_ one: Data, _ other: Data) -> Bool {
        one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func hash(_ pin: String, _ salt: Data) -> Data {
        var made = Data(count: 32)
        let status = made.withUnsafeMutableBytes { out in
            salt.withUnsafeBytes { salt in
                CCKeyDerivationPBKDF(
                    CCPBKDFAlgorithm(kCCPBKDF2), pin, pin.utf8.count,
                    salt.bindMemory(to: UInt8.self).baseAddress, salt.count,
                    CCPseudoRandomAlgorithm(kCCPRFHmacAlgSHA256), iterations,
                    out.bindMemory(to: UInt8.self).baseAddress, out.count)
            }
        }
        precondition(status == kCCSuccess, "deriving from a PIN")
        return made
    }
}
