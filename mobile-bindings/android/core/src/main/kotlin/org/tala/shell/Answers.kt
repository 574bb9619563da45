package org.tala.shell

import org.json.JSONObject
import org.tala.core.Enrolled
import org.tala.core.Opened

/** The values of `field-core.ts` as JSON. A member that is null is written as null, never left out. */
internal fun jsonOf(vararg members: Pair<String, Any?>): JSONObject {
    val made = JSONObject()
    members.forEach { (name, value) -> made.put(name, value ?: JSONObject.NULL) }
    return made
}

/** `{"ok": ...}`. */
internal fun ok(value: Any?): String = jsonOf("ok" to value).toString()

/** `{"error": {"code", "message"}}`. */
internal fun error(code: String, message: String): String =
    jsonOf("error" to jsonOf("code" to code, "message" to message)).toString()

internal fun json(state: RecorderState): JSONObject =
    jsonOf(
        "on" to state.on,
        "permission" to state.permission.word,
        "service" to state.service,
        "last_fix_ms" to state.lastFixMs,
        "interval_ms" to state.intervalMs,
        "power_saving" to state.powerSaving,
    )

internal fun json(state: DeviceState): JSONObject =
    jsonOf(
        "battery_pct" to state.batteryPct,
        "charging" to state.charging,
        "free_bytes" to state.freeBytes,
        "online" to state.online,
    )

internal fun json(state: SyncState): JSONObject =
    jsonOf(
        "running" to state.running,
        "round_trips" to state.progress.roundTrips.toLong(),
        "handed_over" to state.progress.handedOver.toLong(),
        "proved" to state.progress.proved.toLong(),
        "fetched" to state.progress.fetched.toLong(),
        "refused" to state.progress.refused.toLong(),
        "uploaded" to state.progress.uploaded.toLong(),
        "put_off" to state.progress.putOff.toLong(),
        "later" to state.progress.later,
        "next_try_ms" to state.nextTryMs,
        "failed" to state.failed?.let { jsonOf("code" to it.code, "message" to it.message, "at_ms" to it.atMs) },
    )

internal fun json(enrolled: Enrolled): JSONObject =
    jsonOf(
        "device" to enrolled.device,
        "unit" to enrolled.unit,
        // The centre does not say the names at enrolment; they come with what is fetched.
        "unit_name" to null,
        "person" to enrolled.person,
        "person_name" to null,
        "url" to enrolled.url,
    )

internal fun json(opened: Opened, lock: Lock, identity: Any?, around: Surroundings): JSONObject =
    jsonOf(
        "enrolled" to opened.enrolled,
        "lock" to lock.word,
        "other_window" to false,
        "restored" to opened.restored,
        "interrupted" to opened.interrupted,
        "platform" to around.platform,
        "persisted" to null,
        "records_locked" to around.recordsLocked,
        "identity" to identity,
    )
