package org.tala.android

import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import android.os.PowerManager
import android.os.SystemClock
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.launch
import org.tala.core.FixIn
import org.tala.core.Recording
import org.tala.phone.TalaFailure
import org.tala.shell.FixIntake
import org.tala.shell.FixRate
import org.tala.shell.IntervalWatch
import org.tala.shell.Pulse

/**
 * Records while a patrol goes on: whether the screen is off, the page is gone or the officer has another app in
 * front. It follows the core: a patrol that records turns the receiver on, one that is paused turns it off, one
 * that ended ends this service too.
 *
 * Killed, it comes back by itself (sticky), after a restart of the phone by [BootReceiver]; the core notes the gap
 * at its opening. What it cannot come back from, the officer is told by an alert.
 */
class PatrolRecorderService : Service() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val shell by lazy { TalaShell.of(this) }
    private val recorder by lazy { shell.surroundings.recorder }
    private val notices by lazy { RecorderNotices(this) }
    private val awake by lazy { WakeGuard(this) }
    private val gnss by lazy { GnssSource(this, ::taken, ::provided) }
    private val intake by lazy { FixIntake(shell.home, ::stored, ::refused) }
    private var watch = IntervalWatch(FixRate.intervalMs("", null))
    private var lastTickMs = 0L
    private var gapNoted = false

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onCreate() {
        super.onCreate()
        // What an earlier service of this process heard: this one has begun nothing yet.
        recorder.recording = null
        if (!foreground()) return
        scope.launch { intake.run() }
        scope.launch { follow() }
        scope.launch { tick() }
    }

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        // Each start must say that it is in the foreground, also where the service was there already.
        if (!foreground()) return START_NOT_STICKY
        when (intent?.action) {
            ACTION_PAUSE -> scope.launch { attempt { shell.home.phone().pause() } }
            ACTION_RESUME -> scope.launch { attempt { shell.home.phone().resume() } }
            // Sticky: the system starts it again without an intent.
            else -> recorder.running(true)
        }
        return START_STICKY
    }

    override fun onTaskRemoved(rootIntent: Intent?) {
        // The officer wiped the app away; recording goes on. Some vendors kill it now: then sticky or nothing.
        notices.show(recorder.recording)
    }

    override fun onDestroy() {
        gnss.stop()
        awake.release()
        scope.cancel()
        recorder.running(false)
        super.onDestroy()
    }

    // ------------------------------------------------------------------------------- following the core

    private suspend fun follow() {
        // A phone that broke is opened anew by whoever needs it next: that is this service.
        openAgain()
        shell.home.current.filterNotNull().collectLatest { phone ->
            try {
                phone.recordings().collectLatest(::obey)
            } catch (failed: TalaFailure) {
                refused(failed)
                shell.home.discard(phone)
                delay(REOPEN_MS)
                openAgain()
            }
        }
    }

    private suspend fun openAgain() {
        while (true) {
            try {
                shell.home.phone()
                return
            } catch (failed: TalaFailure) {
                notices.alert(Alert.STORAGE)
                delay(REOPEN_MS)
            }
        }
    }

    private suspend fun obey(recording: Recording?) {
        val before = recorder.recording
        recorder.recording = recording
        notices.show(recording)
        when (recording?.state) {
            "recording" -> if (before?.state != "recording" || before.transport != recording.transport) begin(recording)
            "paused" -> rest()
            else -> {
                rest()
                // Set out at once after the recorder was turned on: a little patience, then nothing runs for nothing.
                delay(IDLE_MS)
                recorder.wanted = false
                stopSelf()
            }
        }
    }

    private fun begin(recording: Recording) {
        val intervalMs = FixRate.intervalMs(recording.transport, batteryPct(this))
        awake.hold()
        try {
            gnss.start(intervalMs)
        } catch (denied: SecurityException) {
            recorder.denied()
            notices.alert(Alert.NO_PERMISSION)
            return
        }
        watch = IntervalWatch(intervalMs).also { it.started(SystemClock.elapsedRealtime()) }
        gapNoted = false
    }

    private fun rest() {
        gnss.stop()
        watch.stopped()
        awake.release()
        notices.calm()
    }

    // ------------------------------------------------------------------------------- fixes

    private fun taken(fix: FixIn) = intake.take(fix)

    private fun stored(fix: FixIn) {
        watch.fix(fix.monoMs ?: SystemClock.elapsedRealtime())
        gapNoted = false
        recorder.fixed(fix.timeMs, watch.intervalMs)
        notices.calm()
    }

    private fun refused(failed: TalaFailure) {
        if (failed is TalaFailure.Storage) notices.alert(Alert.STORAGE)
    }

    private fun provided(on: Boolean) {
        if (on) notices.calm() else notices.alert(Alert.LOCATION_OFF)
    }

    // ------------------------------------------------------------------------------- watching

    private suspend fun tick() {
        while (true) {
            lastTickMs = SystemClock.elapsedRealtime()
            delay(TICK_MS)
            val now = SystemClock.elapsedRealtime()
            if (recorder.recording?.state != "recording") continue
            awake.hold()
            // Somebody froze this process although it holds a wake lock in the foreground: its vendor.
            val frozen = now - lastTickMs > TICK_MS * FROZEN_TIMES
            val pulse = watch.pulse(now)
            recorder.judged(pulse, frozen)
            when {
                frozen || pulse == Pulse.SLOW -> notices.alert(Alert.POWER_SAVING)
                pulse == Pulse.SILENT -> notices.alert(if (gnss.enabled) Alert.NO_FIX else Alert.LOCATION_OFF)
            }
            if (pulse == Pulse.SILENT && !gapNoted) {
                gapNoted = true
                attempt { shell.home.phone().noteGap("no_fix") }
            }
        }
    }

    private suspend fun attempt(work: suspend () -> Unit) {
        try {
            work()
        } catch (failed: TalaFailure) {
            refused(failed)
        }
    }

    /** Says that this service is in the foreground; false where the system does not let it. */
    private fun foreground(): Boolean =
        try {
            val notice = notices.of(recorder.recording)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
                startForeground(RecorderNotices.ONGOING, notice, ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION)
            } else {
                startForeground(RecorderNotices.ONGOING, notice)
            }
            true
        } catch (denied: SecurityException) {
            stopped(Alert.NO_PERMISSION)
        } catch (notNow: IllegalStateException) {
            // Android 12: not from the background. The alert brings the officer back, and with him the service.
            stopped(Alert.NOT_RECORDING)
        }

    private fun stopped(why: Alert): Boolean {
        notices.alert(why)
        stopSelf()
        return false
    }

    companion object {
        private const val ACTION_PAUSE = "org.tala.PAUSE"
        private const val ACTION_RESUME = "org.tala.RESUME"
        private const val TICK_MS = 15_000L
        private const val FROZEN_TIMES = 4
        private const val IDLE_MS = 120_000L
        private const val REOPEN_MS = 2_000L

        fun intent(context: Context, pause: Boolean? = null): Intent =
            Intent(context, PatrolRecorderService::class.java)
                .setAction(pause?.let { if (it) ACTION_PAUSE else ACTION_RESUME })
    }
}

/**
 * A processor that stays awake while fixes are expected, and at no other time. The lock ends by itself soon after
 * the last [hold], so that no mistake here can empty a battery over night.
 */
internal class WakeGuard(context: Context) {
    private val lock =
        context.getSystemService(PowerManager::class.java)?.newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "tala:recorder")?.apply {
            setReferenceCounted(false)
        }

    fun hold() {
        lock?.acquire(HELD_MS)
    }

    fun release() {
        if (lock?.isHeld == true) lock.release()
    }

    private companion object {
        const val HELD_MS = 120_000L
    }
}
