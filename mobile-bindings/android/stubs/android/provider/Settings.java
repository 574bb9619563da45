package android.provider;

public final class Settings {
    public static final String ACTION_APPLICATION_DETAILS_SETTINGS = String.valueOf("ACTION_APPLICATION_DETAILS_SETTINGS");
    public static final String ACTION_REQUEST_IGNORE_BATTERY_OPTIMIZATIONS = String.valueOf("ACTION_REQUEST_IGNORE_BATTERY_OPTIMIZATIONS");
    public static final String ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS = String.valueOf("ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS");

    public static final class Global {
        public static final String BOOT_COUNT = String.valueOf("boot_count");

        public static int getInt(android.content.ContentResolver resolver, String name, int otherwise) {
            throw new UnsupportedOperationException();
        }
    }
}
