// Drives the Kotlin binding through scenario.txt against a live centre.
//
// Arguments: JOB SCENARIO (JOB: `key=value` lines: folder, code.a, code.b, roots, track, photo). Prints what
// it delivered, then `ok N` when every line held; any other end is a failure.

import java.io.File
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.util.concurrent.atomic.AtomicLong
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.tala.core.*

/** A P-256 key in memory, which can be locked; it signs in DER, as Android's keystore does. */
class SoftKeystore : Keystore {
    private val pair =
        KeyPairGenerator.getInstance("EC").run {
            initialize(ECGenParameterSpec("secp256r1"))
            generateKeyPair()
        }

    @Volatile var locked = false

    override fun kind() = KeyKind.ECDSA_P256

    override fun publicKey(): ByteArray {
        val point = (pair.public as ECPublicKey).w
        return byteArrayOf(4) + fixed(point.affineX.toByteArray()) + fixed(point.affineY.toByteArray())
    }

    override suspend fun sign(message: ByteArray): ByteArray {
        if (locked) throw KeystoreException.Locked()
        return Signature.getInstance("SHA256withECDSA").run {
            initSign(pair.private)
            update(message)
            sign()
        }
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

    override fun changed(version: ULong) {
        heard.incrementAndGet()
    }
}

class Actor(private val name: String, private val job: Map<String, String>) {
    private val keystore = SoftKeystore()
    private val ear = Ear()
    private var open: Phone? = null
    private var call = ""
    var incident = ""
    var durable = 0uL
    private val fixes = File(job.getValue("track")).readLines().drop(1).map(::fix)

    private val phone
        get() = checkNotNull(open) { "phone $name is not open" }

    fun act(verb: String, words: List<String>) {
        when (verb) {
            "open" -> open = Phone.open(options(), keystore, Clock, ear)
            "enrol" -> enrol(words.firstOrNull())
            "start" -> phone.startPatrol(patrol(words[0], words.getOrNull(1)))
            "track" -> track(words[0].toInt(), words[1].toInt(), words[2].toInt())
            "one" -> durable += phone.deliver(fixes[words[0].toInt()]).durable
            "recording" -> recording(words.firstOrNull())
            "kill" -> phone.destroy().also { open = null }
            "interrupted" -> same(words[0], phone.opened().interrupted)
            "pause" -> same("paused", phone.pause().state)
            "resume" -> same("recording", phone.resume().state)
            "leg" -> same(words[0], phone.changeLeg(words[0]).transport)
            "stop" -> same("ended", phone.stopPatrol().state)
            "report" -> report(words[0], words[1])
            "attach" -> attach()
            "message" -> message()
            "sync" -> sync()
            "cancel" -> cancel()
            "take" -> incident = phone.incidents().single().id
            "title" -> phone.editIncident(incident, written(null, words[0]))
            "titled" -> titled(words[0])
            "conflict" -> same(words[1].toInt(), conflict(words[0]).values.size)
            "choose" -> choose(words[0], words[1])
            "lock" -> keystore.locked = true
            "unlock" -> keystore.locked = false
            "waiting" -> check(phone.handOver().records.any { it.whereabouts == "waiting_for_key" })
            "sos" -> sos(words[0])
            "called" -> check(phone.sosState(call).atCentre)
            "sos-state" -> phone.sosState(words[0])
            "safe" -> same(false, phone.handOver().unproved)
            "version" -> phone.version()
            "panic" -> panic()
            "concurrent" -> concurrent(words[0].toInt())
            "leak" -> leak(words[0].toInt())
            "close" -> phone.turnOff().also { check(ear.heard.get() > 0) }
            "fails" -> fails(words[0], words[1], words.drop(2))
            else -> error("no such verb")
        }
    }

    private fun options() =
        OpenOptions(File(job.getValue("folder"), name).path, job["roots"]?.let { File(it).readBytes() })

    private fun enrol(code: String?) {
        phone.enrol(code ?: job.getValue("code.$name"), "Kotlin $name")
        check(phone.opened().enrolled)
    }

    private fun track(first: Int, last: Int, batch: Int) {
        fixes.subList(first, last).chunked(batch).forEach { part ->
            val done = phone.deliverBatch(part)
            same(part.size.toULong(), done.durable + done.thinned)
            durable += done.durable
        }
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
        val wanted =
            MessageDigest.getInstance("SHA-256").digest(File(path).readBytes()).joinToString("") { "%02x".format(it) }
        val hash = phone.attach(incident, path, FileIn("image/jpeg", null, null, null))
        check(hash.endsWith(wanted)) { hash }
    }

