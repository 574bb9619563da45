package android.webkit;

public class WebViewClient {
    public WebResourceResponse shouldInterceptRequest(WebView view, WebResourceRequest request) { throw new UnsupportedOperationException(); }
    public boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request) { throw new UnsupportedOperationException(); }
    public boolean onRenderProcessGone(WebView view, RenderProcessGoneDetail detail) { throw new UnsupportedOperationException(); }
}
