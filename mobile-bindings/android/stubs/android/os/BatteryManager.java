package android.os;

public class BatteryManager {
    public static final int BATTERY_PROPERTY_CAPACITY = Integer.parseInt("0");
    public int getIntProperty(int id) { throw new UnsupportedOperationException(); }
    public boolean isCharging() { throw new UnsupportedOperationException(); }
}
