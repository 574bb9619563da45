package androidx.webkit;

import android.webkit.WebView;

public class WebViewCompat {
    public interface WebMessageListener {
        void onPostMessage(
                WebView view, WebMessageCompat message, android.net.Uri origin, boolean main, JavaScriptReplyProxy reply);
    }

    public static void addWebMessageListener(
            WebView view, String name, java.util.Set<String> origins, WebMessageListener listener) {}

    public static ScriptHandler addDocumentStartJavaScript(
            WebView view, String script, java.util.Set<String> origins) {
        throw new UnsupportedOperationException();
    }
}
