package org.tala.shell

import kotlin.random.Random

/**
 * When the next sync is tried by itself. Times are monotonic, ms; randomness is an argument.
 *
 * After one that went through: [EVERY_MS]. After one that failed: 15 s, doubled up to 10 min, each with a jitter
 * of a quarter, so that phones that lost one network together do not come back together. When a network comes
 * up, at once, but never sooner than [APART_MS] after the last one began: a flapping network costs nothing.
 */
internal class SyncPace(private val random: Random = Random.Default) {
    private var failures = 0
    private var beganMs: Long? = null
    private var dueMs: Long? = null

    /** When it is due; null before the first [networkUp]. */
    val nextMs: Long?
        get() = dueMs

    fun began(nowMs: Long) {
        beganMs = nowMs
    }

    /** [later]: the centre asked to send the rest later. */
    fun succeeded(nowMs: Long, later: Boolean) {
        failures = 0
        dueMs = nowMs + jittered(if (later) BACK_OFF_MAX_MS else EVERY_MS)
    }

    fun failed(nowMs: Long) {
        val wait = minOf(BACK_OFF_MS shl minOf(failures, DOUBLINGS_MAX), BACK_OFF_MAX_MS)
        failures += 1
        dueMs = nowMs + jittered(wait)
    }

    fun networkUp(nowMs: Long) {
        val soonest = maxOf(nowMs, beganMs?.let { it + APART_MS } ?: nowMs)
        dueMs = minOf(dueMs ?: soonest, soonest)
    }

    private fun jittered(wait: Long): Long = wait + random.nextLong(-wait / 4, wait / 4 + 1)

    companion object {
        const val EVERY_MS = 15 * 60_000L
        const val APART_MS = 15_000L
        const val BACK_OFF_MS = 15_000L
        const val BACK_OFF_MAX_MS = 10 * 60_000L
        private const val DOUBLINGS_MAX = 8
    }
}
