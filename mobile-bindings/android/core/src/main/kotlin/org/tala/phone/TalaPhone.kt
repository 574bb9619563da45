package org.tala.phone

import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.withContext
import org.tala.core.Delivered
import org.tala.core.Device
import org.tala.core.Enrolled
import org.tala.core.FileIn
import org.tala.core.FixIn
import org.tala.core.HandOver
import org.tala.core.IncidentIn
import org.tala.core.IncidentLine
import org.tala.core.IncidentPage
import org.tala.core.KeyHolder
import org.tala.core.Keystore
import org.tala.core.OpenOptions
import org.tala.core.Opened
import org.tala.core.PatrolIn
import org.tala.core.Phone
import org.tala.core.Recording
import org.tala.core.Screen
import org.tala.core.Snapshot
import org.tala.core.SosLine
import org.tala.core.SyncAsk
import org.tala.core.SyncProgress
import org.tala.core.TakenIn
import org.tala.core.TrackPart

/**
 * A phone for a Kotlin screen: the generated [Phone] with coroutines, flows and one family of errors.
 *
 * You are in the right place if you write a native screen, or the shell around a web view ([org.tala.shell]).
 * Nothing is decided here; what a verb means stands in the Rust crate `tala-client`.
 *
 * Every verb suspends on [Dispatchers.IO], throws [TalaFailure] and is safe to call from any thread. What a verb
 * that writes has answered is durable. A caller who is cancelled meanwhile does not stop a write: it is done or
 * not, and the next snapshot tells which. Only [sync] is stopped by cancelling.
 */
