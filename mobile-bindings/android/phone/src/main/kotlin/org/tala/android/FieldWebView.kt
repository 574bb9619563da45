package org.tala.android

import android.annotation.SuppressLint
import android.content.Context
import android.net.Uri
import android.webkit.PermissionRequest
import android.webkit.RenderProcessGoneDetail
import android.webkit.WebChromeClient
import android.webkit.WebResourceRequest
import android.webkit.WebResourceResponse
import android.webkit.WebSettings
import android.webkit.WebView
import android.webkit.WebViewClient
import androidx.webkit.JavaScriptReplyProxy
import androidx.webkit.WebMessageCompat
import androidx.webkit.WebViewAssetLoader
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature
import java.io.ByteArrayInputStream
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.tala.phone.TalaFailure

/** Where the page and its files seem to come from; nothing is ever asked of a network there. */
internal const val FIELD_ORIGIN = "https://appassets.androidplatform.net"
internal const val MEDIA_PATH = "/media/"
internal const val EXPORT_PATH = "/export/"

/**
 * The web view in which the officer's app runs. The page comes from the assets of this package, asks by the bridge
 * (`docs/FIELD-BRIDGE.md`), and reaches nothing else: no file, no other origin, no network.
 *
 * [scope] is that of the screen: what it answers has nobody to hear it afterwards.
 */
class FieldWebView(
    private val shell: TalaShell,
    private val scope: CoroutineScope,
    private val onSave: (name: String) -> Unit,
    private val onGone: () -> Unit,
) {
    private var page: JavaScriptReplyProxy? = null

    /** The view, showing [path] of the app; null where the system's web view is too old for it. */
    fun make(context: Context, path: String): WebView? {
        val able = listOf(WebViewFeature.WEB_MESSAGE_LISTENER, WebViewFeature.DOCUMENT_START_SCRIPT)
        if (!able.all(WebViewFeature::isFeatureSupported)) return null
        val view = WebView(context)
        harden(view.settings)
        view.webViewClient = Fence(assets(context))
        view.webChromeClient = Deaf
        view.setDownloadListener { url, _, _, _, _ -> saved(Uri.parse(url)) }
        val origins = setOf(FIELD_ORIGIN)
        WebViewCompat.addWebMessageListener(view, PORT, origins, ::received)
        WebViewCompat.addDocumentStartJavaScript(view, TO_PAGE, origins)
        scope.launch { shell.bridge.events().collect { text -> page?.postMessage(text) } }
        view.loadUrl("$FIELD_ORIGIN/index.html#$path")
        return view
    }

    @SuppressLint("RequiresFeature")
    private fun received(view: WebView, message: WebMessageCompat, origin: Uri, main: Boolean, reply: JavaScriptReplyProxy) {
        // The rule of the listener says so already; a frame of somebody else has nothing to ask in any case.
        if (!main || origin.toString() != FIELD_ORIGIN) return
        val text = message.data ?: return
        page = reply
        scope.launch { shell.wire.answer(text)?.let(reply::postMessage) }
    }

    private fun saved(url: Uri) {
        val name = url.path?.takeIf { it.startsWith(EXPORT_PATH) }?.removePrefix(EXPORT_PATH) ?: return
        if (shell.surroundings.outlet.exportOf(name) != null) onSave(name)
    }

    /**
     * A photo of a record, on a thread of the web view, which waits for it. It is decrypted in memory, and lies
     * nowhere in the clear.
     */
    private fun picture(url: Uri): WebResourceResponse? =
        try {
            val bytes = runBlocking { shell.home.phone().picture(url.lastPathSegment.orEmpty(), url.query == "thumb") }
            bytes?.let { binary(ByteArrayInputStream(it)) }
        } catch (_: TalaFailure) {
            null
        }

    private fun assets(context: Context): WebViewAssetLoader {
        val inside = WebViewAssetLoader.AssetsPathHandler(context)
        return WebViewAssetLoader.Builder()
            .addPathHandler(EXPORT_PATH) { name -> shell.surroundings.outlet.exportOf(name)?.let { binary(it.inputStream()) } }
            .addPathHandler("/") { path -> inside.handle("$ASSETS/$path") }
            .build()
    }

    @SuppressLint("SetJavaScriptEnabled")
    private fun harden(settings: WebSettings) {
        settings.javaScriptEnabled = true
        settings.domStorageEnabled = true
        settings.allowFileAccess = false
        settings.allowContentAccess = false
        settings.setGeolocationEnabled(false)
        settings.mixedContentMode = WebSettings.MIXED_CONTENT_NEVER_ALLOW
        settings.javaScriptCanOpenWindowsAutomatically = false
        // Would say to its vendor which addresses are opened.
        settings.safeBrowsingEnabled = false
    }

    /** Keeps the page at home. */
    private inner class Fence(private val assets: WebViewAssetLoader) : WebViewClient() {
        override fun shouldInterceptRequest(view: WebView, request: WebResourceRequest): WebResourceResponse {
            val url = request.url
            val photo = url.toString().startsWith("$FIELD_ORIGIN$MEDIA_PATH")
            return (if (photo) picture(url) else assets.shouldInterceptRequest(url)) ?: nothing()
        }

        override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean =
            !request.url.toString().startsWith("$FIELD_ORIGIN/")

        override fun onRenderProcessGone(view: WebView, detail: RenderProcessGoneDetail): Boolean {
            // The page died, by its memory or the system's need of it. Drafts are in the core; recording goes on.
            page = null
            onGone()
            return true
        }
    }

    /** Gives a page neither camera nor microphone nor place: it has them by the bridge. */
    private object Deaf : WebChromeClient() {
        override fun onPermissionRequest(request: PermissionRequest) = request.deny()
    }

    private companion object {
        /** Where the build of `web/field` lies among the assets. */
        const val ASSETS = "field"
        const val PORT = "talaPort"
        val TO_PAGE =
            """
            (() => {
              const port = window.$PORT;
              port.onmessage = (event) => window.talaReceive?.(event.data);
              window.tala = { post: (json) => port.postMessage(json) };
            })();
            """
                .trimIndent()
    }
}

/** The web view finds out itself what kind of picture it is; a page is never served like this. */
private fun binary(bytes: java.io.InputStream) =
    WebResourceResponse("application/octet-stream", null, bytes).apply {
        responseHeaders = mapOf("Cache-Control" to "no-store", "Content-Security-Policy" to "default-src 'none'; sandbox")
    }

private fun nothing() = WebResourceResponse("text/plain", "utf-8", 404, "Not Found", emptyMap(), ByteArrayInputStream(ByteArray(0)))
