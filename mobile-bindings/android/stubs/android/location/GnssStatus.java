package android.location;

public final class GnssStatus {
    public int getSatelliteCount() { throw new UnsupportedOperationException(); }
    public boolean usedInFix(int index) { throw new UnsupportedOperationException(); }

    public abstract static class Callback {
        public void onSatelliteStatusChanged(GnssStatus status) {}

        public void onStopped() {}
    }
}
