package org.tala.shell

import org.json.JSONException
import org.json.JSONObject

/**
 * The texts between a page and the bridge, as `docs/FIELD-BRIDGE.md` has them: `{"id", "ask"}` one way,
 * `{"id", "ok"}` or `{"id", "error"}` back.
 */
class Wire(private val bridge: Bridge) {
    /** The one answer to a text of a page; null where there is nobody to answer. */
    suspend fun answer(text: String): String? {
        val id = idOf(text) ?: return null
        if (text.length > MESSAGE_MAX) return error("too_long", "the message is too long").addressedTo(id)
        val ask = partOf(text) ?: return error("unread", "no question").addressedTo(id)
        return bridge.ask(ask).addressedTo(id)
    }

    private fun idOf(text: String): String? {
        // What is too long to be read is not read: its id stands in front, as pages write it.
        if (text.length > MESSAGE_MAX) return FRONT.find(text.take(FRONT_LEN))?.groupValues?.get(1)
        return (read(text)?.opt("id") as? String)?.takeIf(ID::matches)
    }

    private fun partOf(text: String): String? = (read(text)?.opt("ask") as? JSONObject)?.toString()

    private fun read(text: String): JSONObject? =
        try {
            JSONObject(text)
        } catch (_: JSONException) {
            null
        } catch (_: StackOverflowError) {
            null
        }

    private companion object {
        const val FRONT_LEN = 120
        val ID = Regex("[A-Za-z0-9-]{1,40}")
        val FRONT = Regex("""^\s*\{\s*"id"\s*:\s*"([A-Za-z0-9-]{1,40})"""")
    }
}

/** The core writes its answers itself, and large ones: the id is put in front of what is not read again. */
private fun String.addressedTo(id: String): String = """{"id":"$id",""" + removePrefix("{")
