package org.tala.shell

import java.io.File
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.tala.core.Device
import org.tala.core.KeyHolder
import org.tala.core.Keystore
import org.tala.core.OpenOptions
import org.tala.phone.TalaFailure
import org.tala.phone.TalaPhone

/** Where a phone lives on its platform. */
interface PhonePlace {
    val device: Device

    /** The folder that the store alone uses. */
    val folder: File

    /** The folder of files on their way into the store. */
    val spool: File

    /** How it is opened; may ask the keystore. */
    suspend fun options(): OpenOptions

    /** The key that signs; made where there is none yet. */
    suspend fun keystore(): Keystore

    /** 32 bytes that encrypt what is on its way into the store. */
    suspend fun spoolKey(): ByteArray

    /** Destroys every key, now and for good: what they encrypted cannot be read any more. */
    fun forgetKeys()
}

/**
 * The one phone of this process, shared by the recorder, the screens and the sync. Whoever needs it first opens
 * it; it is closed when the process ends, when it broke, and when somebody signs out.
 */
class PhoneHome(private val place: PhonePlace) {
    private val lock = Mutex()
    private val present = MutableStateFlow<TalaPhone?>(null)

    /** The phone that is open, if one is. */
    val current: StateFlow<TalaPhone?> = present.asStateFlow()

    /** The phone, opened if need be. */
    suspend fun phone(): TalaPhone = lock.withLock { present.value ?: open().also { present.value = it } }

    /** Closes [broken], so that the next [phone] is a new one. Does nothing where that happened already. */
    suspend fun discard(broken: TalaPhone) =
        lock.withLock {
            if (present.value === broken) {
                present.value = null
                broken.shut()
            }
        }

    /** Closes the phone, if it is open. */
    suspend fun close() {
        present.value?.let { discard(it) }
    }

    /** Wipes key and store, if the centre has everything; otherwise refused with `unproved`, and nothing happened. */
    suspend fun signOut() =
        lock.withLock {
            val phone = present.value ?: open().also { present.value = it }
            if (phone.opened().enrolled) leave(phone) else place.forgetKeys()
            present.value = null
            phone.shut()
            place.folder.deleteRecursively()
            place.spool.deleteRecursively()
        }

    /** The library wants to be alone; a screen that just asks for a snapshot is soon done. */
    private suspend fun leave(phone: TalaPhone) {
        val keys =
            object : KeyHolder {
                override fun forget() = place.forgetKeys()
            }
        repeat(ALONE_TRIES) {
            try {
                return phone.signOut(keys)
            } catch (failed: TalaFailure.Refused) {
                if (failed.code != "busy") throw failed
            }
            delay(ALONE_MS)
        }
        throw Refusal("busy", "another call is under way")
    }

    private suspend fun open(): TalaPhone {
        val (options, keystore) =
            try {
                place.options() to place.keystore()
            } catch (stopped: CancellationException) {
                throw stopped
            } catch (failed: Exception) {
                // Whatever a keystore throws: without its keys there is no phone, and that is one kind of failure.
                throw failed as? TalaFailure ?: TalaFailure.Key("$failed", failed)
            }
        return TalaPhone.open(options, keystore, place.device)
    }

    private companion object {
        const val ALONE_TRIES = 50
        const val ALONE_MS = 100L
    }
}
