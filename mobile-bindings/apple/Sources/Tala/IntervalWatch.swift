/// What a recorder's achieved interval says.
public enum Pulse: Equatable, Sendable {
    case steady
    case slow
    case silent
}

/// Measures what the platform really delivers. Times are monotonic, ms, and arguments. The same as Kotlin's.
public struct IntervalWatch: Sendable {
    private static let kept = 21
    private let wantedMs: Int64
    private var times: [Int64] = []
    private var startedMs: Int64?

    public init(wantedMs: Int64) { self.wantedMs = wantedMs }

    /// Median of the last intervals; nil below two fixes.
    public var intervalMs: Int64? {
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        return gaps.isEmpty ? nil : gaps[gaps.count / 2]
    }

    public mutating func started(_ nowMs: Int64) {
        times = []
        startedMs = nowMs
    }

    /// Recording pauses or ends: silence is as it should be.
    public mutating func stopped() {
        times = []
        startedMs = nil
    }

    public mutating func fix(_ atMs: Int64) {
        // A batch may repeat itself; time does not go back.
        if let last = times.last, atMs <= last { return }
        times = (times + [atMs]).suffix(Self.kept)
    }

    public func pulse(_ nowMs: Int64) -> Pulse {
        guard let since = times.last ?? startedMs else { return .steady }
        if nowMs - since > max(wantedMs * 6, 60_000) { return .silent }
        if let interval = intervalMs, times.count > Self.kept / 2, interval > wantedMs * 3 { return .slow }
        return .steady
    }
}
