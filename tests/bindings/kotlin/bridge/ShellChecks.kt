// What of the shell needs no centre: the pace of syncs, the watch over intervals, the lock, files on their way.

package org.tala.shell

import java.io.File
import kotlin.random.Random
import kotlinx.coroutines.runBlocking

fun checkTheShell(folder: File) {
    checkPace()
    checkWatch()
    checkPin()
    checkSpool(folder)
}

private fun checkPace() {
    val pace = SyncPace(Random(1))
    Held.same("not before a network", null, pace.nextMs)
    pace.networkUp(1_000)
    Held.same("at once", 1_000L, pace.nextMs)
    pace.began(1_000)
    var now = 1_000L
    val waits = (1..8).map {
        now = pace.nextMs ?: 0
        pace.began(now)
        pace.failed(now)
        (pace.nextMs ?: 0) - now
    }
    Held.that("longer each time, up to ten minutes", waits.zip(waits.drop(1)).take(4).all { (a, b) -> b > a }) { waits }
    Held.that("never beyond", waits.all { it in 11_250..750_000L }) { waits }
    pace.networkUp(now + 100)
    Held.same("a flapping network waits", now + SyncPace.APART_MS, pace.nextMs)
    pace.succeeded(now, later = false)
    Held.that("then every quarter of an hour", (pace.nextMs ?: 0) - now in 675_000..1_125_000L) { pace.nextMs }
}

private fun checkWatch() {
    val watch = IntervalWatch(wantedMs = 5_000)
    Held.same("not recording", Pulse.STEADY, watch.pulse(1_000_000))
    watch.started(0)
    Held.same("just begun", Pulse.STEADY, watch.pulse(59_000))
    Held.same("no first fix", Pulse.SILENT, watch.pulse(61_000))
    (0..20).forEach { watch.fix(100_000L + it * 5_000) }
    watch.fix(150_000)
    Held.same("as wanted", 5_000L, watch.intervalMs)
    Held.same("steady", Pulse.STEADY, watch.pulse(201_000))
    (1..20).forEach { watch.fix(200_000L + it * 40_000) }
    Held.same("slow", Pulse.SLOW, watch.pulse(1_001_000))
    Held.same("silent", Pulse.SILENT, watch.pulse(1_061_000))
    watch.stopped()
    Held.same("paused", Pulse.STEADY, watch.pulse(9_000_000))
}

private fun checkPin() {
    val settings = FakeSettings()
    var now = 1_000_000L
    fun lock() = PinLock(settings, { now }, iterations = 10)
    val first = lock()
    first.set("123456", null)
    fun tried(lock: PinLock, pin: String) =
        try {
            lock.unlock(pin)
            null
        } catch (wrong: Refusal) {
            wrong.message?.toLong()
        }
    val waits = (1..8).map { tried(lock(), "000000").also { now += it ?: 0 } }
    Held.same("doubling, over restarts", listOf(0L, 0L, 0L, 0L, 30_000L, 60_000L, 120_000L, 240_000L), waits)
    Held.that("not the same digits in the store") { settings.get(PinLock.NAME).orEmpty().let { "123456" !in it } }
    Held.same("the right one", null, tried(lock(), "123456"))
    repeat(6) { tried(lock(), "000000").also { wait -> now += wait ?: 0 } }
    tried(lock(), "000000")
    // A reboot: the clock begins anew, and so does the wait.
    now = 5_000
    val again = tried(lock(), "123456") ?: 0
    Held.that("a reboot gives no try away", again > 0) { again }
}

private fun checkSpool(folder: File) {
    folder.deleteRecursively()
    val key = ByteArray(32) { it.toByte() }
    val spool = Spool(folder, key)
    val token = spool.begin()
    spool.append(token, "first ".toByteArray())
    spool.append(token, "second".toByteArray())
    val file = File(folder, token)
    val whole = file.readBytes()
    file.writeBytes(whole.copyOf(whole.size - 1))
    // Power went in the second piece: it was never answered, and the next one takes its place.
    Held.same("what was cut off is dropped", 10L, Spool(folder, key).append(token, "last".toByteArray()))
    Held.same("read back", "first last", runBlocking { lent(Spool(folder, key), token) })
    Held.that("used up", !file.exists())
    val other = spool.begin()
    spool.append(other, ByteArray(100))
    val damaged = File(folder, other).readBytes().also { it[it.size - 1] = (it.last() + 1).toByte() }
    File(folder, other).writeBytes(damaged)
    val refused = runCatching { runBlocking { lent(spool, other) } }.exceptionOrNull()
    Held.same("damage is seen", "damaged", (refused as? Refusal)?.code)
    Held.that("and stays for a person to look at", File(folder, other).exists())
    File(folder, "clear-left").writeText("clear")
    Spool(folder, key)
    Held.that("nothing clear after a kill", !File(folder, "clear-left").exists())
}

private suspend fun lent(spool: Spool, token: String) = spool.lend(token) { File(it).readText() }

private fun Held.that(what: String, holds: () -> Boolean) = that(what, holds())
