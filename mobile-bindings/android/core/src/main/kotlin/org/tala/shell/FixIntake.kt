package org.tala.shell

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import org.tala.core.FixIn
import org.tala.phone.TalaFailure
import org.tala.phone.TalaPhone

/**
 * The way of fixes from the platform into the core: in order, one at a time, none thrown away because the disk was
 * slow. What waited meanwhile goes in as one batch.
 *
 * [take] is for the platform's thread and never waits. [run] is one coroutine for as long as the recorder lives.
 */
class FixIntake(private val home: PhoneHome, private val onStored: (FixIn) -> Unit, private val onFailure: (TalaFailure) -> Unit) {
    private val waiting = Channel<FixIn>(Channel.UNLIMITED)

    fun take(fix: FixIn) {
        waiting.trySend(fix)
    }

    suspend fun run() {
        for (first in waiting) {
            val fixes = mutableListOf(first)
            while (fixes.size < BATCH_MAX) fixes += waiting.tryReceive().getOrNull() ?: break
            store(fixes)
        }
    }

    /** Until they are durable, or the core says that it will never take them. */
    private suspend fun store(fixes: List<FixIn>) {
        var waitMs = RETRY_MS
        while (true) {
            var phone: TalaPhone? = null
            try {
                phone = home.phone()
                if (fixes.size == 1) phone.deliver(fixes.single()) else phone.deliverBatch(fixes)
                return onStored(fixes.last())
            } catch (failed: TalaFailure) {
                onFailure(failed)
                when (failed) {
                    is TalaFailure.Broken, is TalaFailure.Closed, is TalaFailure.Crashed -> phone?.let { home.discard(it) }
                    // A full disk may get room, a keystore may be at hand later: the officer was told.
                    is TalaFailure.Storage, is TalaFailure.Key -> Unit
                    // One that cannot be taken must not keep the others out.
                    else -> return if (fixes.size > 1) fixes.forEach { store(listOf(it)) } else Unit
                }
            }
            delay(waitMs)
            waitMs = minOf(waitMs * 2, RETRY_MAX_MS)
        }
    }

    private companion object {
        const val BATCH_MAX = 500
        const val RETRY_MS = 500L
        const val RETRY_MAX_MS = 30_000L
    }
}