class TalaPhone
private constructor(private val core: Phone, private val changes: Changes, private val io: CoroutineDispatcher) :
    AutoCloseable {
    private val shut = AtomicBoolean(false)

    /** Moves whenever anything that a screen shows may have changed. */
    val version: StateFlow<Version> = changes.version

    // ------------------------------------------------------------------------------- opening and ending

    /** How it came up. */
    suspend fun opened(): Opened = on { it.opened() }

    /** Makes this phone known to the centre of an enrolment code. A code is good once, so this is not stopped. */
    suspend fun enrol(code: String, name: String): Enrolled =
        withContext(NonCancellable) { on { it.enrol(code, name) }.also { changes.anew() } }

    /**
     * Signs out: only with everything at the centre; then [keys] forgets the key, and the folder is gone. Where
     * anything has no receipt, or another call is under way, it is refused and nothing happened. The phone is over
     * afterwards: close it.
     */
    suspend fun signOut(keys: KeyHolder) = withContext(NonCancellable) { on { it.signOut(keys) } }

    /** As [close], from a coroutine. */
    suspend fun shut() = withContext(NonCancellable + io) { close() }

    /**
     * An orderly end: what is under way is cancelled, flows complete, and the folder is free afterwards. Blocks
     * for as long as that takes; from a coroutine call [shut]. Again is nothing.
     */
    override fun close() {
        if (!shut.compareAndSet(false, true)) return
        try {
            core.turnOff()
        } catch (thrown: Exception) {
            // What is stored is sound whatever the end was like; it is told only to whoever opens it again.
            if (failure(thrown) == null) throw thrown
        } finally {
            changes.over()
            core.destroy()
        }
    }

    /** What a screen shows in one call, with the version at which it was so. */
    suspend fun snapshot(screen: Screen): Snapshot = on { it.snapshot(screen) }

    // ------------------------------------------------------------------------------- snapshots as flows

    /** What the recording screen shows; null where no patrol is going on. */
    fun recordings(): Flow<Recording?> = snapshots { if (enrolled(it)) it.recording() else null }

    /** Every incident on this phone, oldest first. */
    fun incidents(): Flow<List<IncidentLine>> = snapshots { if (enrolled(it)) it.incidents() else emptyList() }

    /** What is safe, what waits and what blocks; null while the phone is not enrolled. */
    fun handOvers(): Flow<HandOver?> = snapshots { if (enrolled(it)) it.handOver() else null }

    /**
     * A snapshot now and after every change; equal ones are left out. A slow reader skips what lies between, and
     * always gets the last. Completes when the phone is closed; fails with [TalaFailure].
     */
    fun <S> snapshots(read: (Phone) -> S): Flow<S> =
        changes.version
            .takeWhile { !it.over }
            .map { on(read) }
            .distinctUntilChanged()
            .catch { thrown -> if (thrown !is TalaFailure.Closed) throw thrown }

    // ------------------------------------------------------------------------------- verbs

    suspend fun recording(): Recording? = on { it.recording() }

    suspend fun startPatrol(patrol: PatrolIn): Recording = on { it.startPatrol(patrol) }

    /** Takes a fix. It is durable when this returns. */
    suspend fun deliver(fix: FixIn): Delivered = on { it.deliver(fix) }

    /** Takes what the platform itself delivered in a batch: all of it or nothing. */
    suspend fun deliverBatch(fixes: List<FixIn>): Delivered = on { it.deliverBatch(fixes) }

    /** Says that there are no fixes since the last one: `no_fix`, `low_battery`, `killed`, `off`. */
    suspend fun noteGap(cause: String) = on { it.noteGap(cause) }

    suspend fun pause(): Recording = on { it.pause() }

    suspend fun resume(): Recording = on { it.resume() }

    suspend fun changeLeg(transport: String): Recording = on { it.changeLeg(transport) }

    suspend fun stopPatrol(): Recording = on { it.stopPatrol() }

    suspend fun track(patrol: String): List<TrackPart> = on { it.track(patrol) }

    /** Makes an incident and returns the id of its record. */
    suspend fun report(incident: IncidentIn): String = on { it.report(incident) }

    suspend fun editIncident(id: String, incident: IncidentIn) = on { it.editIncident(id, incident) }

    /** Attaches a file by its path; the file itself is not needed afterwards. Returns its SHA-256. */
    suspend fun attach(incident: String, path: String, file: FileIn): String = on { it.attach(incident, path, file) }

    suspend fun incident(id: String): IncidentPage = on { it.incident(id) }

    suspend fun choose(id: String, field: String, choice: UInt) = on { it.choose(id, field, choice) }

    suspend fun handOver(): HandOver = on { it.handOver() }

    /** Calls for help and returns the id of the call. */
    suspend fun sos(note: String? = null, repeat: UInt = 0u): String = on { it.sos(note, repeat) }

    suspend fun sosState(id: String): SosLine = on { it.sosState(id) }

    /** Writes what this phone holds to a file that another phone or the centre takes in; returns its length. */
    suspend fun exportBundle(path: String, records: List<String>? = null): ULong =
        on { it.exportBundle(path, records) }

    /** Takes in a file that another phone wrote. */
    suspend fun importBundle(path: String): TakenIn = on { it.importBundle(path) }

    /** The bytes of a file or of its thumbnail, for a screen; null where they are not on this phone. */
    suspend fun picture(hash: String, thumb: Boolean): ByteArray? = on { it.picture(hash, thumb) }

    /** A verb as a JSON message, for a web view; the answer is JSON too, also where the verb was refused. */
    suspend fun call(message: String): String = on { it.call(message) }

    /**
     * Hands over and fetches. Begins when it is collected; gives its progress, at last the one that is done, and
     * completes, or fails with [TalaFailure]. Whoever stops collecting stops the sync, and has stopped it when
     * the collecting coroutine is over: what was taken in before stays.
     */
    fun sync(ask: SyncAsk): Flow<SyncProgress> = syncing(changes) { withContext(io) { core.known { it.startSync(ask) } } }

    /** Does [work] with the generated phone, away from the caller's thread. */
    suspend fun <R> on(work: suspend (Phone) -> R): R = withContext(io) { core.known(work) }

    private suspend fun <R> Phone.known(work: suspend (Phone) -> R): R {
        if (shut.get()) throw TalaFailure.Closed()
        try {
            return work(this)
        } catch (thrown: CancellationException) {
            throw thrown
        } catch (thrown: Exception) {
            // A phone that was closed meanwhile says so by an exception of the generated side's own.
            throw failure(thrown) ?: if (shut.get()) TalaFailure.Closed(thrown) else thrown
        }
    }

    companion object {
        /** Opens a folder, enrolled or not. One program at a time may have it. */
        suspend fun open(
            options: OpenOptions,
            keystore: Keystore,
            device: Device,
            io: CoroutineDispatcher = Dispatchers.IO,
        ): TalaPhone {
            val changes = Changes()
            // Not stopped half way: nobody would close what came up.
            return withContext(NonCancellable + io) {
                try {
                    TalaPhone(Phone.open(options, keystore, device, changes), changes, io)
                } catch (thrown: Exception) {
                    throw failure(thrown) ?: thrown
                }
            }
        }

        private fun enrolled(phone: Phone) = phone.opened().enrolled
    }
}
