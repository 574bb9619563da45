// Drives the Kotlin binding through scenario.txt, or at-rest.txt, against a live centre.
//
// Arguments: JOB SCENARIO, or JOB --bench (JOB: `key=value` lines: folder, code.a, code.b, track, photo).
// Prints what it delivered, then `ok N` when every line held; any other end is a failure. At `kill` it writes
// JOB.resume and kills itself; started again, it goes on from there.
//
// Everything but the 500 concurrent calls runs on one thread, on which the keystore signs too, as one does
// that asks the officer on Android's main thread: whatever of the library waited there would wait for ever.

import java.io.File
import java.security.KeyFactory
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.SecureRandom
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.security.spec.X509EncodedKeySpec
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.tala.core.*

/** What 100,000 calls may add to the process, and what a planted leak must add to it. */
const val GROWTH_MAX_KIB = 16 * 1024
const val PLANTED_KIB = 64 * 1024

/** A P-256 key in a file, which can be locked and held up; it signs in DER, as Android's keystore does. */
class SoftKeystore(private val home: CoroutineContext, file: File) : Keystore {
    private val pair = if (file.exists()) read(file) else made(file)

    @Volatile var locked = false
    @Volatile var held = false
    @Volatile var asked = 0

    override fun kind() = KeyKind.ECDSA_P256

    override fun publicKey(): ByteArray {
        val point = (pair.public as ECPublicKey).w
        return byteArrayOf(4) + fixed(point.affineX.toByteArray()) + fixed(point.affineY.toByteArray())
    }

    override suspend fun sign(message: ByteArray): ByteArray =
        withContext(home) {
            asked += 1
            while (held) delay(5)
            if (locked) throw KeystoreException.Locked()
            Signature.getInstance("SHA256withECDSA").run {
                initSign(pair.private)
                update(message)
                sign()
            }
        }

    private fun made(file: File): KeyPair =
        KeyPairGenerator.getInstance("EC").run {
            initialize(ECGenParameterSpec("secp256r1"))
            generateKeyPair().also { pair ->
                val halves = listOf(pair.private, pair.public).map { it.encoded.toHex() }
                file.writeText(halves.joinToString("\n"))
            }
        }

    private fun read(file: File): KeyPair {
        val (private, public) = file.readLines().map { it.fromHex() }
        val keys = KeyFactory.getInstance("EC")
        return KeyPair(
            keys.generatePublic(X509EncodedKeySpec(public)),
            keys.generatePrivate(PKCS8EncodedKeySpec(private)),
        )
    }

    private fun fixed(number: ByteArray): ByteArray =
        ByteArray(32).also { out ->
            val part = number.takeLast(32).toByteArray()
            part.copyInto(out, 32 - part.size)
        }
}

object Clock : Device {
    override fun elapsedMs() = System.nanoTime() / 1_000_000

    override fun boot() = 7u

    override fun batteryPct(): UByte? = 64u
}

class Ear : Listener {
    val heard = AtomicLong()
    @Volatile var deaf = false

    override fun changed(version: ULong) {
        heard.incrementAndGet()
        check(!deaf) { "a listener that a test made throw" }
    }
}

/** A receiver that notes what it was asked for. */
class Receiver : LocationSource {
    @Volatile var asked = "nothing yet"

    override fun want(everyMs: ULong?) {
        asked = everyMs?.toString() ?: "none"
    }
}

/** A network that is as a line says. */
class Air : Connectivity {
    @Volatile var now = Network.GOOD
    @Volatile var asked = 0

    override fun network(): Network {
        asked += 1
        return now
    }
}

/** The key of everything that lies on a phone, in a file; one that forgets, or one that does not. */
class RestKey(val file: File) : KeyHolder {
    @Volatile var stubborn = false

    fun get(): ByteArray {
        if (!file.exists()) file.writeBytes(ByteArray(32).also { SecureRandom().nextBytes(it) })
        return file.readBytes()
    }

    override fun forget() {
        if (stubborn) throw KeystoreException.Failed("a test made it keep the key")
        file.delete()
    }
}

