package android.location;

public class LocationManager {
    public static final String GPS_PROVIDER = String.valueOf("GPS_PROVIDER");
    public boolean isProviderEnabled(String provider) { throw new UnsupportedOperationException(); }
    public void requestLocationUpdates(String provider, LocationRequest request, java.util.concurrent.Executor executor, LocationListener listener) {}
    public void requestLocationUpdates(String provider, long minTimeMs, float minDistanceM, LocationListener listener, android.os.Looper looper) {}
    public void removeUpdates(LocationListener listener) {}
    public boolean registerGnssStatusCallback(GnssStatus.Callback callback, android.os.Handler handler) { throw new UnsupportedOperationException(); }
    public void unregisterGnssStatusCallback(GnssStatus.Callback callback) {}
}
