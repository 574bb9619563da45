import Foundation
import TalaCore

/// A phone for a Swift screen: the generated `Phone` with an actor, streams of snapshots and an explicit end.
///
/// Nothing is decided here; what a verb means stands in the Rust crate `tala-client`. What a verb that writes has
/// answered is durable. Calls go to a thread of their own: they may wait for the disk.
public actor TalaPhone {
    nonisolated let core: Phone
    private nonisolated let changes: Changes
    private nonisolated let queue = DispatchQueue(label: "tala.phone", qos: .userInitiated, attributes: .concurrent)
    private var shut = false

    /// Opens a folder, enrolled or not. One program at a time may have it.
    public init(options: OpenOptions, keystore: Keystore, device: Device) throws {
        let changes = Changes()
        core = try Phone.open(options: options, keystore: keystore, device: device, listener: changes)
        self.changes = changes
    }

    // MARK: snapshots

    /// What the recording screen shows, now and after every change; nil where no patrol is going on.
    public nonisolated func recordings() -> AsyncThrowingStream<Recording?, Error> {
        snapshots { core in try core.opened().enrolled ? core.recording() : nil }
    }

    /// Every incident on this phone, oldest first.
    public nonisolated func incidents() -> AsyncThrowingStream<[IncidentLine], Error> {
        snapshots { core in try core.opened().enrolled ? core.incidents() : [] }
    }

    /// What is safe, what waits and what blocks; nil while the phone is not enrolled.
    public nonisolated func handOvers() -> AsyncThrowingStream<HandOver?, Error> {
        snapshots { core in try core.opened().enrolled ? core.handOver() : nil }
    }

    /// A snapshot now and after every change. A slow reader skips what lies between, and always gets the last: only
    /// one note of a change waits, and the snapshot is taken after it was read.
    public nonisolated func snapshots<S: Equatable & Sendable>(
        _ read: @escaping @Sendable (Phone) throws -> S
    ) -> AsyncThrowingStream<S, Error> {
        let ticks = changes.ticks()
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { out in
            let work = Task {
                var last: S?
                do {
                    for await _ in ticks {
                        let now = try await self.on(read)
                        if now != last { out.yield(now) }
                        last = now
                    }
                    out.finish()
                } catch TalaError.Closed {
                    out.finish()
                } catch {
                    out.finish(throwing: error)
                }
            }
            out.onTermination = { _ in work.cancel() }
        }
    }

    /// Numbers that grow: something that a screen shows may have changed.
    public nonisolated func versions() -> AsyncStream<UInt64> { changes.ticks() }

    // MARK: verbs

    public nonisolated func opened() async throws -> Opened { try await on { try $0.opened() } }

    /// Makes this phone known to the centre of an enrolment code. A code is good once, so this is not stopped.
    public func enrol(code: String, name: String) async throws -> Enrolled {
        let core = core
        let made = try await Task.detached { try await core.enrol(code: code, name: name) }.value
        changes.anew()
        return made
    }

    /// Takes a fix. It is durable when this returns.
    public nonisolated func deliver(_ fix: FixIn) async throws -> Delivered { try await on { try $0.deliver(fix: fix) } }

    /// Takes what the platform itself delivered in a batch: all of it or nothing.
    public nonisolated func deliver(_ fixes: [FixIn]) async throws -> Delivered {
        try await on { try $0.deliverBatch(fixes: fixes) }
    }

    public nonisolated func noteGap(_ cause: String) async throws { try await on { try $0.noteGap(cause: cause) } }

    public nonisolated func recording() async throws -> Recording? { try await on { try $0.recording() } }

    public nonisolated func handOver() async throws -> HandOver { try await on { try $0.handOver() } }

    /// What a screen shows in one call, with the version at which it was so.
    public nonisolated func snapshot(_ screen: Screen) async throws -> Snapshot {
        try await on { try $0.snapshot(screen: screen) }
    }

    /// Calls for help and returns the id of the call.
    public nonisolated func sos(note: String?, again: UInt32) async throws -> String {
        try await on { try $0.sos(note: note, repeat: again) }
    }

    public nonisolated func sosState(_ id: String) async throws -> SosLine { try await on { try $0.sosState(id: id) } }

    public nonisolated func attach(incident: String, path: String, file: FileIn) async throws -> String {
        try await on { try $0.attach(incident: incident, path: path, file: file) }
    }

    public nonisolated func picture(hash: String, thumb: Bool) async throws -> Data? {
        try await on { try $0.picture(hash: hash, thumb: thumb) }
    }

    public nonisolated func exportBundle(path: String, records: [String]?) async throws -> UInt64 {
        try await on { try $0.exportBundle(path: path, records: records) }
    }

    public nonisolated func importBundle(path: String) async throws -> TakenIn {
        try await on { try $0.importBundle(path: path) }
    }

    /// A verb as a JSON message, for a web view; the answer is JSON too, also where the verb was refused.
    public nonisolated func call(_ message: String) async throws -> String { try await on { try $0.call(message: message) } }

    /// Hands over and fetches. Begins now; gives its progress, at last the one that is done. Whoever stops reading
    /// stops the sync: what was taken in before stays.
    public nonisolated func sync(_ ask: SyncAsk) -> AsyncThrowingStream<SyncProgress, Error> {
        let beats = changes.beats()
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { out in
            let work = Task {
                do {
                    let run = try await self.on { try $0.startSync(ask: ask) }
                    try await withTaskCancellationHandler {
                        let teller = Task { for await _ in beats { out.yield(try run.progress()) } }
                        defer { teller.cancel() }
                        out.yield(try await run.finished())
                    } onCancel: {
                        try? run.cancel()
                    }
                    out.finish()
                } catch {
                    out.finish(throwing: error)
                }
            }
            out.onTermination = { _ in work.cancel() }
        }
    }

    /// Signs out: only with everything at the centre; then the keys are forgotten and the folder is gone. Otherwise it
    /// is refused, and nothing happened.
    public nonisolated func signOut(_ keys: KeyHolder) async throws { try await on { try $0.signOut(keys: keys) } }

    /// An orderly end: what is under way is cancelled, streams end, and the folder is free afterwards.
    public func close() throws {
        guard !shut else { return }
        shut = true
        defer { changes.over() }
        try core.turnOff()
    }

    /// Does work with the generated phone, away from the caller's thread.
    nonisolated func on<R: Sendable>(_ work: @escaping @Sendable (Phone) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { waiting in
            queue.async { [core] in waiting.resume(with: Result { try work(core) }) }
        }
    }
}

