package org.tala.android

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.Mac
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec

/**
 * The key of everything that lies on this phone: 32 random bytes, wrapped by an AES-GCM key that never leaves
 * the platform's keystore (StrongBox where there is one).
 *
 * It can be unwrapped while the screen is locked, once the phone was unlocked after its start: recording must go
 * on then. The wrapped bytes lie where no backup takes them. A wrapped key that cannot be unwrapped is never
 * replaced: the store that it opens may still be rescued, and a new key would only hide that it is lost.
 */
class DatabaseKey(context: Context) {
    private val file = File(context.noBackupFilesDir, "rest.key")

    /** The key; made at the first time. The caller overwrites it when done. */
    @Synchronized
    @Throws(GeneralSecurityException::class, IOException::class)
    fun read(): ByteArray = if (file.exists()) unwrap(file.readBytes()) else make()

    /** A key for files on their way into the store; from it nobody gets back to the other. */
    fun spool(): ByteArray {
        val whole = read()
        try {
            return Mac.getInstance("HmacSHA256").run {
                init(SecretKeySpec(whole, "HmacSHA256"))
                doFinal("tala/1 spool".toByteArray())
            }
        } finally {
            whole.fill(0)
        }
    }

    /** Destroys it: what it encrypted is noise from then on. */
    @Synchronized
    fun forget() {
        keystore().deleteEntry(ALIAS)
        file.delete()
    }

    private fun make(): ByteArray {
        val key = ByteArray(KEY_LEN).also(SecureRandom()::nextBytes)
        val cipher = Cipher.getInstance(AES_GCM).apply { init(Cipher.ENCRYPT_MODE, wrapping()) }
        val wrapped = byteArrayOf(FORM) + cipher.iv + cipher.doFinal(key)
        val fresh = File(file.path + ".new")
        FileOutputStream(fresh).use { out ->
            out.write(wrapped)
            out.fd.sync()
        }
        // Read back before anything depends on it.
        check(unwrap(fresh.readBytes()).contentEquals(key)) { "the keystore does not give back what it took" }
        if (!fresh.renameTo(file)) throw IOException("keeping the wrapped key")
        return key
    }

    private fun unwrap(wrapped: ByteArray): ByteArray {
        if (wrapped.firstOrNull() != FORM) throw GeneralSecurityException("the wrapped key has another form")
        val key = keystore().getKey(ALIAS, null) as? SecretKey
        key ?: throw GeneralSecurityException("the wrapping key is gone")
        val iv = GCMParameterSpec(TAG_BITS, wrapped, 1, IV_LEN)
        val cipher = Cipher.getInstance(AES_GCM).apply { init(Cipher.DECRYPT_MODE, key, iv) }
        return cipher.doFinal(wrapped, 1 + IV_LEN, wrapped.size - 1 - IV_LEN)
    }

    private fun wrapping(): SecretKey =
        strongestFirst { strong ->
            val spec =
                KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
                    .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                    .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                    .setKeySize(KEY_LEN * 8)
            javax.crypto.KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE).run {
                init(strong(spec).build())
                generateKey()
            }
        }

    private companion object {
        const val ALIAS = "tala.rest"
        const val AES_GCM = "AES/GCM/NoPadding"
        const val FORM: Byte = 1
        const val KEY_LEN = 32
        const val IV_LEN = 12
        const val TAG_BITS = 128
    }
}

/** Where Android keeps keys. */
internal const val KEYSTORE = "AndroidKeyStore"

internal fun keystore(): KeyStore = KeyStore.getInstance(KEYSTORE).apply { load(null) }
