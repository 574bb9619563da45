// The bridge at work: everything that a page may ask, against a live centre.
//
// Argument: JOB (`key=value` lines: folder, code.a, track, photo). Prints what it delivered, then `ok N` with
// the number of things that held; any other end is a failure.

package org.tala.shell

import java.io.File
import java.security.MessageDigest
import java.util.Base64
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.json.JSONArray
import org.json.JSONObject
import org.tala.core.Recording
import org.tala.core.SyncAsk
import org.tala.core.SyncProgress
import org.tala.phone.TalaFailure

private const val WAIT_MS = 60_000L
private const val TITLE = "开垦甲"

class BridgeScenario(private val job: Map<String, String>) {
    private val home = File(job.getValue("folder"), "bridge")
    private val place = FolderPlace(home)
    private val around = FakeSurroundings(home)
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val phones = PhoneHome(place)
    private val bridge = Bridge(phones, place, around, scope)
    private val page = Page(bridge)
    private val photo = File(job.getValue("photo")).readBytes()
    private val rows = File(job.getValue("track")).readLines().drop(1)
    private val heard = CopyOnWriteArrayList<JSONObject>()
    var fixes = 0L
        private set

    var incident = ""
        private set

    suspend fun play() {
        nothingButMessages()
        opens()
        val hearing = scope.launch { bridge.events().collect { heard += JSONObject(it) } }
        Held.all("recording" to ::records, "reporting" to ::reports, "files" to ::files, "settings" to ::settings)
        Held.all("app lock" to ::locks, "syncs" to ::syncs, "cancelling" to ::cancels, "bundles" to ::bundles)
        Held.all("flows" to ::flowsGiveTheLast, "a call" to ::calls, "the wire" to ::wires, "leaving" to ::leaves)
        hearing.cancelAndJoin()
        Held.all("closing" to ::closes)
        Held.end()
    }

    private suspend fun nothingButMessages() {
        Held.same("no JSON", "unread", code(page.text("no message")))
        Held.same("no verb", "input", code(page.text("{}")))
        Held.same("a verb that is no text", "input", code(page.text("""{"do":7}""")))
        Held.same("too deep", "unread", code(page.text("[".repeat(200_000))))
        Held.same("too long", "too_long", code(page.text(" ".repeat(MESSAGE_MAX + 1))))
    }

    private suspend fun opens() {
        val opened = page.part("open")
        Held.same("blank", listOf(false, "none", "android", true), opened.values("enrolled", "lock", "platform", "records_locked"))
        Held.that("what is not there is null", opened.isNull("identity") && opened.isNull("persisted"))
        page.refused("not_enrolled", "recording")
        page.refused("not_enrolled", "start_sync", "by_officer" to true)
        page.refused("code", "enrol", "code" to "rubbish", "name" to "Kotlin")
        page.refused("input", "enrol", "code" to 7, "name" to "Kotlin")
        val enrolled = page.part("enrol", "code" to job.getValue("code.a"), "name" to "Kotlin bridge")
        page.refused("already_enrolled", "enrol", "code" to job.getValue("code.a"), "name" to "Kotlin")
        val again = page.part("open")
        Held.same("who it is", enrolled.toString(), again.getJSONObject("identity").toString())
    }

    private suspend fun records() {
        page.refused("no_patrol", "pause")
        page.part("start_patrol", "patrol" to jsonOf("transport" to "horse", "title" to "北线"))
        page.refused("patrol_open", "start_patrol", "patrol" to jsonOf("transport" to "foot"))
        val seen = scope.async { phone().recordings().first { it?.fixes == 300uL } }
        rows.take(100).forEach { fixes += page.part("deliver", "fix" to fix(it)).getLong("durable") }
        val batch = JSONArray(rows.subList(100, 300).map(::fix))
        fixes += page.part("deliver_batch", "fixes" to batch).getLong("durable")
        Held.same("recorded", fixes, page.part("recording").getLong("fixes"))
        page.refused("unread", "deliver")
        page.part("pause")
        page.refused("paused", "deliver", "fix" to fix(rows[300]))
        page.part("resume")
        if (fixes == 300L) withTimeout(WAIT_MS) { seen.await() } else seen.cancelAndJoin()
        waitFor("a change is told") { heard.any { it.optString("event") == "changed" } }
    }

    private suspend fun reports() {
        val given = jsonOf("category" to "reclamation", "title" to TITLE)
        incident = page.ask("report", "incident" to given) as String
        page.refused("input", "incident", "id" to "no id")
        Held.same("on its page", TITLE, page.part("incident", "id" to incident).getString("title"))
    }

