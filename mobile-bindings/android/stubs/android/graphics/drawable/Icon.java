package android.graphics.drawable;

public final class Icon {
    public static Icon createWithResource(android.content.Context context, int id) { throw new UnsupportedOperationException(); }
}
