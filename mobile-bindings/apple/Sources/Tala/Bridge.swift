import Foundation
import TalaCore
import UIKit

/// A verb of the shell did nothing. `code` is a word of `ErrorCode` in `field-core.ts`.
public struct Refusal: Error {
    public let code: String
    public let message: String
}

/// Who opens the camera or the voice recorder; nil where the officer went back.
public protocol Capturer: AnyObject, Sendable {
    func capture(_ what: String) async throws -> (file: URL, mediaType: String)?
}

/// Answers the messages of the officer's pages, as Kotlin's `org.tala.shell.Bridge` does: verbs of the shell here, every
/// other one goes to the Rust core as it came. The texts stand in `docs/FIELD-BRIDGE.md`.
@MainActor
public final class Bridge {
    private static let messageMax = 8 * 1024 * 1024
    private static let pieceMax = 512 * 1024
    private static let settingMax = 16 * 1024
    private static let whileShut: Set = [
        "open", "take_over", "unlock", "lock", "recorder", "device", "sos", "sos_state", "sos_calls",
    ]

    private let home: PhoneHome
    private let settings = UserDefaults(suiteName: "org.tala.settings") ?? .standard
    private let pin: PinLock
    private let syncs: SyncDesk
    private let sos: SosKeeper
    public weak var capturer: (any Capturer)?
    public private(set) lazy var recorder = LocationRecorder(phone: home.open) { [weak self] state in
        self?.say(["event": "recorder", "recorder": Self.json(state)])
    }
    /// Who hears events; set by the web view.
    public var say: ([String: Any]) -> Void = { _ in }

    public init(home: PhoneHome) {
        self.home = home
        pin = PinLock(settings: settings)
        syncs = SyncDesk(phone: home.open)
        sos = SosKeeper(home: home, syncs: syncs, settings: settings)
        syncs.changed = { [weak self] state in self?.say(["event": "sync", "sync": state]) }
        home.changed = { [weak self] version in self?.say(["event": "changed", "version": version]) }
    }

    /// The one answer to a text of a page; nil where there is nobody to answer.
    public func answer(_ text: String) async -> String? {
        guard let whole = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let id = whole["id"] as? String, id.wholeMatch(of: /[A-Za-z0-9-]{1,40}/) != nil
        else { return nil }
        guard text.utf8.count <= Self.messageMax else { return Self.error(id, "too_long", "the message is too long") }
        guard let ask = whole["ask"] as? [String: Any], let verb = ask["do"] as? String else {
            return Self.error(id, "unread", "no question")
        }
        do {
            if pin.lock == "shut" && !Self.whileShut.contains(verb) {
                throw Refusal(code: "locked", message: "the app lock is shut")
            }
            if let own = try await answer(verb, Arguments(ask)) { return Self.text(["id": id, "ok": own]) }
            // The core writes its answers itself, and large ones: only the id is put in front.
            let core = try await home.open().call(Self.text(ask))
            if verb == "sos" { called(ask, core) }
            return "{\"id\":\"\(id)\"," + core.dropFirst()
        } catch let refused as Refusal {
            return Self.error(id, refused.code, refused.message)
        } catch let failed as TalaError {
            if case .Broken = failed { await home.close() }
            return Self.error(id, failed.word, "\(failed)")
        } catch {
            return Self.error(id, "failed", "\(error)")
        }
    }

    /// A call for help goes out by itself.
    private func called(_ ask: [String: Any], _ answer: String) {
        let whole = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        guard let id = whole?["ok"] as? String else { return }
        sos.called(id, note: ask["note"] as? String, again: (ask["repeat"] as? NSNumber)?.uint32Value ?? 0)
    }

    /// Shuts the app lock, where there is one: for when the app is left.
    public func lock() { pin.shut() }

    /// nil: not a verb of the shell.
    private func answer(_ verb: String, _ ask: Arguments) async throws -> Any? {
        switch verb {
        case "open", "take_over": return try await opened()
        case "enrol": return try await enrol(ask)
        case "set_pin": return Self.nothing(try pin.set(ask.text("pin"), old: ask.optionalText("old")))
        case "unlock":
            try pin.unlock(ask.text("pin"))
            return try await opened()
        case "lock": return Self.nothing(pin.shut())
        case "sign_out": return Self.nothing(try await signOut())
        case "start_sync": return try await syncs.start(ask.sync())
        case "cancel_sync": return await syncs.cancel()
        case "sync_state": return syncs.state
        case "set_recorder": return Self.json(try await recorder.set(ask.flag("on")))
        case "recorder": return Self.json(recorder.state)
        case "device": return device()
        case "setting": return try setting(ask.text("name"))
        case "set_setting": return Self.nothing(try set(ask))
        default: return try await answerOfFiles(verb, ask)
        }
    }