    private suspend fun files() {
        val facts = jsonOf("media_type" to "image/jpeg", "title" to "照片")
        page.refused("unknown", "attach", "incident" to incident, "token" to "../phone/phone.sqlite", "file" to facts)
        page.refused("unknown", "put_bytes", "token" to "0".repeat(32), "base64" to "")
        page.refused("input", "put_file", "media_type" to "no type")
        val token = page.part("put_file", "media_type" to "image/jpeg").getString("token")
        page.refused("input", "put_bytes", "token" to token, "base64" to "*")
        page.refused("too_long", "put_bytes", "token" to token, "base64" to base64(ByteArray(Spool.PIECE_MAX + 1)))
        val half = photo.size / 2
        page.part("put_bytes", "token" to token, "base64" to base64(photo.copyOf(half)))
        // The process dies between two pieces: the token still names what came before.
        val later = Page(Bridge(phones, place, around, scope))
        val size = later.part("put_bytes", "token" to token, "base64" to base64(photo.copyOfRange(half, photo.size)))
        Held.same("all of it", photo.size, size.getInt("size"))
        Held.that("encrypted on the way in") { clear() }
        page.refused("input", "attach", "incident" to incident, "token" to token, "file" to jsonOf("media_type" to 1))
        val hash = page.ask("attach", "incident" to incident, "token" to token, "file" to facts) as String
        Held.that("its hash", hash.endsWith(sha256(photo))) { hash }
        page.refused("unknown", "attach", "incident" to incident, "token" to token, "file" to facts)
        Held.same("nothing left on the way in", 0, place.spool.list().orEmpty().size)
        Held.that("shown", page.part("media", "hash" to hash, "thumb" to false).getString("url").contains(hash))
        Held.that("its thumbnail", page.ask("media", "hash" to hash, "thumb" to true) != null)
        Held.same("byte for byte", sha256(photo), phone().picture(hash, false)?.let(::sha256))
        Held.same("not here", null, page.ask("media", "hash" to hash.reversed().replaceRange(0, 2, hash.take(2)), "thumb" to false))
        captures(facts)
    }

    private suspend fun captures(facts: JSONObject) {
        page.refused("cancelled", "capture", "what" to "photo")
        page.refused("input", "capture", "what" to "film")
        val made = File(home, "camera.jpg").also { it.writeBytes(photo + 0) }
        around.next = Captured(made, "image/jpeg")
        val captured = page.part("capture", "what" to "photo")
        Held.that("the camera's file is gone", !made.exists())
        page.ask("attach", "incident" to incident, "token" to captured.getString("token"), "file" to facts)
    }

    private suspend fun settings() {
        Held.same("not set", null, page.ask("setting", "name" to "theme"))
        val value = jsonOf("a" to listOf(1, "二").let(::JSONArray), "b" to null)
        page.ask("set_setting", "name" to "theme", "value" to value)
        Held.same("as it was set", value.toString(), page.part("setting", "name" to "theme").toString())
        page.refused("input", "setting", "name" to "shell.identity")
        page.refused("input", "set_setting", "name" to "Über", "value" to 1)
        page.refused("too_long", "set_setting", "name" to "theme", "value" to "x".repeat(20_000))
        page.ask("set_setting", "name" to "theme", "value" to null)
        Held.same("removed", null, page.ask("setting", "name" to "theme"))
        Held.same("battery", 64, page.part("device").getInt("battery_pct"))
        Held.that("on", page.part("set_recorder", "on" to true).getBoolean("on"))
        waitFor("the recorder is told") { heard.any { it.optString("event") == "recorder" } }
        around.recorder.allowed = false
        page.refused("no_permission", "set_recorder", "on" to true)
    }

    private suspend fun locks() {
        page.refused("input", "set_pin", "pin" to "12345")
        page.ask("set_pin", "pin" to "123456")
        page.refused("input", "set_pin", "pin" to "654321")
        Held.same("open after it was set", "open", page.part("open").getString("lock"))
        page.ask("lock")
        val shut = page.part("open")
        Held.that("shut, and nobody's", shut.getString("lock") == "shut" && shut.isNull("identity")) { shut }
        listOf("recording", "incidents", "hand_over", "export_bundle", "sign_out", "start_sync").forEach { page.refused("locked", it) }
        page.part("recorder")
        page.part("device")
        Held.that("a call can be asked after", code(page.raw("sos_state", "id" to "none")) !in listOf(null, "locked"))
        repeat(PinLock.FREE_TRIES - 1) { Held.same("no wait yet", "0", page.refused("wrong_pin", "unlock", "pin" to "000000")) }
        val wait = page.refused("wrong_pin", "unlock", "pin" to "000000").toLong()
        Held.that("a wait", wait in 1..30_000) { wait }
        page.refused("wrong_pin", "unlock", "pin" to "123456")
        Clock.aheadMs += 30_000
        Held.same("open", "open", page.part("unlock", "pin" to "123456").getString("lock"))
        page.refused("wrong_pin", "set_pin", "pin" to "654321", "old" to "000000")
        page.ask("set_pin", "pin" to "654321", "old" to "123456")
        // Back again: signatures carry the time of the device.
        Clock.aheadMs = 0
    }

