package android.app;

public class Activity extends android.content.ContextWrapper {
    public Activity() {
        super(null);
    }

    protected void onCreate(android.os.Bundle state) {}

    protected void onNewIntent(android.content.Intent intent) {}

    protected void onStart() {}

    protected void onStop() {}

    protected void onDestroy() {}
    public android.content.Intent getIntent() { throw new UnsupportedOperationException(); }
    public android.view.Window getWindow() { throw new UnsupportedOperationException(); }
    public void setContentView(android.view.View view) {}
    public boolean isChangingConfigurations() { throw new UnsupportedOperationException(); }
    public final void runOnUiThread(Runnable work) {}
}
