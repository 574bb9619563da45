package org.tala.shell

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.tala.core.SyncAsk
import org.tala.core.SyncProgress
import org.tala.phone.TalaFailure

/** As `SyncState` in `field-core.ts`. */
data class SyncState(
    val running: Boolean = false,
    val progress: SyncProgress = NOTHING,
    val nextTryMs: Long? = null,
    val failed: Failed? = null,
) {
    /** Why the last one failed. */
    data class Failed(val code: String, val message: String, val atMs: Long)

    private companion object {
        val NOTHING = SyncProgress(0u, 0u, 0u, 0u, 0u, 0u, 0u, false, false)
    }
}

/** Syncs one at a time: those that the officer asks for, and those that are due by themselves. */
class SyncDesk(private val home: PhoneHome, private val around: Surroundings, private val scope: CoroutineScope) {
    private val pace = SyncPace()
    private val lock = Mutex()
    private var job: Job? = null
    private val now = MutableStateFlow(SyncState())

    val state: StateFlow<SyncState> = now.asStateFlow()

    /** Begins one, on this desk's own scope: whoever asked may go. Refused with `busy` where one is under way. */
    suspend fun start(ask: SyncAsk): SyncState =
        lock.withLock {
            if (job?.isActive == true) throw Refusal("busy", "a sync is under way")
            val phone = home.phone()
            if (!phone.opened().enrolled) throw TalaFailure.NotEnrolled()
            pace.began(around.elapsedMs())
            now.update { SyncState(running = true, failed = it.failed) }
            job = scope.launch { run(ask) }
            now.value
        }

    /** Stops the one that is under way, if one is, and has stopped it when this returns. */
    suspend fun cancel(): SyncState {
        lock.withLock {
            job?.cancelAndJoin()
            // One that was stopped before it began has told nothing.
            if (now.value.running) over(stopped())
        }
        return now.value
    }

    /** Syncs by itself, as long as it is collected: whenever one is due and there is a network. */
    suspend fun keepGoing() =
        around.online.collectLatest { online ->
            if (!online) return@collectLatest show { it.copy(nextTryMs = null) }
            pace.networkUp(around.elapsedMs())
            while (true) {
                show { it.copy(nextTryMs = nextWallMs()) }
                delay(maxOf((pace.nextMs ?: 0) - around.elapsedMs(), 0))
                now.first { !it.running }
                if ((pace.nextMs ?: 0) > around.elapsedMs()) continue
                try {
                    start(SyncAsk(byOfficer = false, weak = false, originals = false))
                } catch (refused: Refusal) {
                    // The officer was quicker: that one counts.
                    delay(SyncPace.APART_MS)
                } catch (failed: TalaFailure) {
                    pace.failed(around.elapsedMs())
                }
            }
        }

    private suspend fun run(ask: SyncAsk) {
        try {
            home.phone().sync(ask).collect { progress -> show { it.copy(progress = progress) } }
            pace.succeeded(around.elapsedMs(), now.value.progress.later)
            over(null)
        } catch (stopped: CancellationException) {
            pace.succeeded(around.elapsedMs(), later = false)
            over(stopped())
            throw stopped
        } catch (failed: Exception) {
            pace.failed(around.elapsedMs())
            val word = if (failed is TalaFailure) wordOf(failed, around) else "failed"
            over(SyncState.Failed(word, failed.message ?: "$failed", around.wallMs()))
        }
    }

    private fun stopped() = SyncState.Failed("cancelled", "cancelled", around.wallMs())

    private fun over(failed: SyncState.Failed?) = show { it.copy(running = false, failed = failed, nextTryMs = nextWallMs()) }

    private fun show(change: (SyncState) -> SyncState) = now.update(change)

    /** When the next one is due by the wall clock, for a screen. */
    private fun nextWallMs(): Long? = pace.nextMs?.takeIf { around.online.value }?.let { around.wallMs() + it - around.elapsedMs() }
}
