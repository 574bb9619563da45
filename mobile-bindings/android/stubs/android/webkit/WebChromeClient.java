package android.webkit;

public class WebChromeClient {
    public void onPermissionRequest(PermissionRequest request) {}
}
