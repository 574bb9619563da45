package org.tala.shell

import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/** Longest message that is read, characters; the core has the same bound in bytes. */
internal const val MESSAGE_MAX = 8 * 1024 * 1024

/** A verb of the shell did nothing. [code] is a word of `ErrorCode` in `field-core.ts`. */
class Refusal(val code: String, message: String, cause: Throwable? = null) : Exception(message, cause)

/** A message of a page: `{ do: verb, ... }`. What is not as it should be is refused by name. */
internal class Ask private constructor(private val members: JSONObject) {
    val verb: String
        get() = text("do")

    fun text(name: String): String = optionalText(name) ?: refuse(name, "a text")

    fun optionalText(name: String): String? = member(name)?.let { it as? String ?: refuse(name, "a text") }

    fun flag(name: String): Boolean = optionalFlag(name) ?: refuse(name, "true or false")

    fun optionalFlag(name: String): Boolean? =
        member(name)?.let { it as? Boolean ?: refuse(name, "true or false") }

    fun optionalWhole(name: String): Long? =
        member(name)?.let { value ->
            val number = (value as? Number)?.toDouble()
            if (number == null || number != Math.rint(number) || Math.abs(number) > MAX_SAFE) refuse(name, "a whole number")
            value.toLong()
        }

    fun number(name: String): Double = (member(name) as? Number)?.toDouble() ?: refuse(name, "a number")

    fun part(name: String): Ask = optionalPart(name) ?: refuse(name, "an object")

    fun optionalPart(name: String): Ask? = member(name)?.let { Ask(it as? JSONObject ?: refuse(name, "an object")) }

    fun optionalTexts(name: String): List<String>? =
        member(name)?.let { value ->
            val list = value as? JSONArray ?: refuse(name, "a list")
            (0 until list.length()).map { list.opt(it) as? String ?: refuse(name, "a list of texts") }
        }

    /** Any JSON value, as text; `null` where it is missing. */
    fun json(name: String): String = member(name)?.let { JSONObject.wrap(it) }.let(::jsonText)

    private fun member(name: String): Any? = members.opt(name)?.takeUnless { it === JSONObject.NULL }

    private fun refuse(name: String, wanted: String): Nothing = throw Refusal("input", "$name is not $wanted")

    companion object {
        /** Whole numbers up to here are exact in JavaScript. */
        private const val MAX_SAFE = 9_007_199_254_740_991.0

        fun read(message: String): Ask {
            if (message.length > MESSAGE_MAX) throw Refusal("too_long", "the message is too long")
            try {
                return Ask(JSONObject(message))
            } catch (unread: JSONException) {
                throw Refusal("unread", "not a message", unread)
            } catch (deep: StackOverflowError) {
                throw Refusal("unread", "nested too deeply", deep)
            }
        }
    }
}

/** A value as JSON text; [JSONObject] has no way to write a value that is not an object. */
internal fun jsonText(value: Any?): String {
    val listed = JSONArray().put(value ?: JSONObject.NULL).toString()
    return listed.substring(1, listed.length - 1)
}

/** What JSON text says; null where it says `null`. */
internal fun jsonValue(text: String): Any? = JSONArray("[$text]").opt(0)?.takeUnless { it === JSONObject.NULL }
