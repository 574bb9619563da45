import CryptoKit
import Foundation
import TalaCore

/// The one phone of this process, shared by the recorder, the screens and the sync. Whoever needs it first opens it.
@MainActor
public final class PhoneHome {
    private let place: PhonePlace
    private let signer = KeychainSigner()
    private let roots: Data?
    private var present: TalaPhone?
    private var hearing: Task<Void, Never>?
    private var kept: Spool?

    /// Who is told that something changed.
    var changed: (UInt64) -> Void = { _ in }

    /// `roots`: the bureau's own root certificates, PEM, where an installation brings them.
    public init(place: PhonePlace, roots: Data? = nil) {
        self.place = place
        self.roots = roots
    }

    /// The phone, opened if need be.
    @Sendable public func open() async throws -> TalaPhone {
        if let present { return present }
        let phone = try TalaPhone(options: place.options(roots: roots), keystore: signer, device: PhoneDevice())
        present = phone
        hearing = Task { for await version in phone.versions() { changed(version) } }
        return phone
    }

    public func close() async {
        hearing?.cancel()
        let phone = present
        present = nil
        try? await phone?.close()
    }

    /// Wipes key and store, if the centre has everything; otherwise refused with `unproved`, and nothing happened.
    func signOut() async throws {
        let phone = try await open()
        if try await phone.opened().enrolled {
            try await phone.signOut(Keys(signer: signer))
        } else {
            try Keys(signer: signer).forget()
        }
        await close()
        kept = nil
        try place.wipe()
    }

    func spool() throws -> Spool {
        if let kept { return kept }
        let made = try Spool(folder: place.spool, key: DatabaseKey().spool())
        kept = made
        return made
    }

    /// A place for a file that leaves the phone.
    nonisolated func exported(_ name: String) -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent(name)
    }
}

/// Both keys of this phone, to be forgotten at once.
private final class Keys: KeyHolder, @unchecked Sendable {
    private let signer: KeychainSigner

    init(signer: KeychainSigner) { self.signer = signer }

    func forget() throws {
        do {
            // This one first: without it the rest is noise, whenever the power goes.
            try DatabaseKey().forget()
            try signer.forget()
        } catch {
            throw KeystoreError.Failed(reason: "\(error)")
        }
    }
}
