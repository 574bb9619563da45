package android.location;

public class Location {
    public long getTime() { throw new UnsupportedOperationException(); }
    public long getElapsedRealtimeNanos() { throw new UnsupportedOperationException(); }
    public double getLatitude() { throw new UnsupportedOperationException(); }
    public double getLongitude() { throw new UnsupportedOperationException(); }
    public boolean hasAltitude() { throw new UnsupportedOperationException(); }
    public double getAltitude() { throw new UnsupportedOperationException(); }
    public boolean hasAccuracy() { throw new UnsupportedOperationException(); }
    public float getAccuracy() { throw new UnsupportedOperationException(); }
    public boolean hasSpeed() { throw new UnsupportedOperationException(); }
    public float getSpeed() { throw new UnsupportedOperationException(); }
    public boolean hasBearing() { throw new UnsupportedOperationException(); }
    public float getBearing() { throw new UnsupportedOperationException(); }
    public boolean isMock() { throw new UnsupportedOperationException(); }
    public boolean isFromMockProvider() { throw new UnsupportedOperationException(); }
}
