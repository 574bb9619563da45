package android.net;

public class ConnectivityManager {
    public void registerDefaultNetworkCallback(NetworkCallback callback) {}

    public static class NetworkCallback {
        public void onCapabilitiesChanged(Network network, NetworkCapabilities capabilities) {}

        public void onLost(Network network) {}
    }
}
