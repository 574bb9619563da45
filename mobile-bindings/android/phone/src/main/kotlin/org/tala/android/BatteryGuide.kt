package org.tala.android

import android.annotation.SuppressLint
import android.content.ActivityNotFoundException
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.os.PowerManager
import android.provider.Settings

/**
 * What an officer must do so that the vendor of the phone does not put the recorder to sleep. The system's own
 * exemption is asked for first; what the vendors added to it can only be shown: [text] says it in words, and
 * [open] leads as near to the place as this phone allows.
 *
 * Component names of vendors are not an interface: they change between versions. Each vendor has several, and the
 * last resort is the page of the app in the system's settings, which is always there.
 */
enum class BatteryGuide(val text: Int, private val makers: Set<String>, private val pages: List<String>) {
    HUAWEI(
        R.string.tala_battery_huawei,
        setOf("huawei"),
        listOf(
            "com.huawei.systemmanager/com.huawei.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
            "com.huawei.systemmanager/com.huawei.systemmanager.appcontrol.activity.StartupAppControlActivity",
            "com.huawei.systemmanager/com.huawei.systemmanager.optimize.process.ProtectActivity",
        ),
    ),
    HONOR(
        R.string.tala_battery_honor,
        setOf("honor"),
        listOf(
            "com.hihonor.systemmanager/com.hihonor.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
            "com.huawei.systemmanager/com.huawei.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
        ),
    ),
    XIAOMI(
        R.string.tala_battery_xiaomi,
        setOf("xiaomi", "redmi", "poco"),
        listOf(
            "com.miui.securitycenter/com.miui.permcenter.autostart.AutoStartManagementActivity",
            "com.miui.powerkeeper/com.miui.powerkeeper.ui.HiddenAppsConfigActivity",
        ),
    ),
    OPPO(
        R.string.tala_battery_oppo,
        setOf("oppo", "realme", "oneplus"),
        listOf(
            "com.coloros.safecenter/com.coloros.safecenter.startupapp.StartupAppListActivity",
            "com.coloros.safecenter/com.coloros.safecenter.permission.startup.StartupAppListActivity",
            "com.oppo.safe/com.oppo.safe.permission.startup.StartupAppListActivity",
            "com.oplus.battery/com.oplus.powermanager.fuelgaue.PowerUsageModelActivity",
        ),
    ),
    VIVO(
        R.string.tala_battery_vivo,
        setOf("vivo", "iqoo"),
        listOf(
            "com.vivo.permissionmanager/com.vivo.permissionmanager.activity.BgStartUpManagerActivity",
            "com.iqoo.secure/com.iqoo.secure.ui.phoneoptimize.BgStartUpManager",
            "com.vivo.abe/com.vivo.applicationbehaviorengine.ui.ExcessivePowerManagerActivity",
        ),
    ),
    SAMSUNG(
        R.string.tala_battery_samsung,
        setOf("samsung"),
        listOf(
            "com.samsung.android.lool/com.samsung.android.sm.battery.ui.BatteryActivity",
            "com.samsung.android.lool/com.samsung.android.sm.ui.battery.BatteryActivity",
        ),
    ),
    OTHER(R.string.tala_battery_other, emptySet(), emptyList());

    /** Leads to the nearest page that this phone has; true where it is the vendor's own. */
    fun open(context: Context): Boolean {
        for (page in pages) {
            val intent = Intent().setComponent(ComponentName.unflattenFromString(page))
            if (started(context, intent)) return true
        }
        started(context, Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.parse("package:${context.packageName}")))
        return false
    }

    companion object {
        /** The one for this phone. */
        fun here(): BatteryGuide {
            val maker = Build.MANUFACTURER.lowercase()
            val brand = Build.BRAND.lowercase()
            // An Honor of before 2021 names Huawei as its maker.
            return entries.find { brand in it.makers } ?: entries.find { maker in it.makers } ?: OTHER
        }

        /** Whether the system itself may put the app to sleep. */
        fun systemSaves(context: Context): Boolean =
            context.getSystemService(PowerManager::class.java)?.isIgnoringBatteryOptimizations(context.packageName) == false

        /** Asks the system for the exemption; where it has no such question, opens its list. */
        @SuppressLint("BatteryLife")
        fun askSystem(context: Context) {
            val own = Uri.parse("package:${context.packageName}")
            if (started(context, Intent(Settings.ACTION_REQUEST_IGNORE_BATTERY_OPTIMIZATIONS, own))) return
            started(context, Intent(Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS))
        }

        private fun started(context: Context, intent: Intent): Boolean =
            try {
                context.startActivity(intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
                true
            } catch (_: ActivityNotFoundException) {
                false
            } catch (_: SecurityException) {
                // Some vendors have the page and do not let others open it.
                false
            }
    }
}
