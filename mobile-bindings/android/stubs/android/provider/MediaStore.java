package android.provider;

public final class MediaStore {
    public static final class Audio {
        public static final class Media {
            public static final String RECORD_SOUND_ACTION = String.valueOf("record");
        }
    }
}
