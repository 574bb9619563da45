package org.tala.android

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.graphics.drawable.Icon
import org.tala.core.Recording

/** What the officer must know now, because the track is in danger. */
enum class Alert(val text: Int) {
    NO_FIX(R.string.tala_alert_no_fix),
    LOCATION_OFF(R.string.tala_alert_location_off),
    POWER_SAVING(R.string.tala_alert_power_saving),
    NO_PERMISSION(R.string.tala_alert_no_permission),
    NOT_RECORDING(R.string.tala_alert_not_recording),
    STORAGE(R.string.tala_alert_storage),
}

/** The notification that says how the recording stands, and the one that calls. No place and no name is in them. */
class RecorderNotices(private val context: Context) {
    private val manager = context.getSystemService(NotificationManager::class.java)
    private var alerted: Alert? = null

    init {
        channel(STATE, R.string.tala_channel_state, NotificationManager.IMPORTANCE_LOW)
        channel(ALERTS, R.string.tala_channel_alerts, NotificationManager.IMPORTANCE_HIGH)
    }

    /** The one that goes with the service. */
    fun of(recording: Recording?): Notification {
        val paused = recording?.state == "paused"
        val title = if (paused) R.string.tala_paused else R.string.tala_recording
        val made =
            Notification.Builder(context, STATE)
                .setSmallIcon(R.drawable.tala_recorder)
                .setContentTitle(context.getString(title))
                .setContentIntent(screen("/"))
                .setOngoing(true)
                .setOnlyAlertOnce(true)
                .setVisibility(Notification.VISIBILITY_PUBLIC)
        recording?.let { made.setContentText(distance(it)) }
        if (recording != null) made.addAction(action(if (paused) R.string.tala_resume else R.string.tala_pause, turn(!paused)))
        // Never a call for help by one touch in a pocket: the screen asks for a long press.
        made.addAction(action(R.string.tala_sos, screen("/sos")))
        return made.build()
    }

    fun show(recording: Recording?) {
        manager?.notify(ONGOING, of(recording))
    }

    /** Calls the officer. The same one again is not a second call. */
    @Synchronized
    fun alert(what: Alert) {
        if (alerted == what) return
        alerted = what
        val made =
            Notification.Builder(context, ALERTS)
                .setSmallIcon(R.drawable.tala_recorder)
                .setContentTitle(context.getString(R.string.tala_alert))
                .setContentText(context.getString(what.text))
                .setStyle(Notification.BigTextStyle().bigText(context.getString(what.text)))
                .setContentIntent(screen(if (what == Alert.POWER_SAVING) "/battery" else "/"))
                .setCategory(Notification.CATEGORY_ERROR)
                .setAutoCancel(true)
                .build()
        manager?.notify(CALLING, made)
    }

    /** Whatever it was is over. */
    @Synchronized
    fun calm() {
        if (alerted == null) return
        alerted = null
        manager?.cancel(CALLING)
    }

    private fun distance(recording: Recording): String =
        context.getString(R.string.tala_so_far, recording.distanceM / M_PER_KM, recording.fixes.toLong())

    private fun channel(id: String, name: Int, importance: Int) {
        manager?.createNotificationChannel(NotificationChannel(id, context.getString(name), importance))
    }

    private fun action(label: Int, intent: PendingIntent): Notification.Action {
        val icon = Icon.createWithResource(context, R.drawable.tala_recorder)
        return Notification.Action.Builder(icon, context.getString(label), intent).build()
    }

    private fun turn(pause: Boolean): PendingIntent {
        val intent = PatrolRecorderService.intent(context, pause)
        return PendingIntent.getForegroundService(context, if (pause) 1 else 2, intent, FLAGS)
    }

    private fun screen(path: String): PendingIntent {
        val intent = FieldActivity.intent(context, path).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)
        return PendingIntent.getActivity(context, path.hashCode(), intent, FLAGS)
    }

    companion object {
        const val ONGOING = 1
        private const val CALLING = 2
        private const val STATE = "tala.recorder"
        private const val ALERTS = "tala.alerts"
        private const val M_PER_KM = 1_000.0
        private const val FLAGS = PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT
    }
}
