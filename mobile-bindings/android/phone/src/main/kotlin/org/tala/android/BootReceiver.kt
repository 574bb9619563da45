package org.tala.android

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent

/**
 * Takes a recording up again after the phone was restarted or the app replaced. It needs the permission for places
 * in the background; where that is missing, an alert asks the officer to open the app.
 */
class BootReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in ACTIONS) return
        val recorder = TalaShell.of(context).surroundings.recorder
        if (recorder.wanted && !recorder.start()) RecorderNotices(context).alert(Alert.NOT_RECORDING)
    }

    private companion object {
        val ACTIONS = setOf(Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)
    }
}
