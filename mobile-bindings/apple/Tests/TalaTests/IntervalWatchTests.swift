import XCTest

@testable import Tala

final class IntervalWatchTests: XCTestCase {
    func testSaysWhatTheRecorderAchieves() {
        var watch = IntervalWatch(wantedMs: 5_000)
        XCTAssertEqual(watch.pulse(1_000_000), .steady, "not recording")
        watch.started(0)
        XCTAssertEqual(watch.pulse(59_000), .steady, "just begun")
        XCTAssertEqual(watch.pulse(61_000), .silent, "no first fix")
        for index in 0...20 { watch.fix(100_000 + Int64(index) * 5_000) }
        watch.fix(150_000)
        XCTAssertEqual(watch.intervalMs, 5_000)
        XCTAssertEqual(watch.pulse(201_000), .steady)
        for index in 1...20 { watch.fix(200_000 + Int64(index) * 40_000) }
        XCTAssertEqual(watch.pulse(1_001_000), .slow)
        XCTAssertEqual(watch.pulse(1_061_000), .silent)
        watch.stopped()
        XCTAssertEqual(watch.pulse(9_000_000), .steady, "paused")
    }
}
