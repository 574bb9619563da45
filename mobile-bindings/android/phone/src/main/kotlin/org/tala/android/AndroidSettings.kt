package org.tala.android

import android.annotation.SuppressLint
import android.content.Context
import org.tala.shell.Settings

/** Settings in a file of the app. They hold nothing of a record: drafts and places are in the encrypted store. */
class AndroidSettings(context: Context) : Settings {
    private val kept = context.getSharedPreferences("tala.settings", Context.MODE_PRIVATE)

    override fun get(name: String): String? = kept.getString(name, null)

    // Durable when it returns: the wait of the app lock and a call for help depend on it.
    @SuppressLint("ApplySharedPref")
    override fun set(name: String, json: String?) {
        val change = kept.edit()
        if (json == null) change.remove(name) else change.putString(name, json)
        change.commit()
    }

    @SuppressLint("ApplySharedPref")
    override fun clear() {
        kept.edit().clear().commit()
    }
}
