import Foundation
import TalaCore

/// Sees that a call for help goes out, until somebody answers it; as Kotlin's `SosKeeper` does.
///
/// A page that lives repeats its call; this one sends it, at once and again whenever there is a network, and goes on
/// repeating where the page is gone. It is kept over an end of the app: `resume` takes it up.
@MainActor
final class SosKeeper {
    /// The name of its setting; a page cannot name it.
    private static let name = "shell.sos"
    private static let answers: Set = ["seen", "taken", "done"]
    private static let idsMax = 50
    /// Between two looks for an answer.
    private static let every = Duration.seconds(20)
    /// Between two looks for a network, where there is none.
    private static let patience = Duration.seconds(2)
    /// A page that has not repeated its call for so long is gone.
    private static let pageSilentMs: Int64 = 120_000

    private struct Call: Codable {
        var ids: [String]
        var note: String?
        var again: UInt32
        var atMs: Int64
    }

    private let home: PhoneHome
    private let syncs: SyncDesk
    private let settings: UserDefaults
    private var job: Task<Void, Never>?
    private var isAwake = false

    init(home: PhoneHome, syncs: SyncDesk, settings: UserDefaults) {
        self.home = home
        self.syncs = syncs
        self.settings = settings
    }

    /// The officer called, or a page repeated it.
    func called(_ id: String, note: String?, again: UInt32) {
        let before = again > 0 ? kept?.ids ?? [] : []
        keep(Call(ids: Array((before + [id]).suffix(Self.idsMax)), note: note, again: again, atMs: Self.nowMs()))
        start()
    }

    /// Goes on with a call that nobody answered before the app ended.
    func resume() {
        if kept != nil && !isAwake { start() }
    }

    /// Nobody is to be called any more: it was answered, or somebody signed out.
    func forget() { settings.removeObject(forKey: Self.name) }

    /// Rests, until `resume`: nothing else may be under way while somebody signs out.
    func rest() async {
        job?.cancel()
        await job?.value
        isAwake = false
    }

    private func start() {
        job?.cancel()
        isAwake = true
        job = Task {
            await untilAnswered()
            // One that was cancelled has a successor, or rests.
            if !Task.isCancelled { isAwake = false }
        }
    }

    private func untilAnswered() async {
        // The call itself does not wait for a sync of photos; a look for an answer does.
        _ = await syncs.cancel()
        while !Task.isCancelled, let call = kept {
            _ = try? await syncs.start(SyncAsk(byOfficer: true, weak: true, originals: false))
            await syncs.settled()
            do {
                if try await answered(call) { return forget() }
                // Negative after a restart of the phone, whose clock began anew: the page is gone in any case.
                let silentMs = Self.nowMs() - call.atMs
                if !(0...Self.pageSilentMs).contains(silentMs) { try await again(call) }
            } catch {
                // The phone may be closed or broken just now; the call stays, and is taken up again below.
            }
            await pause()
        }
    }

    private func answered(_ call: Call) async throws -> Bool {
        let phone = try await home.open()
        for id in call.ids {
            if try await phone.sosState(id).answers.contains(where: { Self.answers.contains($0.what) }) { return true }
        }
        return false
    }

    private func again(_ call: Call) async throws {
        let next = call.again + 1
        let id = try await home.open().sos(note: call.note, again: next)
        keep(Call(ids: Array((call.ids + [id]).suffix(Self.idsMax)), note: call.note, again: next, atMs: Self.nowMs()))
    }

    /// A while, or until a network comes up where there is none.
    private func pause() async {
        let wasOnline = syncs.online
        var waited = Duration.zero
        while !Task.isCancelled && waited < Self.every && syncs.online == wasOnline {
            try? await Task.sleep(for: Self.patience)
            waited += Self.patience
        }
    }

    private var kept: Call? {
        settings.data(forKey: Self.name).flatMap { try? JSONDecoder().decode(Call.self, from: $0) }
    }

    private func keep(_ call: Call) { settings.set(try? JSONEncoder().encode(call), forKey: Self.name) }

    private static func nowMs() -> Int64 { Int64(ProcessInfo.processInfo.systemUptime * 1_000) }
}