class Actor(private val name: String, private val job: Map<String, String>, home: CoroutineContext) {
    private val keystore = SoftKeystore(home, File(job.getValue("folder"), "$name.key"))
    private val folder = File(job.getValue("folder"), name)
    private val rest = RestKey(File("${folder.path}.rest"))
    private val ear = Ear()
    private val air = Air()
    private var receiver = Receiver()
    private var open: Phone? = null
    private var call = ""
    var incident = ""
    var durable = 0uL
    private val rows = File(job.getValue("track")).readLines().drop(1)
    private val fixes = rows.map { fix(it) }

    private val phone
        get() = checkNotNull(open) { "phone $name is not open" }

    suspend fun act(verb: String, words: List<String>) {
        when (verb) {
            "open" -> open(words.firstOrNull())
            "enrol" -> enrol(words.firstOrNull())
            "start" -> start(words[0], words.getOrNull(1))
            "track" -> track(words[0].toInt(), words[1].toInt(), words[2].toInt())
            "one" -> one(words[0].toInt())
            "recording" -> recording(words.firstOrNull())
            "receiver" -> same(words[0], receiver.asked)
            "network" -> air.now = Network.valueOf(words[0].uppercase())
            "interrupted" -> same(words[0], phone.opened().interrupted)
            "pause" -> same("paused", phone.pause().state)
            "resume" -> same("recording", phone.resume().state)
            "leg" -> same(words[0], phone.changeLeg(words[0]).transport)
            "stop" -> same("ended", phone.stopPatrol().state)
            "lock" -> keystore.locked = true
            "unlock" -> keystore.locked = false
            "sign" -> sign(words[0] == "locked")
            "waiting" -> waiting(words[0] == "yes")
            "deaf" -> ear.deaf = true
            "hearing" -> ear.deaf = false
            "sync" -> sync(words.firstOrNull())
            "cancel" -> cancel(words[0].toInt())
            "off-in-sync" -> offInSync()
            "safe" -> same(false, phone.handOver().unproved)
            "version" -> phone.version()
            "close" -> phone.turnOff()
            "leave" -> leave()
            "sealed" -> sealed(words[0] == "yes")
            "sign-out" -> signOut(words.firstOrNull())
            "fails" -> fails(words[0], words[1], words.drop(2))
            else -> onRecords(verb, words)
        }
    }

    private suspend fun onRecords(verb: String, words: List<String>) {
        when (verb) {
            "report" -> report(words[0], words[1])
            "attach" -> attach()
            "message" -> message()
            "take" -> incident = phone.incidents().single().id
            "incidents" -> same(words[0].toInt(), phone.incidents().size)
            "snapshot" -> snapshot()
            "hand-over" -> handOver()
            "title" -> phone.editIncident(incident, written(null, words[0]))
            "titled" -> titled(words[0])
            "conflict" -> same(words[1].toInt(), conflict(words[0]).size)
            "choose" -> choose(words[0], words[1])
            "sos" -> sos(words[0])
            "called" -> check(phone.sosState(call).atCentre)
            "sos-state" -> phone.sosState(words[0])
            "panic" -> panics { phone.probePanic() }
            "panic-within" -> panics { phone.probePanicWithin() }
            "concurrent" -> concurrent(words[0].toInt())
            "leak" -> leak(words[0].toInt())
            "leak-seen" -> leakSeen()
            else -> error("no such verb")
        }
    }

    private fun open(how: String?) {
        val key =
            when (how) {
                "key" -> rest.get()
                "other" -> ByteArray(32) { it.toByte() }
                "short" -> ByteArray(5)
                else -> null
            }
        val opened = Phone.open(OpenOptions(folder.path, null, key), keystore, Clock, ear)
        open = opened
        receiver = Receiver()
        opened.useLocation(receiver)
        opened.useConnectivity(air)
    }

    private suspend fun enrol(given: String?) {
        val code = if (given == "spent") job.getValue("code.a") else given ?: job.getValue("code.$name")
        val who = phone.enrol(code, "Kotlin $name")
        check(phone.opened().enrolled && who.device.fromHex().size == 16) { who }
    }

