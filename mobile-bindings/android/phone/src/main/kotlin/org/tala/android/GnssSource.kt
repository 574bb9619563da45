package org.tala.android

import android.annotation.SuppressLint
import android.content.Context
import android.location.GnssStatus
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.location.LocationRequest
import android.os.Build
import android.os.Bundle
import android.os.Handler
import android.os.HandlerThread
import org.tala.core.FixIn

/** Places from the phone's own receiver, by the platform alone: no services of any vendor are asked. */
class GnssSource(context: Context, private val onFix: (FixIn) -> Unit, private val onProvider: (on: Boolean) -> Unit) {
    private val manager = context.getSystemService(LocationManager::class.java)
    private var thread: HandlerThread? = null
    @Volatile private var satellites: Int? = null

    private val places =
        object : LocationListener {
            override fun onLocationChanged(location: Location) = onFix(fixOf(location, satellites))

            override fun onProviderEnabled(provider: String) = onProvider(true)

            override fun onProviderDisabled(provider: String) = onProvider(false)

            // Called by Android 8 and 9, where it has no body of its own.
            @Deprecated("Deprecated in Java")
            override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
        }

    private val sky =
        object : GnssStatus.Callback() {
            override fun onSatelliteStatusChanged(status: GnssStatus) {
                satellites = (0 until status.satelliteCount).count(status::usedInFix)
            }

            override fun onStopped() {
                satellites = null
            }
        }

    /** Whether the officer has location switched on at all. */
    val enabled: Boolean
        get() = manager?.isProviderEnabled(LocationManager.GPS_PROVIDER) ?: false

    /** Begins, or goes on with another interval. Throws [SecurityException] where it is not allowed. */
    @SuppressLint("MissingPermission")
    @Synchronized
    fun start(intervalMs: Long) {
        val manager = manager ?: return onProvider(false)
        val looper = (thread ?: HandlerThread("tala-gnss").also { it.start() }).also { thread = it }.looper
        // The same listener again replaces the former request.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            val request =
                LocationRequest.Builder(intervalMs)
                    .setQuality(LocationRequest.QUALITY_HIGH_ACCURACY)
                    .setMinUpdateIntervalMillis(intervalMs / 2)
                    // Not kept back to save power: a fix is durable as soon as it is there.
                    .setMaxUpdateDelayMillis(0)
                    .build()
            manager.requestLocationUpdates(LocationManager.GPS_PROVIDER, request, { it.run() }, places)
        } else {
            manager.requestLocationUpdates(LocationManager.GPS_PROVIDER, intervalMs, 0f, places, looper)
        }
        manager.registerGnssStatusCallback(sky, Handler(looper))
        onProvider(enabled)
    }

    @Synchronized
    fun stop() {
        manager?.removeUpdates(places)
        manager?.unregisterGnssStatusCallback(sky)
        thread?.quitSafely()
        thread = null
        satellites = null
    }
}

private const val NANOS_PER_MS = 1_000_000L
/** As `FixIn.provider` says it. */
private const val FROM_SATELLITES: UByte = 0u

/** A place as the platform gave it, with nothing made up: what it does not say is not said. */
internal fun fixOf(location: Location, satellites: Int?): FixIn =
    FixIn(
        timeMs = location.time,
        lat = location.latitude,
        lon = location.longitude,
        altM = location.altitude.takeIf { location.hasAltitude() },
        accM = location.accuracy.toDouble().takeIf { location.hasAccuracy() },
        speedMs = location.speed.toDouble().takeIf { location.hasSpeed() },
        bearingDeg = location.bearing.toDouble().takeIf { location.hasBearing() },
        provider = FROM_SATELLITES,
        satellites = satellites?.coerceIn(0, UByte.MAX_VALUE.toInt())?.toUByte(),
        mock = mocked(location),
        monoMs = location.elapsedRealtimeNanos / NANOS_PER_MS,
    )

private fun mocked(location: Location): Boolean =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
        location.isMock
    } else {
        @Suppress("DEPRECATION") location.isFromMockProvider
    }
