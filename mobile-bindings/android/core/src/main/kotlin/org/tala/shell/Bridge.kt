package org.tala.shell

import java.io.IOException
import java.util.Base64
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.merge
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.json.JSONObject
import org.tala.core.FileIn
import org.tala.core.Place
import org.tala.core.SyncAsk
import org.tala.phone.TalaFailure
import org.tala.phone.TalaPhone

/** What is free below this means that a full disk is the likely cause of a failing store. */
private const val SPACE_MIN_BYTES = 16L * 1024 * 1024

/**
 * Answers the messages of the officer's pages (`FieldCore` in `web/field/src/core/field-core.ts`).
 *
 * Verbs of the shell are answered here, over the small interfaces of [Surroundings]; every other one goes to the
 * Rust core as it came. An answer is `{"ok": ...}` or `{"error": {"code", "message"}}`: nothing is thrown at a
 * page, and nothing is answered before it is durable.
 */
class Bridge(
    private val home: PhoneHome,
    private val place: PhonePlace,
    private val around: Surroundings,
    scope: CoroutineScope,
) {
    /** The syncs that pages and the platform's schedule share. */
    val syncs = SyncDesk(home, around, scope)

    private val sos = SosKeeper(home, around, syncs, scope)
    private val pin = PinLock(around.settings, around::elapsedMs)
    private val spoolLock = Mutex()
    private var spooled: Spool? = null

    /** Events of `field-core.ts` as JSON text, from when they are collected. */
    @OptIn(ExperimentalCoroutinesApi::class)
    fun events(): Flow<String> =
        merge(
            home.current.flatMapLatest { phone -> phone?.let(::changesOf) ?: emptyFlow() },
            syncs.state.drop(1).map { jsonOf("event" to "sync", "sync" to json(it)).toString() },
            around.recorder.state.drop(1).map { jsonOf("event" to "recorder", "recorder" to json(it)).toString() },
        )

    /** Does a verb. Never throws, except where the asking coroutine itself is cancelled. */
    suspend fun ask(message: String): String =
        withContext(Dispatchers.IO) {
            try {
                answer(message)
            } catch (stopped: CancellationException) {
                throw stopped
            } catch (refused: Refusal) {
                error(refused.code, refused.message.orEmpty())
            } catch (failed: TalaFailure) {
                if (failed is TalaFailure.Broken) home.close()
                error(wordOf(failed, around), failed.message.orEmpty())
            } catch (failed: Exception) {
                error(if (failed is IOException && full(around)) "full" else "failed", "$failed")
            }
        }

    /** Shuts the app lock, where there is one: for a platform that sees the app go. */
    fun lock() = pin.shut()

    private suspend fun answer(message: String): String {
        val ask = Ask.read(message)
        if (pin.lock == Lock.SHUT && ask.verb !in WHILE_SHUT) throw Refusal("locked", "the app lock is shut")
        val own = own(ask)
        if (own !== CORE) return ok(own)
        return home.phone().call(message).also { if (ask.verb == "sos") called(ask, it) }
    }

    /** A call for help goes out by itself. */
    private fun called(ask: Ask, answer: String) {
        val id = JSONObject(answer).opt("ok") as? String ?: return
        sos.called(id, ask.optionalText("note"), ask.optionalWhole("repeat") ?: 0)
    }

    private suspend fun own(ask: Ask): Any? =
        when (ask.verb) {
            "open", "take_over" -> opened()
            "enrol" -> enrol(ask)
            "set_pin" -> nothing(pin.set(ask.text("pin"), ask.optionalText("old")))
            "unlock" -> pin.unlock(ask.text("pin")).let { opened() }
            "lock" -> nothing(pin.shut())
            "sign_out" -> nothing(signOut())
            "start_sync" -> json(syncs.start(syncAsk(ask)))
            "cancel_sync" -> json(syncs.cancel())
            "sync_state" -> json(syncs.state.value)
            "set_recorder" -> json(around.recorder.set(ask.flag("on")))
            "recorder" -> json(around.recorder.state.value)
            "device" -> json(around.device())
            "setting" -> around.settings.get(settingName(ask))?.let(::jsonValue)
            "set_setting" -> nothing(setSetting(ask))
            else -> ownOfFiles(ask)
        }

    private suspend fun ownOfFiles(ask: Ask): Any? =
        when (ask.verb) {
            "put_file" -> mediaType(ask).let { jsonOf("token" to spool().begin()) }
            "put_bytes" -> jsonOf("size" to spool().append(ask.text("token"), bytes(ask)))
            "capture" -> capture(ask)
            "attach" -> attach(ask)
            "media" -> media(ask)
            "export_bundle" -> exportBundle(ask)
            "import_bundle" -> importBundle(ask)
            else -> CORE
        }

    // ------------------------------------------------------------------------------- opening and leaving

    private suspend fun opened(): JSONObject {
        val opened = home.phone().opened()
        if (opened.enrolled) sos.resume()
        val identity = around.settings.get(IDENTITY)?.takeIf { opened.enrolled }?.let(::jsonValue)
        // Who carries the phone is nobody's business while it is shut.
        val lock = pin.lock
        return json(opened, lock, identity.takeIf { lock != Lock.SHUT }, around)
    }

    private suspend fun enrol(ask: Ask): JSONObject {
        val phone = home.phone()
        val made =
            try {
                json(phone.enrol(ask.text("code"), ask.text("name")))
            } catch (refused: TalaFailure.Input) {
                throw if (refused.field == "code") Refusal("code", refused.message.orEmpty(), refused) else refused
            }
        around.settings.set(IDENTITY, made.toString())
        return made
    }

    private suspend fun signOut() {
        sos.rest()
        syncs.cancel()
        try {
            home.signOut()
        } catch (stays: Exception) {
            sos.resume()
            throw stays
        }
        around.recorder.set(false)
        sos.forget()
        spoolLock.withLock { spooled = null }
        around.settings.clear()
    }

    // ------------------------------------------------------------------------------- files

    private suspend fun spool(): Spool =
        spoolLock.withLock { spooled ?: opened(Spool(place.spool, place.spoolKey())) }

    private fun opened(spool: Spool): Spool {
        spool.sweep(around.wallMs() - UNUSED_MS)
        spooled = spool
        return spool
    }

    private fun bytes(ask: Ask): ByteArray =
        try {
            Base64.getDecoder().decode(ask.text("base64"))
        } catch (bad: IllegalArgumentException) {
            throw Refusal("input", "base64 is not base64", bad)
        }

    private fun mediaType(ask: Ask): String =
        ask.text("media_type").also { if (!MEDIA_TYPE.matches(it)) throw Refusal("input", "media_type is not a media type") }

    private suspend fun capture(ask: Ask): JSONObject {
        val word = ask.text("what")
        val what = Capture.entries.find { it.word == word } ?: throw Refusal("input", "what is not photo or voice")
        val captured = around.capture(what) ?: throw Refusal("cancelled", "nothing was captured")
        return jsonOf("token" to spool().adopt(captured.file), "media_type" to captured.mediaType)
    }

    private suspend fun attach(ask: Ask): String {
        val file = ask.part("file")
        val at = file.optionalPart("place")?.let { Place(it.number("lat"), it.number("lon")) }
        val facts = FileIn(mediaType(file), file.optionalWhole("taken_ms"), at, file.optionalText("title"))
        val incident = ask.text("incident")
        return spool().lend(ask.text("token")) { path -> home.phone().attach(incident, path, facts) }
    }

    private suspend fun media(ask: Ask): JSONObject? {
        val hash = ask.text("hash")
        if (!HASH.matches(hash)) throw Refusal("input", "hash is not the hash of a file")
        val thumb = ask.flag("thumb")
        home.phone().picture(hash, thumb) ?: return null
        return jsonOf("url" to around.outlet.mediaUrl(hash, thumb))
    }

    private suspend fun exportBundle(ask: Ask): JSONObject {
        val name = "tala-${around.wallMs()}.bundle"
        val file = around.outlet.exported(name)
        val size = home.phone().exportBundle(file.path, ask.optionalTexts("records"))
        return jsonOf("url" to around.outlet.exportUrl(file), "name" to name, "size" to size.toLong())
    }

    private suspend fun importBundle(ask: Ask): JSONObject =
        spool().lend(ask.text("token")) { path ->
            val taken = home.phone().importBundle(path)
            jsonOf("taken" to taken.taken.toLong(), "known" to taken.known.toLong(), "refused" to taken.refused.toLong())
        }

    // ------------------------------------------------------------------------------- the rest

    private fun syncAsk(ask: Ask) =
        SyncAsk(
            byOfficer = ask.flag("by_officer"),
            weak = ask.optionalFlag("weak") ?: false,
            originals = ask.optionalFlag("originals") ?: false,
        )

    private fun setSetting(ask: Ask) {
        val value = ask.json("value")
        if (value.length > SETTING_MAX) throw Refusal("too_long", "a setting has at most $SETTING_MAX characters")
        around.settings.set(settingName(ask), value.takeUnless { it == "null" })
    }

    private fun settingName(ask: Ask): String {
        val name = ask.text("name")
        if (!SETTING.matches(name) || name.startsWith(OF_SHELL)) throw Refusal("input", "name is not a name of a setting")
        return name
    }

    private fun changesOf(phone: TalaPhone): Flow<String> =
        phone.version
            .takeWhile { !it.over }
            .map { jsonOf("event" to "changed", "version" to it.number.toLong()).toString() }

    private companion object {
        /** Stands for: not a verb of the shell. */
        val CORE = Any()

        /** What is answered while the app lock is shut. */
        val WHILE_SHUT =
            setOf("open", "take_over", "unlock", "lock", "recorder", "device", "sos", "sos_state", "sos_calls")
        const val OF_SHELL = "shell."
        const val IDENTITY = "shell.identity"
        /** How long a file waits on its way into the store. */
        const val UNUSED_MS = 7 * 24 * 60 * 60 * 1_000L
        const val SETTING_MAX = 16 * 1024
        val SETTING = Regex("[a-z][a-z0-9_.-]{0,63}")
        val HASH = Regex("[0-9a-f]{66}")
        val MEDIA_TYPE = Regex("[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
    }
}

/** The word for a failure, with what the platform knows about its cause. */
internal fun wordOf(failed: TalaFailure, around: Surroundings): String =
    when {
        failed is TalaFailure.Centre && !around.device().online -> "offline"
        failed is TalaFailure.Storage && full(around) -> "full"
        else -> failed.code
    }

private fun full(around: Surroundings) = around.device().freeBytes?.let { it < SPACE_MIN_BYTES } ?: false

private fun nothing(@Suppress("UNUSED_PARAMETER") done: Unit): Any? = null