    private func answerOfFiles(_ verb: String, _ ask: Arguments) async throws -> Any? {
        let spool = try home.spool()
        switch verb {
        case "put_file": return ["token": try spool.begin()]
        case "put_bytes":
            guard let bytes = Data(base64Encoded: try ask.text("base64")) else { throw ask.refuse("base64", "base64") }
            guard bytes.count <= Self.pieceMax else { throw Refusal(code: "too_long", message: "the piece is too long") }
            return ["size": try spool.append(ask.text("token"), bytes)]
        case "capture":
            guard let capturer else { throw Refusal(code: "unsupported", message: "no screen is open") }
            guard let made = try await capturer.capture(ask.text("what")) else {
                throw Refusal(code: "cancelled", message: "nothing was captured")
            }
            return ["token": try spool.adopt(made.file), "media_type": made.mediaType]
        case "attach":
            let (incident, file) = (try ask.text("incident"), try ask.file())
            return try await spool.lend(ask.text("token")) { path in
                try await self.home.open().attach(incident: incident, path: path, file: file)
            }
        case "media":
            let (hash, thumb) = (try ask.text("hash"), try ask.flag("thumb"))
            guard try await home.open().picture(hash: hash, thumb: thumb) != nil else { return NSNull() }
            return ["url": "\(FieldWebView.origin)/media/\(hash)\(thumb ? "?thumb" : "")"]
        case "export_bundle":
            let name = "tala-\(Int64(Date().timeIntervalSince1970 * 1_000)).bundle"
            let size = try await home.open().exportBundle(path: home.exported(name).path, records: ask.optionalTexts("records"))
            return ["url": "\(FieldWebView.origin)/export/\(name)", "name": name, "size": size]
        case "import_bundle":
            return try await spool.lend(ask.text("token")) { path in
                let taken = try await self.home.open().importBundle(path: path)
                return ["taken": taken.taken, "known": taken.known, "refused": taken.refused]
            }
        default: return nil
        }
    }

    // MARK: the rest

    private func opened() async throws -> [String: Any] {
        let opened = try await home.open().opened()
        if opened.enrolled { sos.resume() }
        let lock = pin.lock
        // Who carries the phone is nobody's business while it is shut.
        let identity = opened.enrolled && lock != "shut" ? settings.dictionary(forKey: "shell.identity") : nil
        return [
            "enrolled": opened.enrolled, "lock": lock, "other_window": false, "restored": opened.restored,
            "interrupted": opened.interrupted ?? NSNull(), "platform": "ios", "persisted": NSNull(),
            "records_locked": true, "identity": identity.map(Self.withNulls) ?? NSNull(),
        ]
    }

    private func enrol(_ ask: Arguments) async throws -> [String: Any] {
        do {
            let made = try await home.open().enrol(code: ask.text("code"), name: ask.text("name"))
            var kept: [String: Any] = ["device": made.device, "unit": made.unit, "url": made.url]
            kept["person"] = made.person
            settings.set(kept, forKey: "shell.identity")
            return Self.withNulls(kept)
        } catch TalaError.Input(let field, _) where field == "code" {
            throw Refusal(code: "code", message: "not an enrolment code")
        }
    }

    private func signOut() async throws {
        await sos.rest()
        _ = await syncs.cancel()
        do {
            try await home.signOut()
        } catch {
            sos.resume()
            throw error
        }
        _ = try? await recorder.set(false)
        sos.forget()
        settings.dictionaryRepresentation().keys.forEach(settings.removeObject)
    }

    private func setting(_ name: String) throws -> Any {
        try Self.check(name)
        guard let text = settings.string(forKey: name) else { return NSNull() }
        return try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    private func set(_ ask: Arguments) throws {
        let name = try ask.text("name")
        try Self.check(name)
        guard let value = ask.any("value") else { return settings.removeObject(forKey: name) }
        let text = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        guard text.count <= Self.settingMax else { throw Refusal(code: "too_long", message: "the setting is too long") }
        settings.set(String(decoding: text, as: UTF8.self), forKey: name)
    }

    private static func check(_ name: String) throws {
        guard name.wholeMatch(of: /[a-z][a-z0-9_.-]{0,63}/) != nil, !name.hasPrefix("shell.") else {
            throw Refusal(code: "input", message: "name is not a name of a setting")
        }
    }

    private func device() -> [String: Any] {
        let device = UIDevice.current
        let free = try? URL(fileURLWithPath: NSHomeDirectory())
            .resourceValues(forKeys: [.volumeAvailableCapacityForImportantUsageKey])
            .volumeAvailableCapacityForImportantUsage
        return [
            "battery_pct": device.batteryLevel < 0 ? NSNull() : Int((device.batteryLevel * 100).rounded()) as Any,
            "charging": device.batteryState == .unknown ? NSNull() : (device.batteryState != .unplugged) as Any,
            "free_bytes": free.map { $0 as Any } ?? NSNull(), "online": syncs.online,
        ]
    }

    private static func json(_ state: RecorderState) -> [String: Any] {
        [
            "on": state.on, "permission": state.permission, "service": true,
            "last_fix_ms": state.lastFixMs.map { $0 as Any } ?? NSNull(),
            "interval_ms": state.intervalMs.map { $0 as Any } ?? NSNull(),
            "power_saving": ProcessInfo.processInfo.isLowPowerModeEnabled,
        ]
    }

    private static func withNulls(_ kept: [String: Any]) -> [String: Any] {
        ["unit_name": NSNull(), "person": NSNull(), "person_name": NSNull()].merging(kept) { _, kept in kept }
    }

    private static func nothing(_ done: Void) -> Any { NSNull() }

    private static func error(_ id: String, _ code: String, _ message: String) -> String {
        text(["id": id, "error": ["code": code, "message": message]])
    }

    static func text(_ value: [String: Any]) -> String {
        let data = try? JSONSerialization.data(withJSONObject: value)
        return String(decoding: data ?? Data("{}".utf8), as: UTF8.self)
    }
}

extension TalaError {
    /// The word by which a screen chooses what to say.
    var word: String {
        switch self {
        case .Input: "input"
        case .NotEnrolled: "not_enrolled"
        case .AlreadyEnrolled: "already_enrolled"
        case .NoPatrol: "no_patrol"
        case .PatrolOpen: "patrol_open"
        case .Paused: "paused"
        case .Unknown: "unknown"
        case .NoConflict: "no_conflict"
        case .Centre: "centre"
        case .Unproved: "unproved"
        case .Cancelled: "cancelled"
        case .Storage: "store"
        case .Broken: "broken"
        case .Refused(let code, _): code
        case .Key, .Closed: "failed"
        }
    }
}
