package org.tala.android;

public final class R {
    public static final class string {
        public static final int tala_name = Integer.parseInt("0");
        public static final int tala_channel_state = Integer.parseInt("0");
        public static final int tala_channel_alerts = Integer.parseInt("0");
        public static final int tala_recording = Integer.parseInt("0");
        public static final int tala_paused = Integer.parseInt("0");
        public static final int tala_so_far = Integer.parseInt("0");
        public static final int tala_pause = Integer.parseInt("0");
        public static final int tala_resume = Integer.parseInt("0");
        public static final int tala_sos = Integer.parseInt("0");
        public static final int tala_alert = Integer.parseInt("0");
        public static final int tala_alert_no_fix = Integer.parseInt("0");
        public static final int tala_alert_location_off = Integer.parseInt("0");
        public static final int tala_alert_power_saving = Integer.parseInt("0");
        public static final int tala_alert_no_permission = Integer.parseInt("0");
        public static final int tala_alert_not_recording = Integer.parseInt("0");
        public static final int tala_alert_storage = Integer.parseInt("0");
        public static final int tala_why_background = Integer.parseInt("0");
        public static final int tala_go_on = Integer.parseInt("0");
        public static final int tala_not_now = Integer.parseInt("0");
        public static final int tala_old_web_view = Integer.parseInt("0");
        public static final int tala_battery_huawei = Integer.parseInt("0");
        public static final int tala_battery_honor = Integer.parseInt("0");
        public static final int tala_battery_xiaomi = Integer.parseInt("0");
        public static final int tala_battery_oppo = Integer.parseInt("0");
        public static final int tala_battery_vivo = Integer.parseInt("0");
        public static final int tala_battery_samsung = Integer.parseInt("0");
        public static final int tala_battery_other = Integer.parseInt("0");
    }

    public static final class drawable {
        public static final int tala_recorder = Integer.parseInt("0");
    }
}
