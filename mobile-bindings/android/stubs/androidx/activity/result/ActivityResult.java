package androidx.activity.result;

public class ActivityResult {
    public android.content.Intent getData() { throw new UnsupportedOperationException(); }
}
