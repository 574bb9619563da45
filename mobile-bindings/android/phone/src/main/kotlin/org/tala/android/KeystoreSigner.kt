package org.tala.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.math.BigInteger
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.tala.core.KeyKind
import org.tala.core.Keystore
import org.tala.core.KeystoreException

/**
 * The key of this device: ECDSA on P-256, made in the platform's keystore and never outside of it. It signs while
 * the screen is locked, once the phone was unlocked after its start; before that it says `Locked`, and what is
 * recorded waits.
 */
class KeystoreSigner : Keystore {
    /** Chips sign one after the other anyway; some fail when they are asked twice at once. */
    private val one = Mutex()

    override fun kind(): KeyKind = KeyKind.ECDSA_P256

    override fun publicKey(): ByteArray =
        failing {
            val known = keystore().getCertificate(ALIAS)?.publicKey ?: make()
            val point = (known as ECPublicKey).w
            byteArrayOf(UNCOMPRESSED) + fixed(point.affineX) + fixed(point.affineY)
        }

    override suspend fun sign(message: ByteArray): ByteArray =
        withContext(Dispatchers.IO) { one.withLock { failing { signed(message) } } }

    /** Destroys the key: this device is nobody's from then on. */
    fun forget() = failing { keystore().deleteEntry(ALIAS) }

    private fun signed(message: ByteArray): ByteArray {
        val key = keystore().getKey(ALIAS, null) as? PrivateKey ?: throw GeneralSecurityException("the key is gone")
        return Signature.getInstance("SHA256withECDSA").run {
            initSign(key)
            update(message)
            sign()
        }
    }

    private fun make() =
        strongestFirst { strong ->
            val spec =
                KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_SIGN)
                    .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
                    .setDigests(KeyProperties.DIGEST_SHA256)
            KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, KEYSTORE).run {
                initialize(strong(spec).build())
                generateKeyPair().public
            }
        }

    /** The only two things that the core wants to know: not now, or not at all. */
    private inline fun <R> failing(work: () -> R): R =
        try {
            work()
        } catch (locked: UserNotAuthenticatedException) {
            throw KeystoreException.Locked().apply { initCause(locked) }
        } catch (gone: KeyPermanentlyInvalidatedException) {
            throw KeystoreException.Failed("the key was invalidated: $gone").apply { initCause(gone) }
        } catch (failed: GeneralSecurityException) {
            throw KeystoreException.Failed("$failed").apply { initCause(failed) }
        } catch (failed: ProviderException) {
            throw KeystoreException.Failed("$failed").apply { initCause(failed) }
        }

    private companion object {
        const val ALIAS = "tala.device"
        const val UNCOMPRESSED: Byte = 4
        const val PART_LEN = 32

        /** 32 bytes, without the sign byte of a [BigInteger] and with the zeros that it leaves off. */
        fun fixed(number: BigInteger): ByteArray {
            val bytes = number.toByteArray()
            val part = bytes.copyOfRange(maxOf(bytes.size - PART_LEN, 0), bytes.size)
            return ByteArray(PART_LEN - part.size) + part
        }
    }
}
