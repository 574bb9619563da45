package android.content;

public abstract class ContentResolver {
    public final String getType(android.net.Uri url) { throw new UnsupportedOperationException(); }
    public final java.io.InputStream openInputStream(android.net.Uri uri) throws java.io.FileNotFoundException { throw new UnsupportedOperationException(); }
    public final int delete(android.net.Uri url, String where, String[] arguments) { throw new UnsupportedOperationException(); }
}
