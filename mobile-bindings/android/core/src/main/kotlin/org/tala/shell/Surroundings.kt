package org.tala.shell

import java.io.File
import kotlinx.coroutines.flow.StateFlow

/**
 * What a platform has to give so that the bridge can answer the verbs of the shell. Android's side stands in
 * `mobile-bindings/android/app`; tests have one of their own.
 */
interface Surroundings {
    /** `android` or `ios`. */
    val platform: String

    /** Whether recording goes on while the screen is locked. */
    val recordsLocked: Boolean

    val recorder: Recorder
    val settings: Settings
    val outlet: Outlet

    /** Whether there is a network; a sync by itself waits for one. */
    val online: StateFlow<Boolean>

    /** Milliseconds since boot, sleep included. */
    fun elapsedMs(): Long

    /** Milliseconds since 1970 by the device's clock; only for showing. */
    fun wallMs(): Long

    /** Battery, space and network as they are now. */
    fun device(): DeviceState

    /** Opens the camera or the voice recorder; null where the officer went back. May be refused. */
    suspend fun capture(what: Capture): Captured?
}

/** The location source of the platform. While it is on, every fix goes into the core by itself. */
interface Recorder {
    val state: StateFlow<RecorderState>

    /** Turns it on or off. Refused with `no_permission` where the officer did not allow it. */
    suspend fun set(on: Boolean): RecorderState
}

/** Settings of the app: JSON text under a name. Durable when [set] returns. */
interface Settings {
    fun get(name: String): String?

    /** Null removes it. */
    fun set(name: String, json: String?)

    /** Forgets all of them: when somebody signs out. */
    fun clear()
}

/** Where files lie that a page shows, and that leave the phone. */
interface Outlet {
    /** The address from which a page may show a file that this phone holds. */
    fun mediaUrl(hash: String, thumb: Boolean): String

    /** A place for a file that leaves the phone. Older ones may go. */
    fun exported(name: String): File

    /** The address from which a page may save such a file. */
    fun exportUrl(file: File): String
}

/** What can be captured. */
enum class Capture(val word: String) {
    PHOTO("photo"),
    VOICE("voice"),
}

/** What was captured, in a file that is the bridge's from now on. */
data class Captured(val file: File, val mediaType: String)

/** As `RecorderState` in `field-core.ts`. */
data class RecorderState(
    val on: Boolean,
    val permission: Permission,
    val service: Boolean,
    val lastFixMs: Long?,
    val intervalMs: Long?,
    val powerSaving: Boolean,
)

/** Whether the officer allows the platform to give places. */
enum class Permission(val word: String) {
    GRANTED("granted"),
    DENIED("denied"),
    PROMPT("prompt"),
    UNKNOWN("unknown"),
}

/** As `DeviceState` in `field-core.ts`. */
data class DeviceState(val batteryPct: Int?, val charging: Boolean?, val freeBytes: Long?, val online: Boolean)
