package org.tala.shell

/**
 * How often a place is asked for: often enough that a rider's way is the way on the map, seldom enough that a
 * battery lasts the day. Times in ms. What is too close together is thinned by the core, never here.
 */
object FixRate {
    /** [transport]: a code of the registry; one that is not known here is taken as slow. */
    fun intervalMs(transport: String, batteryPct: Int?): Long {
        val whole = if (transport in FAST) FAST_MS else SLOW_MS
        return when {
            batteryPct == null || batteryPct > LOW_PCT -> whole
            batteryPct > EMPTY_PCT -> whole * 2
            else -> whole * 6
        }
    }

    private val FAST = setOf("motorcycle", "vehicle", "car", "boat", "helicopter")
    private const val FAST_MS = 2_000L
    private const val SLOW_MS = 5_000L
    private const val LOW_PCT = 20
    private const val EMPTY_PCT = 8
}
