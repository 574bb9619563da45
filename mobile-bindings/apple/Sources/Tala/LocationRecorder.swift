import CoreLocation
import Foundation
import TalaCore
import UserNotifications

/// How the recorder stands, as `RecorderState` in `field-core.ts`.
public struct RecorderState: Equatable, Sendable {
    public var on = false
    public var permission = "unknown"
    public var lastFixMs: Int64?
    public var intervalMs: Int64?
}

/// Records while a patrol goes on: with the screen off, the page gone, or another app in front. It follows the core: a
/// patrol that records turns the receiver on, one that is paused or over turns it off.
///
/// The system may end the app all the same. The watch over significant changes of place starts it again in the
/// background; the core notes the gap at its opening.
@MainActor
public final class LocationRecorder: NSObject, CLLocationManagerDelegate {
    private let manager = CLLocationManager()
    private let phone: @Sendable () async throws -> TalaPhone
    private let changed: (RecorderState) -> Void
    private var watch: IntervalWatch
    private var following: Task<Void, Never>?
    private var ticking: Task<Void, Never>?
    private let fixes: AsyncStream<FixIn>.Continuation
    private let intake: AsyncStream<FixIn>
    private var storing: Task<Void, Never>?
    /// Keeps the blue sign of a recording, and the app alive with it (iOS 17 and newer).
    private var activity: AnyObject?
    private var session: AnyObject?

    public private(set) var state = RecorderState() {
        didSet { if state != oldValue { changed(state) } }
    }

    public init(
        phone: @escaping @Sendable () async throws -> TalaPhone, changed: @escaping (RecorderState) -> Void
    ) {
        self.phone = phone
        self.changed = changed
        watch = IntervalWatch(wantedMs: Self.wantedMs)
        (intake, fixes) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        super.init()
        manager.delegate = self
        manager.activityType = .otherNavigation
        manager.desiredAccuracy = kCLLocationAccuracyBest
        manager.distanceFilter = kCLDistanceFilterNone
        // A rider who stands still is still on patrol: the system must not decide that he is done.
        manager.pausesLocationUpdatesAutomatically = false
        manager.showsBackgroundLocationIndicator = true
    }

    /// Turns it on or off. Throws where the officer did not allow it.
    public func set(_ on: Bool) async throws -> RecorderState {
        guard on else {
            stop()
            return state
        }
        switch manager.authorizationStatus {
        case .denied, .restricted:
            state.permission = "denied"
            throw Refusal(code: "no_permission", message: "the officer did not allow it")
        case .notDetermined: manager.requestWhenInUseAuthorization()
        // Asked after the first, and once: it lets the system start the app again after it ended it.
        case .authorizedWhenInUse: manager.requestAlwaysAuthorization()
        default: break
        }
        start()
        return state
    }

    /// Takes a recording up that was going on when the app ended; from the launch of the app.
    public func resume() { start() }

    private func start() {
        guard following == nil else { return }
        state.on = true
        manager.startMonitoringSignificantLocationChanges()
        storing = Task { await self.store() }
        following = Task { await self.follow() }
        ticking = Task { await self.tick() }
    }

    private func stop() {
        [following, ticking, storing].forEach { $0?.cancel() }
        (following, ticking, storing) = (nil, nil, nil)
        rest()
        manager.stopMonitoringSignificantLocationChanges()
        state.on = false
    }

