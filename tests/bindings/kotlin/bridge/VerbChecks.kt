// Every verb of the contract, asked of a bridge whose app lock is shut: the list of what is answered then is the
// page's (`docs/FIELD-BRIDGE.md`), neither shorter nor longer.

package org.tala.shell

import java.io.File
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking

fun checkTheVerbs(job: Map<String, String>) = runBlocking {
    val (shell, core, shut) = listOf("shell", "core", "shut").map { job.getValue("verbs.$it").split(" ") }
    val home = File(job.getValue("folder"), "verbs")
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    val place = FolderPlace(home)
    val phones = PhoneHome(place)
    // A phone of nobody: what is asked here has no arguments, and must change nothing.
    val page = Page(Bridge(phones, place, FakeSurroundings(home), scope))
    // What it does not take for its own goes to the core, which is not there before somebody is enrolled.
    val own = (shell - setOf("start_sync", "export_bundle")).filter { code(page, it) == "not_enrolled" }
    Held.same("taken for verbs of the core", emptyList<String>(), own)
    Held.same("taken for verbs of the shell", emptyList<String>(), core.filter { code(page, it) != "not_enrolled" })
    page.ask("set_pin", "pin" to "123456")
    page.ask("lock")
    (shell + core).forEach { verb ->
        Held.same("$verb is kept out", verb !in shut, code(page, verb) == "locked")
    }
    phones.close()
    scope.cancel()
}

private suspend fun code(page: Page, verb: String) = page.raw(verb).optJSONObject("error")?.optString("code")
