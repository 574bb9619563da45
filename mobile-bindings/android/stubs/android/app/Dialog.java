package android.app;

public class Dialog {
    public void dismiss() {}
}