    private fun start(transport: String, title: String?) {
        val shown = phone.startPatrol(patrol(transport, title))
        same("recording" to transport, shown.state to shown.transport)
    }

    private fun track(first: Int, last: Int, batch: Int) {
        fixes.subList(first, last).chunked(batch).forEach { part ->
            val done = phone.deliverBatch(part)
            same(part.size.toULong(), done.durable + done.thinned)
            durable += done.durable
        }
    }

    private fun one(number: Int) {
        durable += phone.deliver(fixes[number]).durable
    }

    private fun recording(state: String?) {
        val shown = phone.recording()
        when (state) {
            null -> Unit
            "none" -> same(null, shown)
            else -> same(state to durable, shown?.state to shown?.fixes)
        }
    }

    private fun report(category: String, title: String) {
        val made = phone.report(written(category, title))
        if (incident.isEmpty()) incident = made
    }

    private fun attach() {
        val path = job.getValue("photo")
        val wanted = MessageDigest.getInstance("SHA-256").digest(File(path).readBytes()).toHex()
        val hash = phone.attach(incident, path, FileIn("image/jpeg", null, null, null))
        check(hash.endsWith(wanted)) { hash }
    }

    private fun message() {
        val answer = phone.call("""{"do":"incident","id":"$incident"}""")
        check(answer.startsWith("{\"ok\":") && incident in answer) { answer }
        check("\"unread\"" in phone.call("no message"))
    }

    private suspend fun sign(locked: Boolean) {
        val done = phone.signWaiting()
        if (locked) same(0uL to "the key is locked", done.signed to done.stopped)
        else check(done.signed > 0uL && done.stopped == null) { done }
    }

    private fun waiting(whether: Boolean) =
        same(whether, phone.handOver().records.any { it.whereabouts == "waiting_for_key" })

    private suspend fun sync(what: String?) = coroutineScope {
        val heard = ear.heard.get()
        val asked = air.asked
        val run = phone.startSync(ask().copy(byOfficer = what != "periodic"))
        same(asked + 1, air.asked)
        val finished = async { run.finished() }
        val seen = mutableListOf<UInt>()
        while (!finished.isCompleted) {
            seen += run.progress().roundTrips
            delay(1)
        }
        val done = finished.await()
        check(done.done && done.roundTrips > 0u && run.progress() == done) { done }
        check(seen == seen.sorted() && ear.heard.get() > heard) { "${seen.distinct()}, $heard" }
        if (what == "uploads") {
            // The photo and its small picture, each a step that was heard of.
            same(Triple(2uL, 0uL, 0uL), Triple(done.uploaded, done.putOff, done.refused))
            check(done.proved == done.handedOver && done.handedOver > 0uL) { done }
            check(ear.heard.get() >= heard + 3) { "${ear.heard}, $heard" }
        }
        run.close()
    }

    private suspend fun cancel(number: Int) {
        val run = heldSync()
        one(number)
        run.cancel()
        cancelled(run)
    }

    private suspend fun offInSync() {
        val run = heldSync()
        phone.turnOff()
        cancelled(run)
    }

    /** A sync that waits for the keystore. */
    private suspend fun heldSync(): SyncRun {
        val before = keystore.asked
        keystore.held = true
        val run = phone.startSync(ask())
        withTimeout(30_000) { while (keystore.asked == before) delay(1) }
        check(!run.progress().done)
        return run
    }

    private suspend fun cancelled(run: SyncRun) {
        val ended = runCatching { run.finished() }.exceptionOrNull()
        check(ended is TalaException.Cancelled && run.progress().done) { "ended as $ended" }
        keystore.held = false
    }

    private fun titled(title: String) {
        val page = phone.incident(incident)
        same(title to 0, page.title to page.conflicts.size)
    }

    private fun conflict(field: String) =
        phone.incident(incident).conflicts.filter { it.field == field }.flatMap { it.values }

    private fun choose(field: String, value: String) {
        val at = conflict(field).indexOfFirst { it.value == "\"$value\"" }
        phone.choose(incident, field, at.coerceAtLeast(0).toUInt())
    }

