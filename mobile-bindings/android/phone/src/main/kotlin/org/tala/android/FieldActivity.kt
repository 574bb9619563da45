package org.tala.android

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.MediaStore
import android.view.WindowManager
import android.webkit.WebView
import android.widget.TextView
import androidx.activity.ComponentActivity
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContracts
import androidx.core.content.FileProvider
import java.io.File
import kotlin.coroutines.resume
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.tala.shell.Capture
import org.tala.shell.Captured
import org.tala.shell.Refusal

/** The one screen: the officer's app in a web view, with the questions and the camera that only a screen can give. */
class FieldActivity : ComponentActivity(), Asker, Capturer {
    private val shell by lazy { TalaShell.of(this) }
    private val scope: CoroutineScope = MainScope()
    private val one = Mutex()
    private var view: WebView? = null
    private var leaving: Job? = null

    private val granted = Awaited<Map<String, Boolean>>()
    private val taken = Awaited<Boolean>()
    private val spoken = Awaited<Uri?>()
    private val asking: ActivityResultLauncher<Array<String>> =
        registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions(), granted::came)
    private val camera: ActivityResultLauncher<Uri> =
        registerForActivityResult(ActivityResultContracts.TakePicture(), taken::came)
    private val voice: ActivityResultLauncher<Intent> =
        registerForActivityResult(ActivityResultContracts.StartActivityForResult()) { spoken.came(it.data?.data) }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        // The list of recent apps shows no case and no place.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        show(intent.getStringExtra(PATH) ?: "/")
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        intent.getStringExtra(PATH)?.let { path -> view?.loadUrl("$FIELD_ORIGIN/index.html#$path") }
    }

    override fun onStart() {
        super.onStart()
        leaving?.cancel()
        shell.permissions.asker = this
        shell.surroundings.capturer = this
    }

    override fun onStop() {
        if (shell.permissions.asker === this) shell.permissions.asker = null
        // Not at once: the camera is another app too.
        leaving = scope.launch {
            delay(LOCK_AFTER_MS)
            shell.bridge.lock()
        }
        super.onStop()
    }

    override fun onDestroy() {
        if (shell.surroundings.capturer === this) shell.surroundings.capturer = null
        if (!isChangingConfigurations) shell.bridge.lock()
        view?.destroy()
        scope.cancel()
        super.onDestroy()
    }

    private fun show(path: String) {
        val made = FieldWebView(shell, scope, ::share, onGone = { show("/") }).make(this, path)
        setContentView(made ?: TextView(this).apply { setText(R.string.tala_old_web_view) })
        view?.destroy()
        view = made
    }

    private fun share(name: String) {
        val file = shell.surroundings.outlet.exportOf(name) ?: return
        val send =
            Intent(Intent.ACTION_SEND)
                .setType("application/octet-stream")
                .putExtra(Intent.EXTRA_STREAM, shared(file))
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        startActivity(Intent.createChooser(send, name))
    }

    private fun shared(file: File): Uri = FileProvider.getUriForFile(this, "$packageName.tala.files", file)

    // ------------------------------------------------------------------------------- asked by others

    override suspend fun ask(permissions: List<String>): Set<String> =
        one.withLock {
            withContext(Dispatchers.Main) {
                granted.await { asking.launch(permissions.toTypedArray()) }.filterValues { it }.keys
            }
        }

    override suspend fun explain(text: Int): Boolean =
        withContext(Dispatchers.Main) {
            suspendCancellableCoroutine { waiting ->
                val dialog =
                    android.app.AlertDialog.Builder(this@FieldActivity)
                        .setMessage(text)
                        .setPositiveButton(R.string.tala_go_on) { _, _ -> if (waiting.isActive) waiting.resume(true) }
                        .setNegativeButton(R.string.tala_not_now) { _, _ -> if (waiting.isActive) waiting.resume(false) }
                        .setOnCancelListener { if (waiting.isActive) waiting.resume(false) }
                        .show()
                waiting.invokeOnCancellation { runOnUiThread { dialog.dismiss() } }
            }
        }

    override suspend fun capture(what: Capture): Captured? =
        one.withLock {
            withContext(Dispatchers.Main) {
                try {
                    if (what == Capture.PHOTO) photo() else voice()
                } catch (none: ActivityNotFoundException) {
                    throw Refusal("unsupported", "no app for it", none)
                }
            }
        }

    private suspend fun photo(): Captured? {
        val file = fresh("photo.jpg")
        val came = taken.await { camera.launch(shared(file)) }
        return Captured(file, "image/jpeg").takeIf { came && file.length() > 0 } ?: null.also { file.delete() }
    }

    private suspend fun voice(): Captured? {
        val from = spoken.await { voice.launch(Intent(MediaStore.Audio.Media.RECORD_SOUND_ACTION)) } ?: return null
        return withContext(Dispatchers.IO) {
            val type = contentResolver.getType(from) ?: "audio/mp4"
            val file = fresh("voice")
            contentResolver.openInputStream(from)?.use { read -> file.outputStream().use(read::copyTo) }
            // What the recorder kept for itself is a copy in the clear.
            contentResolver.delete(from, null, null)
            Captured(file, type)
        }
    }

    private fun fresh(name: String): File {
        val folder = File(cacheDir, "capture").apply { mkdirs() }
        folder.listFiles()?.forEach { it.delete() }
        return File(folder, name)
    }

    companion object {
        private const val PATH = "path"
        private const val LOCK_AFTER_MS = 5 * 60_000L

        fun intent(context: Context, path: String): Intent =
            Intent(context, FieldActivity::class.java).putExtra(PATH, path).addFlags(Intent.FLAG_ACTIVITY_SINGLE_TOP)
    }
}

/** An answer of another activity, waited for. If this one was made anew meanwhile, nobody waits any more. */
private class Awaited<R> {
    private var waiting: CompletableDeferred<R>? = null

    fun came(result: R) {
        waiting?.complete(result)
        waiting = null
    }

    suspend fun await(launch: () -> Unit): R {
        val answer = CompletableDeferred<R>().also { waiting = it }
        launch()
        return answer.await()
    }
}
