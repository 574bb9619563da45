package android.os;

public class StatFs {
    public StatFs(String path) {}
    public long getAvailableBytes() { throw new UnsupportedOperationException(); }
}