    /** What one call gives is what the calls of each screen give, and nothing newer was told of. */
    private fun snapshot() {
        val wanted =
            listOf(
                Screen.Recording to Shown.Recording(phone.recording()),
                Screen.Incidents to Shown.Incidents(phone.incidents()),
                Screen.Incident(incident) to Shown.Incident(phone.incident(incident)),
                Screen.HandOver to Shown.HandOver(phone.handOver()),
            )
        wanted.forEach { (screen, shown) -> same(Snapshot(phone.version(), shown), phone.snapshot(screen)) }
        val before = phone.version()
        listOf("改过", "开垦甲").forEach { phone.editIncident(incident, written(null, it)) }
        check(phone.snapshot(Screen.Incidents).version > before) { before }
    }

    /** Until every record has its receipt. */
    private suspend fun handOver() {
        repeat(20) {
            sync(null)
            if (!phone.handOver().unproved) return
        }
        error("something has no receipt yet")
    }

    private fun sealed(whether: Boolean) {
        val start = File(folder, "phone.sqlite").inputStream().use { it.readNBytes(13) }
        same(!whether, "SQLite format".toByteArray().contentEquals(start))
    }

    private fun signOut(how: String?) {
        rest.get()
        rest.stubborn = how == "stubborn"
        phone.signOut(rest)
        check(!folder.exists() && !rest.file.exists()) { "something is left" }
    }

    private fun sos(note: String) {
        call = phone.sos(note, 0u)
        same(false, phone.sosState(call).atCentre)
    }

    /** Lets go of the phone without turning it off; whoever still uses it is told. */
    private fun leave() {
        val gone = phone
        open = null
        gone.close()
        val ended = runCatching { gone.version() }.exceptionOrNull()
        check(ended is IllegalStateException) { "used after close: $ended" }
    }

    private fun panics(call: () -> Unit) {
        val ended = runCatching(call).exceptionOrNull()
        check(ended is InternalException && "that a test asked for" in "${ended.message}") { "ended as $ended" }
    }

    private suspend fun concurrent(calls: Int) = coroutineScope {
        val all =
            (1..calls).map {
                async(Dispatchers.IO) {
                    phone.handOver()
                    check(phone.probeNoop(1u) == 1u)
                    phone.signWaiting()
                }
            }
        val done = all.awaitAll()
        check(done.size == calls && done.all { it.stopped == null })
    }

    /** Numbers, records, text both ways, and errors. */
    private fun calls(count: Int) =
        repeat(count) { number ->
            when (number % 4) {
                0 -> same(number.toUInt(), phone.probeNoop(number.toUInt()))
                1 -> check(phone.opened().enrolled)
                2 -> same(null, phone.recording())
                else ->
                    if (number % 100 == 3) {
                        val ended = runCatching { phone.sosState("no id") }.exceptionOrNull()
                        check(ended is TalaException.Input) { "ended as $ended" }
                    } else {
                        same("""{"ok":null}""", phone.call("""{"do":"recording"}"""))
                    }
            }
        }

    private fun leak(count: Int) {
        calls(40_000)
        val before = residentKib()
        calls(count)
        val grown = residentKib() - before
        System.err.println("$grown KiB more after $count calls")
        check(grown < GROWTH_MAX_KIB) { "$grown KiB more after $count calls" }
    }

    private fun leakSeen() {
        val before = residentKib()
        phone.probeLeak(PLANTED_KIB.toUInt())
        val grown = residentKib() - before
        check(grown > PLANTED_KIB * 3 / 4) { "a leak of $PLANTED_KIB KiB shows as $grown" }
    }

    private suspend fun fails(wanted: String, verb: String, words: List<String>) {
        val ended = runCatching { act(verb, words) }.exceptionOrNull()
        check(ended is TalaException && ended::class.simpleName == wanted) { "$verb ended as $ended" }
    }

