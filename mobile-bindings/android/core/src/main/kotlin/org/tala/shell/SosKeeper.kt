package org.tala.shell

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.json.JSONArray
import org.json.JSONObject
import org.tala.core.SyncAsk
import org.tala.phone.TalaFailure

/**
 * Sees that a call for help goes out, until somebody answers it.
 *
 * A page that lives repeats its call; this one sends it, at once and again whenever there is a network, and goes
 * on repeating where the page is gone. It is kept over a restart of the process: [resume] takes it up.
 */
internal class SosKeeper(
    private val home: PhoneHome,
    private val around: Surroundings,
    private val syncs: SyncDesk,
    private val scope: CoroutineScope,
) {
    private var job: Job? = null

    /** The officer called, or a page repeated it. */
    fun called(id: String, note: String?, repeat: Long) {
        val before = kept()?.takeIf { repeat > 0 }
        keep(Call((before?.ids.orEmpty() + id).takeLast(IDS_MAX), note, repeat, around.elapsedMs()))
        start()
    }

    /** Goes on with a call that nobody answered before the process ended. */
    fun resume() {
        if (kept() != null && job?.isActive != true) start()
    }

    /** Nobody is to be called any more: somebody signs out. */
    fun forget() = around.settings.set(NAME, null)

    /** Rests, until [resume]: nothing else may be under way while somebody signs out. */
    suspend fun rest() {
        job?.cancelAndJoin()
    }

    @Synchronized
    private fun start() {
        job?.cancel()
        job = scope.launch { untilAnswered() }
    }

    private suspend fun untilAnswered() {
        // The call itself does not wait for a sync of photos; a look for an answer does.
        syncs.cancel()
        while (true) {
            val call = kept() ?: return
            try {
                send()
                if (answered(call)) return forget()
                val silentMs = around.elapsedMs() - call.atMs
                // Negative after a reboot, whose clock began anew: the page is gone in any case.
                if (silentMs !in 0..PAGE_SILENT_MS) repeat(call)
            } catch (stopped: CancellationException) {
                throw stopped
            } catch (failed: TalaFailure) {
                // The phone may be closed or broken just now; the call stays, and is taken up again below.
            }
            pause()
        }
    }

    private suspend fun send() {
        try {
            syncs.start(SyncAsk(byOfficer = true, weak = true, originals = false))
        } catch (_: Refusal) {
            // Another one is under way; it sends what is urgent first too.
        }
        syncs.state.first { !it.running }
    }

    private suspend fun answered(call: Call): Boolean {
        val phone = home.phone()
        return call.ids.any { id -> phone.sosState(id).answers.any { it.what in ANSWERS } }
    }

    private suspend fun repeat(call: Call) {
        val next = call.repeat + 1
        val id = home.phone().sos(call.note, next.toUInt())
        keep(Call((call.ids + id).takeLast(IDS_MAX), call.note, next, around.elapsedMs()))
    }

    /** A while, or until a network comes up where there is none. */
    private suspend fun pause() {
        if (around.online.value) return delay(EVERY_MS)
        withTimeoutOrNull(PAGE_SILENT_MS) { around.online.first { it } }
    }

    private fun kept(): Call? {
        val json = around.settings.get(NAME)?.let(::jsonValue) as? JSONObject ?: return null
        val ids = json.getJSONArray("ids")
        return Call(
            ids = (0 until ids.length()).map(ids::getString),
            note = json.opt("note") as? String,
            repeat = json.getLong("repeat"),
            atMs = json.getLong("at"),
        )
    }

    private fun keep(call: Call) {
        val json = jsonOf("ids" to JSONArray(call.ids), "note" to call.note, "repeat" to call.repeat, "at" to call.atMs)
        around.settings.set(NAME, json.toString())
    }

    private data class Call(val ids: List<String>, val note: String?, val repeat: Long, val atMs: Long)

    companion object {
        /** The name of its setting; a page cannot name it. */
        const val NAME = "shell.sos"
        /** Between two looks for an answer. */
        private const val EVERY_MS = 20_000L
        /** A page that has not repeated its call for so long is gone. */
        private const val PAGE_SILENT_MS = 120_000L
        private const val IDS_MAX = 50
        private val ANSWERS = setOf("seen", "taken", "done")
    }
}
