package android.app;

public class Notification {
    public static final int VISIBILITY_PUBLIC = Integer.parseInt("0");
    public static final String CATEGORY_ERROR = String.valueOf("CATEGORY_ERROR");

    public static class Builder {
        public Builder(android.content.Context context, String channel) {}

        public Builder setSmallIcon(int icon) { throw new UnsupportedOperationException(); }

        public Builder setContentTitle(CharSequence title) { throw new UnsupportedOperationException(); }

        public Builder setContentText(CharSequence text) { throw new UnsupportedOperationException(); }

        public Builder setContentIntent(PendingIntent intent) { throw new UnsupportedOperationException(); }

        public Builder setOngoing(boolean ongoing) { throw new UnsupportedOperationException(); }

        public Builder setOnlyAlertOnce(boolean once) { throw new UnsupportedOperationException(); }

        public Builder setVisibility(int visibility) { throw new UnsupportedOperationException(); }

        public Builder addAction(Action action) { throw new UnsupportedOperationException(); }

        public Builder setStyle(Style style) { throw new UnsupportedOperationException(); }

        public Builder setCategory(String category) { throw new UnsupportedOperationException(); }

        public Builder setAutoCancel(boolean auto) { throw new UnsupportedOperationException(); }

        public Notification build() { throw new UnsupportedOperationException(); }
    }

    public abstract static class Style {}

    public static class BigTextStyle extends Style {
        public BigTextStyle bigText(CharSequence text) { throw new UnsupportedOperationException(); }
    }

    public static class Action {
        public static final class Builder {
            public Builder(android.graphics.drawable.Icon icon, CharSequence title, PendingIntent intent) {}

            public Action build() { throw new UnsupportedOperationException(); }
        }
    }
}
