package org.tala.android

import android.content.Context
import android.os.BatteryManager
import android.os.SystemClock
import android.provider.Settings
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.tala.core.Device
import org.tala.core.Keystore
import org.tala.core.OpenOptions
import org.tala.shell.PhonePlace

/** Where the phone lives on Android: in the app's private storage that no backup takes. */
class AndroidPlace(private val context: Context, private val rootsPem: ByteArray?) : PhonePlace {
    private val signer = KeystoreSigner()
    private val rest = DatabaseKey(context)

    override val device: Device = AndroidDevice(context)
    override val folder = File(context.noBackupFilesDir, "phone")
    override val spool = File(context.noBackupFilesDir, "spool")

    override suspend fun options(): OpenOptions = withContext(Dispatchers.IO) { openOptions(folder.path, rootsPem, rest) }

    override suspend fun keystore(): Keystore = signer

    override suspend fun spoolKey(): ByteArray = withContext(Dispatchers.IO) { rest.spool() }

    override fun forgetKeys() {
        rest.forget()
        signer.forget()
    }
}

/** Clocks and battery as the core asks for them. */
class AndroidDevice(private val context: Context) : Device {
    override fun elapsedMs(): Long = SystemClock.elapsedRealtime()

    /** Counted by the system since it was set up; another number after each start. */
    override fun boot(): UInt =
        Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, 0).toUInt()

    override fun batteryPct(): UByte? = batteryPct(context)?.toUByte()
}

/** The battery, percent; null where the platform does not say. */
internal fun batteryPct(context: Context): Int? {
    val manager = context.getSystemService(BatteryManager::class.java) ?: return null
    return manager.getIntProperty(BatteryManager.BATTERY_PROPERTY_CAPACITY).takeIf { it in 0..100 }
}