/// The ear of the library. It only notes; who shows something asks for its snapshot.
private final class Changes: Listener, @unchecked Sendable {
    private let lock = NSLock()
    private var number: UInt64 = 0
    private var ended = false
    private var tickers: [UUID: AsyncStream<UInt64>.Continuation] = [:]
    private var beaters: [UUID: AsyncStream<Void>.Continuation] = [:]

    func changed(version: UInt64) throws {
        lock.lock()
        defer { lock.unlock() }
        beaters.values.forEach { $0.yield() }
        // The library may say its numbers out of order from several threads.
        guard version > number else { return }
        number = version
        tickers.values.forEach { $0.yield(version) }
    }

    /// The phone became another one: whatever is shown is to be asked for anew, whatever its number.
    func anew() {
        lock.lock()
        defer { lock.unlock() }
        tickers.values.forEach { $0.yield(number) }
    }

    func over() {
        lock.lock()
        ended = true
        let (ticking, beating) = (tickers.values, beaters.values)
        tickers = [:]
        beaters = [:]
        lock.unlock()
        // Each end calls back, to `drop`: not while the lock is held.
        ticking.forEach { $0.finish() }
        beating.forEach { $0.finish() }
    }

    func ticks() -> AsyncStream<UInt64> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { out in
            let id = UUID()
            lock.lock()
            defer { lock.unlock() }
            guard !ended else { return out.finish() }
            tickers[id] = out
            out.yield(number)
            out.onTermination = { [weak self] _ in self?.drop(id) }
        }
    }

    func beats() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { out in
            let id = UUID()
            lock.lock()
            defer { lock.unlock() }
            guard !ended else { return out.finish() }
            beaters[id] = out
            out.onTermination = { [weak self] _ in self?.drop(id) }
        }
    }

    private func drop(_ id: UUID) {
        lock.lock()
        defer { lock.unlock() }
        tickers[id] = nil
        beaters[id] = nil
    }
}