    private suspend fun syncs() {
        Held.that("nothing is proved yet", page.part("hand_over").getBoolean("unproved"))
        page.refused("unproved", "sign_out")
        Held.that("running", page.part("start_sync", "by_officer" to true, "originals" to true).getBoolean("running"))
        page.refused("busy", "start_sync", "by_officer" to true)
        val done = settled()
        Held.that("through", done.isNull("failed") && done.getInt("round_trips") > 0 && done.getInt("handed_over") > 0) { done }
        waitFor("its end is told") { heard.any { it.optJSONObject("sync")?.optBoolean("running") == false } }
        Held.that("told while it ran", heard.any { it.optJSONObject("sync")?.optBoolean("running") == true })
    }

    private suspend fun cancels() {
        place.key.held = true
        page.ask("report", "incident" to jsonOf("category" to "dumping"))
        page.part("start_sync", "by_officer" to true)
        val ended = withTimeout(WAIT_MS) { page.part("cancel_sync") }
        Held.that("not running", !ended.getBoolean("running")) { ended }
        Held.same("why", "cancelled", ended.getJSONObject("failed").getString("code"))
        // The same for whoever collects the flow himself: when the collector is gone, so is the run.
        val ask = SyncAsk(byOfficer = true, weak = false, originals = true)
        val begun = place.key.asked
        Held.that("the key is asked", begun > 0)
        val collector: Job = scope.launch { phone().sync(ask).collect {} }
        waitFor("the key is asked") { place.key.asked > begun }
        withTimeout(WAIT_MS) { collector.cancelAndJoin() }
        place.key.held = false
        val progress: List<SyncProgress> = withTimeout(WAIT_MS) { phone().sync(ask).toList() }
        Held.that("the next one goes through", progress.last().done && progress.count { it.done } == 1) { progress }
        place.key.locked = true
        page.ask("report", "incident" to jsonOf("category" to "fire"))
        page.part("start_sync", "by_officer" to true)
        Held.that("a locked key is told", settled().getJSONObject("failed").getString("message").contains("key"))
        place.key.locked = false
    }

    private suspend fun bundles() {
        val made = page.part("export_bundle")
        val file = File(home, made.getString("name"))
        Held.same("as long as it says", file.length(), made.getLong("size"))
        val token = page.part("put_file", "media_type" to "application/octet-stream").getString("token")
        file.readBytes().toList().chunked(Spool.PIECE_MAX).forEach { piece ->
            page.part("put_bytes", "token" to token, "base64" to base64(piece.toByteArray()))
        }
        val taken = page.part("import_bundle", "token" to token)
        Held.that("nothing new", taken.getInt("taken") == 0 && taken.getInt("known") > 0) { taken }
        val rubbish = page.part("put_file", "media_type" to "application/octet-stream").getString("token")
        page.refused("input", "import_bundle", "token" to rubbish)
    }

    private suspend fun flowsGiveTheLast() {
        val seen = CopyOnWriteArrayList<Recording?>()
        // A reader that is far slower than what happens.
        val slow = scope.launch { phone().recordings().collect { seen += it; delay(300) } }
        val many = (1..4).map { worker ->
            scope.async { repeat(25) { page.raw("note_gap", "cause" to "no_fix"); page.raw("set_setting", "name" to "w$worker", "value" to it) } }
        }
        many.awaitAll()
        page.part("change_leg", "transport" to "foot")
        waitFor("the last state") { seen.lastOrNull()?.transport == "foot" }
        Held.that("not every state") { seen.size < 100 }
        slow.cancelAndJoin()
        page.part("stop_patrol")
        Held.same("none", null, withTimeout(WAIT_MS) { phone().recordings().first() })
        page.part("start_sync", "by_officer" to true, "originals" to true)
        settled().also { Held.that("through", it.isNull("failed")) { it } }
    }

    /** A call for help, with the app lock shut: it reaches the centre without anybody asking for a sync. */
    private suspend fun calls() {
        page.ask("lock")
        val call = page.ask("sos", "note" to "坠马") as String
        withTimeout(WAIT_MS) { while (!page.part("sos_state", "id" to call).getBoolean("at_centre")) delay(50) }
        page.part("unlock", "pin" to "654321")
        Held.that("kept until somebody answers") { around.settings.get(SosKeeper.NAME).orEmpty().contains(call) }
    }

