import BackgroundTasks
import Foundation
import Network
import TalaCore

/// Syncs by itself: when a network comes up while the app is seen, and in a processing task that the system starts
/// when the phone lies still with one. While a patrol is recorded the app lives, and this is the first of the two.
public final class SyncTask: @unchecked Sendable {
    /// To be named in `BGTaskSchedulerPermittedIdentifiers`.
    public static let identifier = "org.tala.sync"
    private static let everyMs: UInt64 = 15 * 60 * 1_000
    private static let apart: TimeInterval = 15

    private let phone: @Sendable () async throws -> TalaPhone
    private let monitor = NWPathMonitor()
    private let queue = DispatchQueue(label: "tala.sync")
    private var began = Date.distantPast

    public init(phone: @escaping @Sendable () async throws -> TalaPhone) { self.phone = phone }

    /// Before the app has finished launching, as the system wants it.
    public func register() {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: Self.identifier, using: queue) { [self] task in
            let work = Task { task.setTaskCompleted(success: await sync(originals: true)) }
            task.expirationHandler = { work.cancel() }
            schedule()
        }
        monitor.pathUpdateHandler = { [self] path in
            guard path.status == .satisfied, Date().timeIntervalSince(began) > Self.apart else { return }
            Task { await sync(originals: false) }
        }
        monitor.start(queue: queue)
    }

    /// When the app goes to the background.
    public func schedule() {
        let request = BGProcessingTaskRequest(identifier: Self.identifier)
        request.requiresNetworkConnectivity = true
        request.earliestBeginDate = Date(timeIntervalSinceNow: TimeInterval(Self.everyMs) / 1_000)
        // Refused where the officer switched background work off; the next sync is then the one he asks for.
        try? BGTaskScheduler.shared.submit(request)
    }

    @discardableResult
    private func sync(originals: Bool) async -> Bool {
        queue.sync { began = Date() }
        do {
            let ask = SyncAsk(byOfficer: false, weak: false, originals: originals)
            for try await _ in try await phone().sync(ask) {}
            return true
        } catch {
            return false
        }
    }
}
