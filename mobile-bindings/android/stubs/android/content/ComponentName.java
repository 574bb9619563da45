package android.content;

public final class ComponentName {
    public static ComponentName unflattenFromString(String text) { throw new UnsupportedOperationException(); }
}
