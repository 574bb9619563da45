package android.content;

public class Intent {
    public static final String ACTION_BOOT_COMPLETED = String.valueOf("ACTION_BOOT_COMPLETED");
    public static final String ACTION_MY_PACKAGE_REPLACED = String.valueOf("ACTION_MY_PACKAGE_REPLACED");
    public static final String ACTION_SEND = String.valueOf("ACTION_SEND");
    public static final String EXTRA_STREAM = String.valueOf("EXTRA_STREAM");
    public static final int FLAG_ACTIVITY_NEW_TASK = Integer.parseInt("0");
    public static final int FLAG_ACTIVITY_SINGLE_TOP = Integer.parseInt("0");
    public static final int FLAG_GRANT_READ_URI_PERMISSION = Integer.parseInt("0");
    public Intent() {}
    public Intent(String action) {}
    public Intent(String action, android.net.Uri data) {}
    public Intent(Context context, Class<?> target) {}
    public static Intent createChooser(Intent target, CharSequence title) { throw new UnsupportedOperationException(); }
    public String getAction() { throw new UnsupportedOperationException(); }
    public Intent setAction(String action) { throw new UnsupportedOperationException(); }
    public android.net.Uri getData() { throw new UnsupportedOperationException(); }
    public Intent setComponent(ComponentName component) { throw new UnsupportedOperationException(); }
    public Intent setType(String type) { throw new UnsupportedOperationException(); }
    public Intent addFlags(int flags) { throw new UnsupportedOperationException(); }
    public String getStringExtra(String name) { throw new UnsupportedOperationException(); }
    public Intent putExtra(String name, String value) { throw new UnsupportedOperationException(); }
    public Intent putExtra(String name, android.os.Parcelable value) { throw new UnsupportedOperationException(); }
}
