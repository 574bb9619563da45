package android.app;

public class NotificationManager {
    public static final int IMPORTANCE_LOW = Integer.parseInt("0");
    public static final int IMPORTANCE_HIGH = Integer.parseInt("0");
    public void notify(int id, Notification notification) {}
    public void cancel(int id) {}
    public void createNotificationChannel(NotificationChannel channel) {}
}
