package org.tala.android

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import android.os.PowerManager
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import org.tala.core.Recording
import org.tala.shell.Permission
import org.tala.shell.Pulse
import org.tala.shell.Recorder
import org.tala.shell.RecorderState
import org.tala.shell.Refusal

/** The recorder as pages see it: it starts and stops [PatrolRecorderService], which tells it how things stand. */
class AndroidRecorder(private val context: Context, private val permissions: Permissions) : Recorder {
    private val kept = context.getSharedPreferences("tala.recorder", Context.MODE_PRIVATE)
    private val now = MutableStateFlow(RecorderState(false, granted(), true, null, null, powerSaving()))

    override val state: StateFlow<RecorderState> = now.asStateFlow()

    /** What the core records, as the service heard last. */
    @Volatile var recording: Recording? = null
        internal set

    /** Whether the service is to be there; asked after a restart of the phone. */
    var wanted: Boolean
        get() = kept.getBoolean(WANTED, false)
        internal set(value) = kept.edit().putBoolean(WANTED, value).apply()

    override suspend fun set(on: Boolean): RecorderState {
        if (on) {
            if (!permissions.forRecording()) {
                denied()
                throw Refusal("no_permission", "the officer did not allow it")
            }
            wanted = true
            start()
        } else {
            wanted = false
            context.stopService(PatrolRecorderService.intent(context))
        }
        now.update { it.copy(on = on, permission = granted(), powerSaving = powerSaving()) }
        return now.value
    }

    /** Starts the service; false where the system does not let it, as from the background. */
    fun start(): Boolean =
        try {
            context.startForegroundService(PatrolRecorderService.intent(context))
            true
        } catch (notNow: IllegalStateException) {
            false
        } catch (denied: SecurityException) {
            false
        }

    internal fun running(on: Boolean) = now.update { it.copy(on = on, permission = granted()) }

    internal fun fixed(atMs: Long, intervalMs: Long?) = now.update { it.copy(lastFixMs = atMs, intervalMs = intervalMs) }

    internal fun denied() = now.update { it.copy(permission = Permission.DENIED) }

    internal fun judged(pulse: Pulse, frozen: Boolean) =
        now.update { it.copy(powerSaving = frozen || pulse == Pulse.SLOW || powerSaving()) }

    private fun granted(): Permission {
        val fine = context.checkSelfPermission(Manifest.permission.ACCESS_FINE_LOCATION)
        return if (fine == PackageManager.PERMISSION_GRANTED) Permission.GRANTED else Permission.PROMPT
    }

    private fun powerSaving(): Boolean {
        val power = context.getSystemService(PowerManager::class.java) ?: return false
        return !power.isIgnoringBatteryOptimizations(context.packageName)
    }

    private companion object {
        const val WANTED = "wanted"
    }
}
