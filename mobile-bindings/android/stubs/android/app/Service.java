package android.app;

public abstract class Service extends android.content.ContextWrapper {
    public static final int START_STICKY = 1;
    public static final int START_NOT_STICKY = 2;

    public Service() {
        super(null);
    }
    public abstract android.os.IBinder onBind(android.content.Intent intent);
    public void onCreate() {}
    public int onStartCommand(android.content.Intent intent, int flags, int startId) { throw new UnsupportedOperationException(); }
    public void onTaskRemoved(android.content.Intent rootIntent) {}
    public void onDestroy() {}
    public final void stopSelf() {}
    public final void startForeground(int id, Notification notification) {}
    public final void startForeground(int id, Notification notification, int type) {}
}
