// What the bridge's suite holds in its hand: a platform in memory, and a page that asks.

package org.tala.shell

import SoftKeystore
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.flow.MutableStateFlow
import org.json.JSONArray
import org.json.JSONObject
import org.tala.core.Keystore
import org.tala.core.OpenOptions

/** Counts what held. What does not ends its part; the other parts are looked at all the same. */
object Held {
    private val fallen = mutableListOf<String>()
    var count = 0
        private set

    suspend fun all(vararg parts: Pair<String, suspend () -> Unit>) =
        parts.forEach { (name, part) ->
            try {
                part()
            } catch (failed: Exception) {
                val at = failed.stackTrace.find { it.fileName == "BridgeScenario.kt" }?.lineNumber
                fallen += "$name, line $at: $failed"
            }
        }

    fun end() = check(fallen.isEmpty()) { fallen.joinToString("\n", "\n") }

    fun that(what: String, holds: Boolean, found: () -> Any? = { "" }) {
        check(holds) { "$what: ${found()}" }
        count += 1
    }

    fun same(what: String, wanted: Any?, found: Any?) = that(what, wanted == found) { "wanted $wanted, found $found" }
}

/** A folder as the place of a phone. */
class FolderPlace(private val home: File) : PhonePlace {
    val key: SoftKeystore by lazy { SoftKeystore(EmptyCoroutineContext, File(home, "key")) }
    override val device = Clock
    override val folder = File(home, "phone")
    override val spool = File(home, "spool")

    init {
        home.mkdirs()
    }

    override suspend fun options() = openOptions(folder.path)

    override suspend fun keystore(): Keystore = key

    override suspend fun spoolKey() = ByteArray(32) { it.toByte() }

    override fun forgetKeys() {
        File(home, "key").delete()
    }
}

/** The one place that knows how options are made: fields are added to them. */
fun openOptions(folder: String) = OpenOptions(folder = folder, rootsPem = null)

/** Clocks that a test turns. */
object Clock : org.tala.core.Device {
    @Volatile var aheadMs = 0L

    override fun elapsedMs() = System.nanoTime() / 1_000_000 + aheadMs

    override fun boot() = 7u

    override fun batteryPct(): UByte? = 64u
}

/** A platform in memory. */
class FakeSurroundings(private val home: File) : Surroundings {
    override val platform = "android"
    override val recordsLocked = true
    override val recorder = FakeRecorder()
    override val settings = FakeSettings()
    override val online = MutableStateFlow(true)
    override val outlet =
        object : Outlet {
            override fun mediaUrl(hash: String, thumb: Boolean) = "https://field.invalid/media/$hash?thumb=$thumb"

            override fun exported(name: String) = File(home, name)

            override fun exportUrl(file: File) = "https://field.invalid/export/${file.name}"
        }

    /** What the camera gives next; null: the officer goes back. */
    var next: Captured? = null

    override fun elapsedMs() = Clock.elapsedMs()

    override fun wallMs() = System.currentTimeMillis() + Clock.aheadMs

    override fun device() = DeviceState(64, false, 1L shl 30, online.value)

    override suspend fun capture(what: Capture) = next
}

/** A recorder that the officer may forbid. */
class FakeRecorder : Recorder {
    var allowed = true
    override val state =
        MutableStateFlow(RecorderState(false, Permission.GRANTED, true, null, null, powerSaving = false))

    override suspend fun set(on: Boolean): RecorderState {
        if (on && !allowed) throw Refusal("no_permission", "the officer did not allow it")
        state.value = state.value.copy(on = on)
        return state.value
    }
}

class FakeSettings : Settings {
    private val kept = ConcurrentHashMap<String, String>()

    override fun get(name: String) = kept[name]

    override fun set(name: String, json: String?) {
        if (json == null) kept.remove(name) else kept[name] = json
    }

    override fun clear() = kept.clear()
}

/** A page: asks by JSON text, as a web view does. */
class Page(private val bridge: Bridge) {
    suspend fun text(message: String): JSONObject = JSONObject(bridge.ask(message))

    suspend fun raw(verb: String, vararg members: Pair<String, Any?>): JSONObject =
        text(jsonOf("do" to verb, *members).toString())

    /** What the verb answers; it must not be refused. */
    suspend fun ask(verb: String, vararg members: Pair<String, Any?>): Any? {
        val answer = raw(verb, *members)
        Held.that(verb, answer.has("ok")) { answer }
        return answer.opt("ok").takeUnless { it === JSONObject.NULL }
    }

    suspend fun part(verb: String, vararg members: Pair<String, Any?>): JSONObject = ask(verb, *members) as JSONObject

    suspend fun list(verb: String, vararg members: Pair<String, Any?>): JSONArray = ask(verb, *members) as JSONArray

    /** The verb must be refused with that word; returns what is said for a log. */
    suspend fun refused(code: String, verb: String, vararg members: Pair<String, Any?>): String {
        val error = raw(verb, *members).optJSONObject("error")
        Held.same("$verb is refused", code, error?.optString("code"))
        return error?.optString("message").orEmpty()
    }
}
