package android.content.res;

public final class AssetManager {
    public String[] list(String path) throws java.io.IOException { throw new UnsupportedOperationException(); }
    public java.io.InputStream open(String name) throws java.io.IOException { throw new UnsupportedOperationException(); }
}
