package org.tala.android

import android.content.Context
import android.os.BatteryManager
import android.os.StatFs
import android.os.SystemClock
import java.io.File
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import org.tala.shell.Bridge
import org.tala.shell.Capture
import org.tala.shell.Captured
import org.tala.shell.DeviceState
import org.tala.shell.Outlet
import org.tala.shell.PhoneHome
import org.tala.shell.Refusal
import org.tala.shell.Surroundings
import org.tala.shell.Wire

/**
 * Everything that lives as long as the process: the phone, the bridge, the recorder's state and the syncs by
 * themselves. The service, the screens and the receivers share the one of [of].
 */
class TalaShell private constructor(context: Context) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val place = AndroidPlace(context, roots(context))

    val permissions = Permissions(context)
    val home = PhoneHome(place)
    val surroundings = AndroidSurroundings(context, permissions)
    val bridge = Bridge(home, place, surroundings, scope)
    val wire = Wire(bridge)

    init {
        // Needs no scheduler of the system: while a patrol goes on the service keeps the process, and otherwise
        // there is nothing to hand over before the officer opens the app.
        scope.launch { bridge.syncs.keepGoing() }
    }

    companion object {
        private var one: TalaShell? = null

        @Synchronized
        fun of(context: Context): TalaShell = one ?: TalaShell(context.applicationContext).also { one = it }

        /** The bureau's own root certificates, where an installation brings them. */
        private fun roots(context: Context): ByteArray? =
            if ("roots.pem" in context.assets.list("").orEmpty()) context.assets.open("roots.pem").use { it.readBytes() } else null
    }
}

/** Who opens the camera; only a screen can. */
interface Capturer {
    suspend fun capture(what: Capture): Captured?
}

/** Android as the bridge sees it. */
class AndroidSurroundings(private val context: Context, permissions: Permissions) : Surroundings {
    private val network = NetworkWatch(context)

    /** The screen that is seen now, if one is. */
    @Volatile var capturer: Capturer? = null

    override val platform = "android"
    override val recordsLocked = true
    override val recorder = AndroidRecorder(context, permissions)
    override val settings = AndroidSettings(context)
    override val outlet = FieldFiles(context)
    override val online: StateFlow<Boolean> = network.online

    override fun elapsedMs(): Long = SystemClock.elapsedRealtime()

    override fun wallMs(): Long = System.currentTimeMillis()

    override fun device(): DeviceState {
        val battery = context.getSystemService(BatteryManager::class.java)
        val free = StatFs(context.noBackupFilesDir.path).availableBytes
        return DeviceState(batteryPct(context), battery?.isCharging, free, online.value)
    }

    override suspend fun capture(what: Capture): Captured? {
        val capturer = capturer ?: throw Refusal("unsupported", "no screen is open")
        return capturer.capture(what)
    }
}

/** Where files of the page lie, and by which addresses it reads them. All are of the page's own origin. */
class FieldFiles(context: Context) : Outlet {
    private val folder = File(context.cacheDir, "export")

    override fun mediaUrl(hash: String, thumb: Boolean) = "$FIELD_ORIGIN$MEDIA_PATH$hash" + if (thumb) "?thumb" else ""

    override fun exported(name: String): File {
        folder.mkdirs()
        // What was exported before has been saved elsewhere, or is made again.
        folder.listFiles()?.forEach { it.delete() }
        return File(folder, name)
    }

    override fun exportUrl(file: File) = "$FIELD_ORIGIN$EXPORT_PATH${file.name}"

    /** The file of such an address; null where there is none. */
    fun exportOf(name: String): File? = File(folder, name).takeIf { it.parentFile == folder && it.isFile }
}
