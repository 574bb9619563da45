import Foundation
import Network
import TalaCore

/// Syncs one at a time, for pages: as `SyncState` in `field-core.ts`.
@MainActor
final class SyncDesk {
    private let phone: @Sendable () async throws -> TalaPhone
    private let monitor = NWPathMonitor()
    private var job: Task<Void, Never>?
    private var progress: SyncProgress?
    private var failed: [String: Any]?
    private(set) var online = false
    var changed: ([String: Any]) -> Void = { _ in }

    init(phone: @escaping @Sendable () async throws -> TalaPhone) {
        self.phone = phone
        monitor.pathUpdateHandler = { [weak self] path in
            Task { @MainActor in self?.online = path.status == .satisfied }
        }
        monitor.start(queue: DispatchQueue(label: "tala.network"))
    }

    var state: [String: Any] {
        [
            "running": job != nil, "round_trips": progress?.roundTrips ?? 0, "handed_over": progress?.handedOver ?? 0,
            "proved": progress?.proved ?? 0, "fetched": progress?.fetched ?? 0, "refused": progress?.refused ?? 0,
            "uploaded": progress?.uploaded ?? 0, "put_off": progress?.putOff ?? 0, "later": progress?.later ?? false,
            "next_try_ms": NSNull(), "failed": failed ?? NSNull(),
        ]
    }

    func start(_ ask: SyncAsk) async throws -> [String: Any] {
        guard job == nil else { throw Refusal(code: "busy", message: "a sync is under way") }
        let phone = try await phone()
        guard try await phone.opened().enrolled else { throw TalaError.NotEnrolled }
        progress = nil
        job = Task { await self.run(phone, ask) }
        return state
    }

    func cancel() async -> [String: Any] {
        job?.cancel()
        await job?.value
        return state
    }

    /// Until none is under way.
    func settled() async { await job?.value }

    private func run(_ phone: TalaPhone, _ ask: SyncAsk) async {
        do {
            for try await step in phone.sync(ask) {
                progress = step
                changed(state)
            }
            // A stream whose reader is cancelled just ends.
            try Task.checkCancellation()
            failed = nil
        } catch {
            let word = (error as? TalaError)?.word ?? (error is CancellationError ? "cancelled" : "failed")
            let code = word == "centre" && !online ? "offline" : word
            failed = ["code": code, "message": "\(error)", "at_ms": Int64(Date().timeIntervalSince1970 * 1_000)]
        }
        job = nil
        changed(state)
    }
}