    /** What a call costs, and what a thousand fixes cost until they are durable: medians. */
    suspend fun bench() {
        act("open", emptyList())
        act("enrol", emptyList())
        act("start", listOf("horse"))
        repeat(50_000) { phone.probeNoop(1u) }
        val noopUs =
            (1..31).map {
                val start = System.nanoTime()
                repeat(2_000) { phone.probeNoop(1u) }
                (System.nanoTime() - start) / 1e3 / 2_000
            }
        val spanMs = fixes[999].timeMs - fixes[0].timeMs + 1_000
        val fixesMs =
            (0..14).map { turn ->
                val later = rows.take(1_000).map { fix(it, turn * spanMs) }
                val start = System.nanoTime()
                phone.deliverBatch(later)
                (System.nanoTime() - start) / 1e6
            }
        println("{\"noop_us\":%.2f,\"fixes_1000_ms\":%.2f}".format(median(noopUs), median(fixesMs)))
    }
}

/** The lines of the scenario, one after the other, over the death of this process. */
class Play(private val job: String, private val actors: Map<String, Actor>) {
    private val kept = File("$job.resume")
    private var line = 0
    private var done = 0

    suspend fun run(scenario: String) {
        takeUp()
        File(scenario).readLines().drop(line).forEach { text ->
            line += 1
            val words = text.split(" ").filter { it.isNotBlank() }
            if (words.isNotEmpty() && !words[0].startsWith("#")) {
                done += 1
                if (words[1] == "kill") kill()
                try {
                    withTimeout(120_000) { actors.getValue(words[0]).act(words[1], words.drop(2)) }
                } catch (failed: Throwable) {
                    System.err.println("line $line: $text: $failed")
                    exitProcess(1)
                }
            }
        }
        val a = actors.getValue("a")
        println("fixes ${a.durable}")
        println("incident ${a.incident}")
        println("ok $done")
    }

    private fun takeUp() {
        if (!kept.exists()) return
        val numbers = kept.readText().split(" ")
        kept.delete()
        line = numbers[0].toInt()
        done = numbers[1].toInt()
        actors.getValue("a").durable = numbers[2].toULong()
    }

    private fun kill() {
        kept.writeText("$line $done ${actors.getValue("a").durable}")
        ProcessBuilder("sh", "-c", "kill -9 ${ProcessHandle.current().pid()}").start()
        Thread.sleep(60_000)
        error("still alive")
    }
}

private fun ask() = SyncAsk(byOfficer = true, weak = false, originals = true)

private fun median(all: List<Double>) = all.sorted()[all.size / 2]

private fun ByteArray.toHex() = joinToString("") { "%02x".format(it) }

private fun String.fromHex() = chunked(2).map { it.toInt(16).toByte() }.toByteArray()

private fun same(wanted: Any?, found: Any?) = check(wanted == found) { "wanted $wanted, found $found" }

private fun residentKib(): Long {
    System.gc()
    return File("/proc/self/statm").readText().split(" ")[1].toLong() * 4
}

/** A row of `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg`; empty is missing. */
private fun fix(line: String, laterMs: Long = 0): FixIn {
    val cells = line.split(",")
    fun part(at: Int, by: Double) = cells[at].ifEmpty { null }?.let { it.toLong() / by }
    return FixIn(
        timeMs = cells[0].toLong() + laterMs,
        lat = cells[1].toLong() / 1e7,
        lon = cells[2].toLong() / 1e7,
        altM = part(3, 10.0),
        accM = part(4, 10.0),
        speedMs = part(5, 100.0),
        bearingDeg = part(6, 1.0),
        provider = 0u,
        satellites = null,
        mock = false,
        monoMs = null,
    )
}

private fun patrol(transport: String, title: String?) =
    PatrolIn(transport, title, null, null, null, null, emptyList())

private fun written(category: String?, title: String?) =
    IncidentIn(category, title, null, null, null, null, emptyList(), null, null)

fun main(arguments: Array<String>) {
    runBlocking {
        val lines = File(arguments[0]).readLines()
        val job = lines.associate { line -> line.substringBefore('=') to line.substringAfter('=') }
        val home = coroutineContext[ContinuationInterceptor]!!
        if (arguments[1] == "--bench") {
            Actor("a", job, home).bench()
        } else {
            val actors = listOf("a", "b").associateWith { Actor(it, job, home) }
            Play(arguments[0], actors).run(arguments[1])
        }
    }
    exitProcess(0)
}
