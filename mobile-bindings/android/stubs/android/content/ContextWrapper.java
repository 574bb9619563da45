package android.content;

public class ContextWrapper extends Context {
    public ContextWrapper(Context base) {}
    public Context getApplicationContext() { throw new UnsupportedOperationException(); }
    public java.io.File getNoBackupFilesDir() { throw new UnsupportedOperationException(); }
    public java.io.File getCacheDir() { throw new UnsupportedOperationException(); }
    public ContentResolver getContentResolver() { throw new UnsupportedOperationException(); }
    public SharedPreferences getSharedPreferences(String name, int mode) { throw new UnsupportedOperationException(); }
    public String getPackageName() { throw new UnsupportedOperationException(); }
    public int checkSelfPermission(String permission) { throw new UnsupportedOperationException(); }
    public ComponentName startForegroundService(Intent service) { throw new UnsupportedOperationException(); }
    public boolean stopService(Intent service) { throw new UnsupportedOperationException(); }
    public void startActivity(Intent intent) {}
    public android.content.res.AssetManager getAssets() { throw new UnsupportedOperationException(); }
}
