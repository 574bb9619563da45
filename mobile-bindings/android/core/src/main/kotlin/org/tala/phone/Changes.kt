package org.tala.phone

import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asSharedFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import org.tala.core.Listener

/**
 * How far a phone has come. A later state compares as greater, also where the library says its numbers out of
 * order from several threads.
 *
 * @property life how often the phone became another one (by enrolment); versions count within a life.
 * @property number the library's version, 0 where it has none.
 * @property over whether the phone was closed.
 */
data class Version(val life: Int, val number: ULong, val over: Boolean = false)

/**
 * The ear of the library. It only notes; who shows something asks for its snapshot.
 *
 * [version] is conflated: a reader that is slow misses versions in between, never the last one. [beats] tells
 * also what moves no version, as the progress of a sync does.
 */
internal class Changes : Listener {
    private val seen = MutableStateFlow(Version(life = 0, number = 0u))
    private val told = MutableSharedFlow<Unit>(extraBufferCapacity = 1, onBufferOverflow = BufferOverflow.DROP_OLDEST)

    val version: StateFlow<Version> = seen.asStateFlow()
    val beats: SharedFlow<Unit> = told.asSharedFlow()

    override fun changed(version: ULong) {
        seen.update { if (version > it.number) it.copy(number = version) else it }
        told.tryEmit(Unit)
    }

    /** The phone became another one: whatever is shown is to be asked for anew, whatever its number. */
    fun anew() = seen.update { it.copy(life = it.life + 1) }

    /** There will be no more. */
    fun over() = seen.update { it.copy(over = true) }
}