    private func follow() async {
        while !Task.isCancelled {
            do {
                for try await recording in try await phone().recordings() {
                    if recording?.state == "recording" { begin() } else { rest() }
                }
            } catch {
                // A phone that broke or was closed is opened anew by whoever asks next: that is this loop.
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func begin() {
        guard !manager.allowsBackgroundLocationUpdates else { return }
        manager.allowsBackgroundLocationUpdates = true
        if #available(iOS 17.0, *) { activity = CLBackgroundActivitySession() }
        if #available(iOS 18.0, *) { session = CLServiceSession(authorization: .always) }
        manager.startUpdatingLocation()
        watch.started(Self.nowMs())
    }

    private func rest() {
        manager.stopUpdatingLocation()
        manager.allowsBackgroundLocationUpdates = false
        if #available(iOS 17.0, *) { (activity as? CLBackgroundActivitySession)?.invalidate() }
        if #available(iOS 18.0, *) { (session as? CLServiceSession)?.invalidate() }
        (activity, session) = (nil, nil)
        watch.stopped()
    }

    // MARK: the platform

    public nonisolated func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
        let made = locations.filter { $0.horizontalAccuracy >= 0 }.map(fix)
        MainActor.assumeIsolated { made.forEach { fixes.yield($0) } }
    }

    public nonisolated func locationManager(_ manager: CLLocationManager, didFailWithError error: Error) {
        // `locationUnknown` passes by itself; the watch over the interval tells the officer where it does not.
    }

    public nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        MainActor.assumeIsolated {
            let status = self.manager.authorizationStatus
            // "Approximate" is no track: kilometres are not an offence's place.
            let exact = self.manager.accuracyAuthorization == .fullAccuracy
            switch status {
            case .authorizedAlways, .authorizedWhenInUse: state.permission = exact ? "granted" : "denied"
            case .notDetermined: state.permission = "prompt"
            default: state.permission = "denied"
            }
            if status == .authorizedWhenInUse && state.on { self.manager.requestAlwaysAuthorization() }
        }
    }

    // MARK: fixes

    /// In order, one at a time, none thrown away because the disk was slow.
    private func store() async {
        for await fix in intake {
            var wait = Duration.milliseconds(500)
            while !Task.isCancelled {
                do {
                    _ = try await phone().deliver(fix)
                    watch.fix(fix.monoMs ?? Self.nowMs())
                    state.lastFixMs = fix.timeMs
                    state.intervalMs = watch.intervalMs
                    break
                } catch TalaError.Storage, TalaError.Broken, TalaError.Closed {
                    // A full disk may get room, a broken phone is opened anew.
                    alert("alert.storage")
                    try? await Task.sleep(for: wait)
                    wait = min(wait * 2, .seconds(30))
                } catch {
                    // The core will never take this one: no patrol, paused, or no place on earth.
                    break
                }
            }
        }
    }

    private func tick() async {
        var noted = false
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(15))
            guard watch.pulse(Self.nowMs()) == .silent else {
                noted = false
                continue
            }
            if noted { continue }
            noted = true
            alert("alert.no_fix")
            try? await phone().noteGap("no_fix")
        }
    }

    private func alert(_ word: String) {
        let content = UNMutableNotificationContent()
        content.title = String(localized: "alert.title", bundle: .main)
        content.body = String(localized: String.LocalizationValue(word), bundle: .main)
        content.sound = .default
        content.interruptionLevel = .timeSensitive
        UNUserNotificationCenter.current().add(UNNotificationRequest(identifier: word, content: content, trigger: nil))
    }

    private static let wantedMs: Int64 = 5_000

    private nonisolated static func nowMs() -> Int64 { Int64(ProcessInfo.processInfo.systemUptime * 1_000) }
}

/// A place as the platform gave it, with nothing made up: what it does not say is not said.
private func fix(_ location: CLLocation) -> FixIn {
    let said = { (value: Double, valid: Bool) -> Double? in valid ? value : nil }
    return FixIn(
        timeMs: Int64(location.timestamp.timeIntervalSince1970 * 1_000),
        lat: location.coordinate.latitude,
        lon: location.coordinate.longitude,
        altM: said(location.ellipsoidalAltitude, location.verticalAccuracy > 0),
        accM: location.horizontalAccuracy,
        speedMs: said(location.speed, location.speed >= 0),
        bearingDeg: said(location.course, location.course >= 0),
        // iOS does not say from which sky or net a place is: it is the system's own mix.
        provider: 1,
        satellites: nil,
        mock: location.sourceInformation?.isSimulatedBySoftware ?? false,
        monoMs: nil
    )
}
