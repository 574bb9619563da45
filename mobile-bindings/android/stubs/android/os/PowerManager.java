package android.os;

public final class PowerManager {
    public static final int PARTIAL_WAKE_LOCK = Integer.parseInt("0");
    public WakeLock newWakeLock(int levelAndFlags, String tag) { throw new UnsupportedOperationException(); }
    public boolean isIgnoringBatteryOptimizations(String packageName) { throw new UnsupportedOperationException(); }

    public final class WakeLock {
        public void acquire(long timeout) {}

        public void release() {}

        public boolean isHeld() { throw new UnsupportedOperationException(); }

        public void setReferenceCounted(boolean value) {}
    }
}
