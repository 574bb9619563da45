package org.tala.shell

import java.io.File
import java.io.FileOutputStream
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.security.GeneralSecurityException
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec

/**
 * Files on their way from a page into the store: begun, filled piece by piece, then used once.
 *
 * A piece is durable and encrypted when [append] returns: a photo that was taken outlives the page and the
 * process, and its token still names it. A file is a row of pieces `length (4) | nonce (12) | AES-256-GCM`, each
 * bound to its token and its place; a last piece that a kill cut off is dropped. Clear bytes lie on the disk only
 * while [lend] runs, because the library takes files by their path.
 */
internal class Spool(private val folder: File, key: ByteArray) {
    private val key = SecretKeySpec(key.copyOf(), "AES")
    private val random = SecureRandom()

    init {
        check(folder.isDirectory || folder.mkdirs()) { "making $folder" }
        // What a kill left in the clear.
        folder.listFiles { file -> file.name.startsWith(CLEAR) }?.forEach { it.delete() }
    }

    /** Begins a file and returns its token. */
    @Synchronized
    fun begin(): String {
        val token = ByteArray(TOKEN_LEN).also(random::nextBytes).joinToString("") { "%02x".format(it) }
        FileOutputStream(file(token)).use { it.fd.sync() }
        return token
    }

    /** Adds a piece and returns the length of all of them. */
    @Synchronized
    fun append(token: String, piece: ByteArray): Long {
        val pieces = measure(token)
        if (pieces.clear + piece.size > FILE_MAX) throw Refusal("too_long", "the file is too long")
        if (piece.size > PIECE_MAX) throw Refusal("too_long", "a piece has at most $PIECE_MAX bytes")
        if (piece.isEmpty()) return pieces.clear
        val sealed = seal(token, pieces.count, piece)
        RandomAccessFile(file(token), "rw").use { out ->
            out.setLength(pieces.sealed)
            out.seek(pieces.sealed)
            out.write(ByteBuffer.allocate(HEAD_LEN + sealed.size).putInt(sealed.size).put(sealed).array())
            out.fd.sync()
        }
        return pieces.clear + piece.size
    }

    /** Takes a file that the platform made; that one is gone afterwards. */
    fun adopt(made: File): String {
        try {
            val token = begin()
            made.inputStream().use { read ->
                val piece = ByteArray(PIECE_MAX)
                while (true) {
                    val length = read.read(piece)
                    if (length < 0) break
                    append(token, piece.copyOf(length))
                }
            }
            return token
        } finally {
            made.delete()
        }
    }

    /** Lends the clear file to [use]. The file is dropped when that succeeded. */
    suspend fun <R> lend(token: String, use: suspend (path: String) -> R): R {
        val clear = File.createTempFile(CLEAR, null, folder)
        try {
            open(token, clear)
            return use(clear.path).also { drop(token) }
        } finally {
            clear.delete()
        }
    }

    /** Drops what was never used, where it is older than [beforeMs] of the wall clock. */
    @Synchronized
    fun sweep(beforeMs: Long) {
        folder.listFiles { file -> file.lastModified() < beforeMs }?.forEach { it.delete() }
    }

    @Synchronized
    fun clear() {
        folder.listFiles()?.forEach { it.delete() }
    }

    @Synchronized
    private fun drop(token: String) {
        file(token).delete()
    }

    @Synchronized
    private fun open(token: String, into: File) {
        val whole = measure(token)
        RandomAccessFile(file(token), "r").use { read ->
            FileOutputStream(into).use { out ->
                repeat(whole.count) { index ->
                    val sealed = ByteArray(read.readInt())
                    read.readFully(sealed)
                    out.write(unseal(token, index, sealed))
                }
            }
        }
    }

    /** Whole pieces, and how long they are. */
    private fun measure(token: String): Pieces {
        val found = file(token)
        if (!found.isFile) throw Refusal("unknown", "no such file: $token")
        RandomAccessFile(found, "r").use { read ->
            var pieces = Pieces(0, 0, 0)
            while (pieces.sealed + HEAD_LEN <= read.length()) {
                read.seek(pieces.sealed)
                val length = read.readInt()
                val end = pieces.sealed + HEAD_LEN + length
                if (length !in EXTRA_LEN..PIECE_MAX + EXTRA_LEN || end > read.length()) break
                pieces = Pieces(pieces.count + 1, end, pieces.clear + length - EXTRA_LEN)
            }
            return pieces
        }
    }

    private fun seal(token: String, index: Int, piece: ByteArray): ByteArray {
        val nonce = ByteArray(NONCE_LEN).also(random::nextBytes)
        val cipher = cipher(Cipher.ENCRYPT_MODE, nonce, token, index)
        return nonce + cipher.doFinal(piece)
    }

    private fun unseal(token: String, index: Int, sealed: ByteArray): ByteArray {
        val cipher = cipher(Cipher.DECRYPT_MODE, sealed.copyOf(NONCE_LEN), token, index)
        try {
            return cipher.doFinal(sealed, NONCE_LEN, sealed.size - NONCE_LEN)
        } catch (damaged: GeneralSecurityException) {
            throw Refusal("damaged", "piece $index of the file is damaged", damaged)
        }
    }

    private fun cipher(mode: Int, nonce: ByteArray, token: String, index: Int): Cipher =
        Cipher.getInstance("AES/GCM/NoPadding").apply {
            init(mode, key, GCMParameterSpec(TAG_LEN * 8, nonce))
            updateAAD("tala/1 spool $token $index".toByteArray())
        }

    /** Where a token's file is. A token comes from a page: it names nothing but what [begin] could have made. */
    private fun file(token: String): File {
        if (!TOKEN.matches(token)) throw Refusal("unknown", "no such file")
        return File(folder, token)
    }

    private data class Pieces(val count: Int, val sealed: Long, val clear: Long)

    companion object {
        /** Longest piece that a page may send, bytes. */
        const val PIECE_MAX = 512 * 1024
        /** Longest file, bytes. */
        const val FILE_MAX = 64L * 1024 * 1024
        private const val CLEAR = "clear-"
        private const val TOKEN_LEN = 16
        private const val HEAD_LEN = 4
        private const val NONCE_LEN = 12
        private const val TAG_LEN = 16
        private const val EXTRA_LEN = NONCE_LEN + TAG_LEN
        private val TOKEN = Regex("[0-9a-f]{32}")
    }
}
