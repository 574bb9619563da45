package org.tala.android

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build

/** Asks the officer; only a screen can. Answers which of them are granted afterwards. */
interface Asker {
    suspend fun ask(permissions: List<String>): Set<String>

    /** Says in words why the next question comes, and whether the officer wants to hear it. */
    suspend fun explain(text: Int): Boolean
}

/**
 * What the officer has to allow so that a day is recorded, asked one step after the other, as the platform wants
 * it: places while in use, notifications, and then places in the background, which Android 11 and newer give only
 * on a page of the settings. Without that last one recording works, but does not come back after a restart.
 */
class Permissions(private val context: Context) {
    /** The screen that is seen now, if one is. */
    @Volatile var asker: Asker? = null

    /** Whether places may be recorded; asks where that is not known yet. */
    suspend fun forRecording(): Boolean {
        if (!has(Manifest.permission.ACCESS_FINE_LOCATION)) {
            val asker = asker ?: return false
            asker.ask(listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION))
            // "Approximate" is no track: three kilometres are not an offence's place.
            if (!has(Manifest.permission.ACCESS_FINE_LOCATION)) return false
        }
        forNotices()
        forBackground()
        return true
    }

    /** Whether a recording can come back by itself after a restart. */
    fun inBackground(): Boolean =
        Build.VERSION.SDK_INT < Build.VERSION_CODES.Q || has(Manifest.permission.ACCESS_BACKGROUND_LOCATION)

    private suspend fun forNotices() {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) return
        if (!has(Manifest.permission.POST_NOTIFICATIONS)) asker?.ask(listOf(Manifest.permission.POST_NOTIFICATIONS))
    }

    private suspend fun forBackground() {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q || inBackground()) return
        val asker = asker ?: return
        if (asker.explain(R.string.tala_why_background)) asker.ask(listOf(Manifest.permission.ACCESS_BACKGROUND_LOCATION))
    }

    private fun has(name: String) = context.checkSelfPermission(name) == PackageManager.PERMISSION_GRANTED
}
