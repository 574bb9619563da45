package androidx.webkit;

import android.webkit.WebResourceResponse;

public final class WebViewAssetLoader {
    public interface PathHandler {
        WebResourceResponse handle(String path);
    }

    public static final class AssetsPathHandler implements PathHandler {
        public AssetsPathHandler(android.content.Context context) {}

        @Override
        public WebResourceResponse handle(String path) { throw new UnsupportedOperationException(); }
    }

    public static final class Builder {
        public Builder addPathHandler(String path, PathHandler handler) { throw new UnsupportedOperationException(); }

        public WebViewAssetLoader build() { throw new UnsupportedOperationException(); }
    }

    public WebResourceResponse shouldInterceptRequest(android.net.Uri url) { throw new UnsupportedOperationException(); }
}
