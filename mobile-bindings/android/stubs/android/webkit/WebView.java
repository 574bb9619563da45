package android.webkit;

public class WebView extends android.view.View {
    public WebView(android.content.Context context) {
        super(context);
    }
    public WebSettings getSettings() { throw new UnsupportedOperationException(); }
    public void loadUrl(String url) {}
    public void destroy() {}
    public void setWebViewClient(WebViewClient client) {}
    public WebViewClient getWebViewClient() { throw new UnsupportedOperationException(); }
    public void setWebChromeClient(WebChromeClient client) {}
    public WebChromeClient getWebChromeClient() { throw new UnsupportedOperationException(); }
    public void setDownloadListener(DownloadListener listener) {}
}
