import CryptoKit
import Foundation
import Security
import TalaCore

/// What the keychain and the Secure Enclave refuse.
public enum KeychainError: Error {
    case status(OSStatus)
    case gone
}

/// The key of this device: P-256 in the Secure Enclave, which gives only signatures. It signs while the phone is
/// locked, once it was unlocked after its start; before that it says `Locked`, and what is recorded waits.
public final class KeychainSigner: Keystore, @unchecked Sendable {
    private static let account = "tala.device"
    private let lock = NSLock()
    private var key: SecureEnclave.P256.Signing.PrivateKey?

    public init() {}

    public func kind() -> KeyKind { .ecdsaP256 }

    public func publicKey() throws -> Data {
        try failing { try held().publicKey.x963Representation }
    }

    public func sign(message: Data) async throws -> Data {
        try failing { try held().signature(for: message).rawRepresentation }
    }

    /// Destroys the key: this device is nobody's from then on.
    public func forget() throws {
        lock.lock()
        defer { lock.unlock() }
        key = nil
        try Keychain.delete(Self.account)
    }

    private func held() throws -> SecureEnclave.P256.Signing.PrivateKey {
        lock.lock()
        defer { lock.unlock() }
        if let key { return key }
        let made: SecureEnclave.P256.Signing.PrivateKey
        if let kept = try Keychain.read(Self.account) {
            made = try SecureEnclave.P256.Signing.PrivateKey(dataRepresentation: kept)
        } else {
            made = try make()
            // What is kept is the Enclave's own wrapping: on another device it is noise.
            try Keychain.write(Self.account, made.dataRepresentation)
        }
        key = made
        return made
    }

    private func make() throws -> SecureEnclave.P256.Signing.PrivateKey {
        var error: Unmanaged<CFError>?
        let access = SecAccessControlCreateWithFlags(
            nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, &error)
        guard let access else { throw error?.takeRetainedValue() ?? KeychainError.gone as Error }
        return try SecureEnclave.P256.Signing.PrivateKey(accessControl: access)
    }

    /// The only two things that the core wants to know: not now, or not at all.
    private func failing<R>(_ work: () throws -> R) throws -> R {
        do {
            return try work()
        } catch KeychainError.status(errSecInteractionNotAllowed) {
            throw KeystoreError.Locked
        } catch {
            throw KeystoreError.Failed(reason: "\(error)")
        }
    }
}

/// The key of everything that lies on this phone: 32 random bytes in the keychain, of this device only and in no
/// backup, readable once the phone was unlocked after its start: recording must go on while it is locked.
public struct DatabaseKey: Sendable {
    private static let account = "tala.rest"

    public init() {}

    /// The key; made at the first time, never replaced: the store that it opens may still be rescued.
    public func read() throws -> Data {
        if let kept = try Keychain.read(Self.account) { return kept }
        let made = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        try Keychain.write(Self.account, made)
        return made
    }

    /// A key for files on their way into the store; from it nobody gets back to the other.
    public func spool() throws -> SymmetricKey {
        let code = HMAC<SHA256>.authenticationCode(for: Data("tala/1 spool".utf8), using: SymmetricKey(data: try read()))
        return SymmetricKey(data: Data(code))
    }

    /// Destroys it: what it encrypted is noise from then on.
    public func forget() throws { try Keychain.delete(Self.account) }
}

/// Small secrets of this app and this device.
enum Keychain {
    private static func query(_ account: String) -> [CFString: Any] {
        [kSecClass: kSecClassGenericPassword, kSecAttrService: "org.tala", kSecAttrAccount: account]
    }

    static func read(_ account: String) throws -> Data? {
        var asked = query(account)
        asked[kSecReturnData] = true
        var found: CFTypeRef?
        switch SecItemCopyMatching(asked as CFDictionary, &found) {
        case errSecSuccess:
            guard let data = found as? Data else { throw KeychainError.gone }
            return data
        case errSecItemNotFound: return nil
        case let status: throw KeychainError.status(status)
        }
    }

    static func write(_ account: String, _ data: Data) throws {
        var added = query(account)
        added[kSecValueData] = data
        added[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        let status = SecItemAdd(added as CFDictionary, nil)
        guard status == errSecSuccess else { throw KeychainError.status(status) }
    }

    static func delete(_ account: String) throws {
        let status = SecItemDelete(query(account) as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw KeychainError.status(status) }
    }
}
