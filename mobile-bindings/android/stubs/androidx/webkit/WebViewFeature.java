package androidx.webkit;

public class WebViewFeature {
    public static final String WEB_MESSAGE_LISTENER = String.valueOf("WEB_MESSAGE_LISTENER");
    public static final String DOCUMENT_START_SCRIPT = String.valueOf("DOCUMENT_START_SCRIPT");
    public static boolean isFeatureSupported(String feature) { throw new UnsupportedOperationException(); }
}
