package org.tala.shell

/** What a recorder's achieved interval says. */
enum class Pulse {
    /** Fixes come about as often as was asked. */
    STEADY,
    /** They come much slower: the platform saves power on us. */
    SLOW,
    /** None has come for too long. */
    SILENT,
}

/**
 * Measures what the platform really delivers. Vendors put services to sleep without a word; the only honest sign
 * is the interval between fixes. Times are monotonic, ms, and arguments.
 *
 * Standing still is not silence: the recorder asks for fixes by time, not by distance.
 */
class IntervalWatch(private val wantedMs: Long) {
    private val times = ArrayDeque<Long>()
    private var startedMs: Long? = null

    /** When the last fix came; null before the first. */
    val lastMs: Long?
        get() = times.lastOrNull()

    /** Median of the last intervals; null below two fixes. */
    val intervalMs: Long?
        get() {
            val gaps = times.zipWithNext { earlier, later -> later - earlier }.sorted()
            return gaps.getOrNull(gaps.size / 2)
        }

    /** Recording begins, or goes on after a pause. */
    fun started(nowMs: Long) {
        times.clear()
        startedMs = nowMs
    }

    /** Recording pauses or ends: silence is as it should be. */
    fun stopped() {
        startedMs = null
        times.clear()
    }

    fun fix(atMs: Long) {
        // A batch may repeat itself; time does not go back.
        if (times.lastOrNull()?.let { atMs <= it } == true) return
        times.addLast(atMs)
        while (times.size > KEPT) times.removeFirst()
    }

    fun pulse(nowMs: Long): Pulse {
        val since = times.lastOrNull() ?: startedMs ?: return Pulse.STEADY
        val median = intervalMs
        return when {
            nowMs - since > silentMs() -> Pulse.SILENT
            median != null && times.size > KEPT / 2 && median > wantedMs * SLOW_TIMES -> Pulse.SLOW
            else -> Pulse.STEADY
        }
    }

    /** How long without a fix counts as a gap. */
    fun silentMs(): Long = maxOf(wantedMs * SILENT_TIMES, SILENT_AT_LEAST_MS)

    private companion object {
        /** Fixes kept: the last 20 intervals, as a screen shows them. */
        const val KEPT = 21
        const val SLOW_TIMES = 3
        const val SILENT_TIMES = 6
        const val SILENT_AT_LEAST_MS = 60_000L
    }
}