    private suspend fun wires() {
        val wire = Wire(bridge)
        val whole = wire.answer("""{"id":"4f1c-12","ask":{"do":"hand_over"}}""")?.let(::JSONObject)
        Held.same("with its id", "4f1c-12", whole?.optString("id"))
        Held.that("and its answer", whole?.optJSONObject("ok")?.has("records") == true)
        Held.same("null is an answer", """{"id":"a","ok":null}""", wire.answer("""{"id":"a","ask":{"do":"recording"}}"""))
        val words = listOf("""{"id":"a"}""" to "unread", """{"id":"a","ask":{"do":"dance"}}""" to "unread")
        val long = """{"id":"a","ask":{"do":"x","y":"${"y".repeat(MESSAGE_MAX)}"}}""" to "too_long"
        (words + long).forEach { (text, word) -> Held.same("answered", word, wire.answer(text)?.let { code(JSONObject(it)) }) }
        val nobody = listOf("no message", "{}", """{"id":7,"ask":{}}""", """{"id":"a b","ask":{}}""", "[".repeat(100_000))
        nobody.forEach { Held.same("nobody to answer", null, wire.answer(it)) }
        val many = (1..500).map { scope.async { wire.answer("""{"id":"n-$it","ask":{"do":"version"}}""") } }.awaitAll()
        Held.that("each to its own", many.withIndex().all { (index, it) -> it.orEmpty().startsWith("""{"id":"n-${index + 1}",""") })
    }

    private suspend fun leaves() {
        page.ask("report", "incident" to jsonOf("category" to "fire", "title" to "未上交"))
        page.refused("unproved", "sign_out")
        Held.that("still there", page.list("incidents").length() > 1)
        // The call for help syncs by itself meanwhile: where one is under way, that one first.
        withTimeout(WAIT_MS) {
            while (page.part("hand_over").getBoolean("unproved")) {
                page.raw("start_sync", "by_officer" to true, "originals" to true)
                settled()
            }
        }
        page.ask("sign_out")
        Held.that("nothing left", !place.folder.exists() && !place.spool.exists() && !around.recorder.state.value.on)
        val opened = page.part("open")
        Held.same("blank again", listOf(false, "none"), opened.values("enrolled", "lock"))
    }

    private suspend fun closes() {
        val phone = phone()
        val flow = scope.async { phone.recordings().toList() }
        phones.close()
        Held.that("its flow completes", withTimeout(WAIT_MS) { flow.await() }.size <= 1)
        val late = runCatching { phone.opened() }.exceptionOrNull()
        Held.that("closed", late is TalaFailure.Closed) { late }
        phone.close()
        Held.same("open again", false, page.part("open").getBoolean("enrolled"))
        phones.close()
    }

    private suspend fun phone() = phones.phone()

    private suspend fun settled(): JSONObject =
        withTimeout(WAIT_MS) {
            bridge.syncs.state.first { !it.running }
            page.part("sync_state")
        }

    private suspend fun waitFor(what: String, holds: () -> Boolean) {
        val began = System.nanoTime()
        while (!holds() && (System.nanoTime() - began) / 1_000_000 < WAIT_MS) delay(20)
        Held.that(what, holds()) { heard }
    }

    private fun clear(): Boolean {
        val start = String(photo.copyOfRange(64, 96), Charsets.ISO_8859_1)
        return place.spool.listFiles().orEmpty().none { start in it.readText(Charsets.ISO_8859_1) }
    }
}

private fun Held.that(what: String, holds: () -> Boolean) = that(what, holds())

private fun code(answer: JSONObject) = answer.optJSONObject("error")?.optString("code")

private fun JSONObject.values(vararg names: String) = names.map { opt(it) }

private fun base64(bytes: ByteArray): String = Base64.getEncoder().encodeToString(bytes)

private fun sha256(bytes: ByteArray) =
    MessageDigest.getInstance("SHA-256").digest(bytes).joinToString("") { "%02x".format(it) }

/** A row of `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg` as a page says it. */
private fun fix(line: String): JSONObject {
    val cells = line.split(",")
    return jsonOf(
        "time_ms" to cells[0].toLong(),
        "lat" to cells[1].toLong() / 1e7,
        "lon" to cells[2].toLong() / 1e7,
        "acc_m" to cells[4].ifEmpty { null }?.let { it.toLong() / 10.0 },
    )
}

fun main(arguments: Array<String>) {
    val job =
        File(arguments[0]).readLines().associate { line -> line.substringBefore('=') to line.substringAfter('=') }
    val scenario = BridgeScenario(job)
    try {
        checkTheShell(File(job.getValue("folder"), "shell"))
        checkTheVerbs(job)
        runBlocking(Dispatchers.Default) { scenario.play() }
    } catch (failed: Throwable) {
        failed.printStackTrace()
        exitProcess(1)
    }
    println("fixes ${scenario.fixes}")
    println("incident ${scenario.incident}")
    println("ok ${Held.count}")
    exitProcess(0)
}
