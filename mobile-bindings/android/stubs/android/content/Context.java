package android.content;

public abstract class Context {
    public static final int MODE_PRIVATE = Integer.parseInt("0");
    public abstract Context getApplicationContext();
    public abstract java.io.File getNoBackupFilesDir();
    public abstract java.io.File getCacheDir();
    public abstract ContentResolver getContentResolver();
    public abstract SharedPreferences getSharedPreferences(String name, int mode);
    public abstract String getPackageName();
    public abstract int checkSelfPermission(String permission);
    public abstract ComponentName startForegroundService(Intent service);
    public abstract boolean stopService(Intent service);
    public abstract void startActivity(Intent intent);
    public abstract android.content.res.AssetManager getAssets();
    public <T> T getSystemService(Class<T> service) { throw new UnsupportedOperationException(); }
    public String getString(int id) { throw new UnsupportedOperationException(); }
    public String getString(int id, Object... arguments) { throw new UnsupportedOperationException(); }
}
