package org.tala.shell

import java.security.MessageDigest
import java.security.SecureRandom
import java.util.Base64
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.PBEKeySpec
import org.json.JSONObject

/** What the app lock is. */
enum class Lock(val word: String) {
    /** No PIN was set. */
    NONE("none"),
    SHUT("shut"),
    OPEN("open"),
}

/**
 * The app lock: a PIN between whoever holds the phone and what is on it.
 *
 * It guards the screen only. What lies on the disk is encrypted by a key that the platform's keystore wraps, and
 * recording goes on while this is shut: both do not know the PIN. After [FREE_TRIES] wrong ones each further one
 * costs a wait that doubles; the wait survives a restart, and begins anew after a reboot because the clock does.
 */
internal class PinLock(
    private val settings: Settings,
    private val elapsedMs: () -> Long,
    private val iterations: Int = ITERATIONS,
) {
    private val random = SecureRandom()
    private var open = false

    /** How it stands. Shut in the beginning wherever there is a PIN. */
    @get:Synchronized
    val lock: Lock
        get() =
            when {
                kept() == null -> Lock.NONE
                open -> Lock.OPEN
                else -> Lock.SHUT
            }

    /** Sets the first PIN, or another one where [old] is the present one. The lock is open then. */
    @Synchronized
    fun set(pin: String, old: String?) {
        if (!PIN.matches(pin)) throw Refusal("input", "pin is not 6 to 12 digits")
        if (kept() != null) check(old ?: throw Refusal("input", "old is not a text"))
        val salt = ByteArray(SALT_LEN).also(random::nextBytes)
        val hash = hash(pin, salt, iterations)
        keep(Kept(iterations, salt, hash, wrong = 0, since = 0))
        open = true
    }

    @Synchronized
    fun unlock(pin: String) {
        if (kept() != null) check(pin)
        open = true
    }

    @Synchronized
    fun shut() {
        open = false
    }

    private fun check(pin: String) {
        val kept = kept() ?: return
        val wait = waitMs(kept)
        if (wait > 0) throw wrong(wait)
        // Counted before it is looked at: killing the app does not give a try back.
        val tried = kept.copy(wrong = kept.wrong + 1, since = elapsedMs())
        keep(tried)
        if (!MessageDigest.isEqual(hash(pin, kept.salt, kept.iterations), kept.hash)) throw wrong(waitMs(tried))
        keep(kept.copy(wrong = 0, since = 0))
    }

    private fun waitMs(kept: Kept): Long {
        val over = kept.wrong - FREE_TRIES
        if (over < 0) return 0
        val whole = minOf(FIRST_WAIT_MS shl minOf(over, DOUBLINGS_MAX), WAIT_MAX_MS)
        // A clock that is behind what was written began anew: so does the wait.
        val gone = elapsedMs() - kept.since
        if (gone < 0) keep(kept.copy(since = elapsedMs()))
        return (whole - maxOf(gone, 0)).coerceAtLeast(0)
    }

    private fun wrong(waitMs: Long) = Refusal("wrong_pin", waitMs.toString())

    private fun hash(pin: String, salt: ByteArray, iterations: Int): ByteArray {
        val spec = PBEKeySpec(pin.toCharArray(), salt, iterations, HASH_LEN * 8)
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).encoded
        } finally {
            spec.clearPassword()
        }
    }

    private fun kept(): Kept? {
        val json = settings.get(NAME)?.let(::jsonValue) as? JSONObject ?: return null
        return Kept(
            iterations = json.getInt("iterations"),
            salt = Base64.getDecoder().decode(json.getString("salt")),
            hash = Base64.getDecoder().decode(json.getString("hash")),
            wrong = json.getInt("wrong"),
            since = json.getLong("since"),
        )
    }

    private fun keep(kept: Kept) {
        val text = Base64.getEncoder()
        val json =
            jsonOf(
                "iterations" to kept.iterations,
                "salt" to text.encodeToString(kept.salt),
                "hash" to text.encodeToString(kept.hash),
                "wrong" to kept.wrong,
                "since" to kept.since,
            )
        settings.set(NAME, json.toString())
    }

    private data class Kept(val iterations: Int, val salt: ByteArray, val hash: ByteArray, val wrong: Int, val since: Long)

    companion object {
        /** The name of its setting; a page cannot name it. */
        const val NAME = "shell.pin"
        const val FREE_TRIES = 5
        private const val FIRST_WAIT_MS = 30_000L
        private const val WAIT_MAX_MS = 60 * 60 * 1_000L
        private const val DOUBLINGS_MAX = 10
        private const val ITERATIONS = 210_000
        private const val SALT_LEN = 16
        private const val HASH_LEN = 32
        private val PIN = Regex("[0-9]{6,12}")
    }
}
