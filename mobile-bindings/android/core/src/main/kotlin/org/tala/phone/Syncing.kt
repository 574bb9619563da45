package org.tala.phone

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.ProducerScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.onStart
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import org.tala.core.SyncProgress
import org.tala.core.SyncRun

/** Longest wait for a sync that was cancelled; it stops at its next wait, which is soon. */
private const val END_MAX_MS = 5_000L

/**
 * A sync as a flow. The run lives on a thread of the library and would outlive a coroutine: so whatever ends the
 * collecting ends the run, by its own cancel, and waits until it has ended.
 */
internal fun syncing(changes: Changes, start: suspend () -> SyncRun): Flow<SyncProgress> =
    channelFlow {
        // A run that nobody holds could not be cancelled: this is not left between its start and the try.
        val run = withContext(NonCancellable) { start() }
        try {
            currentCoroutineContext().ensureActive()
            follow(run, changes)
        } finally {
            withContext(NonCancellable) { end(run) }
        }
    }
        .conflate()

private suspend fun ProducerScope<SyncProgress>.follow(run: SyncRun, changes: Changes) {
    val teller = launch {
        var last: SyncProgress? = null
        changes.beats
            .onStart { emit(Unit) }
            .collect {
                val now = run.progress()
                if (now != last && !now.done) send(now)
                last = now
            }
    }
    val done =
        try {
            run.finished()
        } catch (thrown: CancellationException) {
            throw thrown
        } catch (thrown: Exception) {
            throw failure(thrown) ?: thrown
        } finally {
            withContext(NonCancellable) { teller.cancelAndJoin() }
        }
    send(done)
}

private suspend fun end(run: SyncRun) {
    try {
        run.cancel()
        // Its end was told already, or is of no interest any more: only that it has ended counts.
        withTimeoutOrNull(END_MAX_MS) { runCatching { run.finished() } }
    } finally {
        run.destroy()
    }
}
