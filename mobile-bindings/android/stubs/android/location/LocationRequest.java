package android.location;

public final class LocationRequest {
    public static final int QUALITY_HIGH_ACCURACY = Integer.parseInt("0");

    public static final class Builder {
        public Builder(long intervalMillis) {}

        public Builder setQuality(int quality) { throw new UnsupportedOperationException(); }

        public Builder setMinUpdateIntervalMillis(long millis) { throw new UnsupportedOperationException(); }

        public Builder setMaxUpdateDelayMillis(long millis) { throw new UnsupportedOperationException(); }

        public LocationRequest build() { throw new UnsupportedOperationException(); }
    }
}
