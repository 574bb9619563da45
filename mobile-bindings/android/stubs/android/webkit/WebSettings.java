package android.webkit;

public abstract class WebSettings {
    public static final int MIXED_CONTENT_NEVER_ALLOW = Integer.parseInt("0");
    public abstract void setJavaScriptEnabled(boolean on);
    public abstract boolean getJavaScriptEnabled();
    public abstract void setDomStorageEnabled(boolean on);
    public abstract boolean getDomStorageEnabled();
    public abstract void setAllowFileAccess(boolean on);
    public abstract boolean getAllowFileAccess();
    public abstract void setAllowContentAccess(boolean on);
    public abstract boolean getAllowContentAccess();
    public abstract void setGeolocationEnabled(boolean on);
    public abstract void setMixedContentMode(int mode);
    public abstract int getMixedContentMode();
    public abstract void setJavaScriptCanOpenWindowsAutomatically(boolean on);
    public abstract boolean getJavaScriptCanOpenWindowsAutomatically();
    public abstract void setSafeBrowsingEnabled(boolean on);
    public abstract boolean getSafeBrowsingEnabled();
}