    private fun message() {
        val answer = phone.call("""{"do":"incident","id":"$incident"}""")
        check(answer.startsWith("{\"ok\":") && incident in answer) { answer }
        check("\"unread\"" in phone.call("no message"))
    }

    private fun sync() = runBlocking {
        val run = phone.startSync(SyncAsk(byOfficer = true, weak = false, originals = true))
        val done = run.finished()
        check(done.done && done.roundTrips > 0u && run.progress() == done) { done }
        run.destroy()
    }

    private fun cancel() = runBlocking {
        val run = phone.startSync(SyncAsk(byOfficer = true, weak = false, originals = true))
        run.cancel()
        val ended = runCatching { run.finished() }.exceptionOrNull()
        check(ended is TalaException.Cancelled) { "ended as $ended" }
    }

    private fun titled(title: String) {
        val page = phone.incident(incident)
        same(title to 0, page.title to page.conflicts.size)
    }

    private fun conflict(field: String) = phone.incident(incident).conflicts.single { it.field == field }

    private fun choose(field: String, value: String) {
        val at = conflict(field).values.indexOfFirst { it.value == "\"$value\"" }
        phone.choose(incident, field, at.toUInt())
    }

    private fun sos(note: String) {
        call = phone.sos(note, 0u)
        same(false, phone.sosState(call).atCentre)
    }

    private fun panic() {
        val ended = runCatching { phone.probePanic() }.exceptionOrNull()
        check(ended is InternalException) { "ended as $ended" }
    }

    private fun concurrent(calls: Int) = runBlocking {
        val all =
            (1..calls).map {
                async(Dispatchers.IO) {
                    phone.handOver()
                    phone.probeNoop(1u)
                }
            }
        same(calls, all.awaitAll().size)
    }

    private fun leak(calls: Int) {
        fun some(count: Int) =
            repeat(count) { number ->
                same(number.toUInt(), phone.probeNoop(number.toUInt()))
                if (number % 10 == 0) phone.incidents()
            }
        some(20_000)
        System.gc()
        val before = residentKib()
        some(calls)
        System.gc()
        val grown = residentKib() - before
        check(grown < 48 * 1024) { "$grown KiB more after $calls calls" }
    }

    private fun fails(wanted: String, verb: String, words: List<String>) {
        val ended = runCatching { act(verb, words) }.exceptionOrNull()
        check(ended is TalaException && ended::class.simpleName == wanted) { "$verb ended as $ended" }
    }

    fun bench() {
        act("open", emptyList())
        act("enrol", emptyList())
        act("start", listOf("horse"))
        repeat(20_000) { phone.probeNoop(1u) }
        val calls = 50_000
        val start = System.nanoTime()
        repeat(calls) { phone.probeNoop(1u) }
        val noopUs = (System.nanoTime() - start) / 1e3 / calls
        val began = System.nanoTime()
        phone.deliverBatch(fixes.take(1000))
        val fixesMs = (System.nanoTime() - began) / 1e6
        println("{\"noop_us\":%.2f,\"fixes_1000_ms\":%.2f}".format(noopUs, fixesMs))
    }
}

private fun same(wanted: Any?, found: Any?) = check(wanted == found) { "wanted $wanted, found $found" }

private fun residentKib() = File("/proc/self/statm").readText().split(" ")[1].toLong() * 4

/** A row of `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg`; empty is missing. */
private fun fix(line: String): FixIn {
    val cells = line.split(",")
    fun part(at: Int, by: Double) = cells[at].ifEmpty { null }?.let { it.toLong() / by }
    return FixIn(
        timeMs = cells[0].toLong(),
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
    val job =
        File(arguments[0]).readLines().associate { line -> line.substringBefore('=') to line.substringAfter('=') }
    val actors = listOf("a", "b").associateWith { Actor(it, job) }
    if (arguments[1] == "--bench") {
        actors.getValue("a").bench()
        exitProcess(0)
    }
    var done = 0
    File(arguments[1]).readLines().forEachIndexed { index, line ->
        val words = line.split(" ").filter { it.isNotBlank() }
        if (words.isNotEmpty() && !words[0].startsWith("#")) {
            try {
                actors.getValue(words[0]).act(words[1], words.drop(2))
            } catch (failed: Throwable) {
                System.err.println("line ${index + 1}: $line: $failed")
                exitProcess(1)
            }
            done += 1
        }
    }
    val a = actors.getValue("a")
    println("fixes ${a.durable}")
    println("incident ${a.incident}")
    println("ok $done")
    exitProcess(0)
}
