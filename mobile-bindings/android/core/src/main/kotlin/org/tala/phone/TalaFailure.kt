package org.tala.phone

import org.tala.core.InternalException
import org.tala.core.TalaException

/**
 * Why a call did nothing. Nothing of it happened, and nothing may be shown as saved.
 *
 * [code] is the word by which a screen chooses what to say (`ErrorCode` in `field-core.ts`); the message is for
 * a log and is never shown alone.
 */
sealed class TalaFailure(val code: String, message: String, cause: Throwable?) : Exception(message, cause) {
    /** A value is not what it should be. */
    class Input(val field: String, val wanted: String, cause: Throwable? = null) :
        TalaFailure("input", "$field is not $wanted", cause)

    /** This phone is not enrolled. */
    class NotEnrolled(cause: Throwable? = null) :
        TalaFailure("not_enrolled", "this phone is not enrolled", cause)

    /** This phone is enrolled already. */
    class AlreadyEnrolled(cause: Throwable? = null) :
        TalaFailure("already_enrolled", "this phone is enrolled already", cause)

    /** No patrol is going on. */
    class NoPatrol(cause: Throwable? = null) : TalaFailure("no_patrol", "no patrol is going on", cause)

    /** A patrol is going on already. */
    class PatrolOpen(cause: Throwable? = null) :
        TalaFailure("patrol_open", "a patrol is going on already", cause)

    /** The patrol is paused. */
    class Paused(cause: Throwable? = null) : TalaFailure("paused", "the patrol is paused", cause)

    /** There is no such record. */
    class Unknown(val id: String, cause: Throwable? = null) :
        TalaFailure("unknown", "no such record: $id", cause)

    /** There is nothing to choose between. */
    class NoConflict(val field: String, cause: Throwable? = null) :
        TalaFailure("no_conflict", "there is nothing to choose in $field", cause)

    /** The keystore cannot be used just now: what is recorded waits for it, and is signed later. */
    class Key(reason: String, cause: Throwable? = null) :
        TalaFailure("failed", "the key cannot be used: $reason", cause)

    /** The centre could not be reached, or refused. */
    class Centre(reason: String, cause: Throwable? = null) : TalaFailure("centre", reason, cause)

    /** Something on this phone has no receipt, so it is not deleted. */
    class Unproved(reason: String, cause: Throwable? = null) : TalaFailure("unproved", reason, cause)

    /** Somebody cancelled it. */
    class Cancelled(cause: Throwable? = null) : TalaFailure("cancelled", "cancelled", cause)

    /** The disk is full, or the store or a file is damaged, or in use by another program. */
    class Storage(reason: String, cause: Throwable? = null) : TalaFailure("store", reason, cause)

    /** An earlier call failed inside: close the phone and open it again. What is stored is sound. */
    class Broken(cause: Throwable? = null) :
        TalaFailure("broken", "an earlier call failed; open the phone again", cause)

    /** The phone was closed. */
    class Closed(cause: Throwable? = null) : TalaFailure("failed", "the phone is closed", cause)

    /** A fault of the library. Nothing of the call is known; what was durable before it still is. */
    class Crashed(cause: Throwable) : TalaFailure("failed", "the library failed", cause)

    /** Anything else, by its word. */
    class Refused(code: String, reason: String, cause: Throwable? = null) : TalaFailure(code, reason, cause)
}

/** The one table from what the generated side throws to what this layer throws; null: none of its affair. */
internal fun failure(thrown: Throwable): TalaFailure? =
    when (thrown) {
        is TalaFailure -> thrown
        is TalaException -> failure(thrown)
        is InternalException -> TalaFailure.Crashed(thrown)
        else -> null
    }

private fun failure(thrown: TalaException): TalaFailure =
    when (thrown) {
        is TalaException.Input -> TalaFailure.Input(thrown.field, thrown.wanted, thrown)
        is TalaException.NotEnrolled -> TalaFailure.NotEnrolled(thrown)
        is TalaException.AlreadyEnrolled -> TalaFailure.AlreadyEnrolled(thrown)
        is TalaException.NoPatrol -> TalaFailure.NoPatrol(thrown)
        is TalaException.PatrolOpen -> TalaFailure.PatrolOpen(thrown)
        is TalaException.Paused -> TalaFailure.Paused(thrown)
        is TalaException.Unknown -> TalaFailure.Unknown(thrown.id, thrown)
        is TalaException.NoConflict -> TalaFailure.NoConflict(thrown.field, thrown)
        is TalaException.Key -> TalaFailure.Key(thrown.reason, thrown)
        is TalaException.Centre -> TalaFailure.Centre(thrown.reason, thrown)
        is TalaException.Unproved -> TalaFailure.Unproved(thrown.reason, thrown)
        is TalaException.Cancelled -> TalaFailure.Cancelled(thrown)
        is TalaException.Storage -> TalaFailure.Storage(thrown.reason, thrown)
        is TalaException.Broken -> TalaFailure.Broken(thrown)
        is TalaException.Closed -> TalaFailure.Closed(thrown)
        is TalaException.Refused -> TalaFailure.Refused(thrown.code, thrown.reason, thrown)
    }
