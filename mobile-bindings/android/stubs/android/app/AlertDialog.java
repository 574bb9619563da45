package android.app;

public class AlertDialog extends Dialog {
    public static class Builder {
        public Builder(android.content.Context context) {}

        public Builder setMessage(int text) { throw new UnsupportedOperationException(); }

        public Builder setPositiveButton(int text, android.content.DialogInterface.OnClickListener listener) {
            throw new UnsupportedOperationException();
        }

        public Builder setNegativeButton(int text, android.content.DialogInterface.OnClickListener listener) {
            throw new UnsupportedOperationException();
        }

        public Builder setOnCancelListener(android.content.DialogInterface.OnCancelListener listener) {
            throw new UnsupportedOperationException();
        }

        public AlertDialog show() { throw new UnsupportedOperationException(); }
    }
}
