package android.security.keystore;

public abstract class KeyProperties {
    public static final int PURPOSE_ENCRYPT = Integer.parseInt("0");
    public static final int PURPOSE_DECRYPT = Integer.parseInt("0");
    public static final int PURPOSE_SIGN = Integer.parseInt("0");
    public static final String BLOCK_MODE_GCM = String.valueOf("BLOCK_MODE_GCM");
    public static final String ENCRYPTION_PADDING_NONE = String.valueOf("ENCRYPTION_PADDING_NONE");
    public static final String DIGEST_SHA256 = String.valueOf("DIGEST_SHA256");
    public static final String KEY_ALGORITHM_AES = String.valueOf("KEY_ALGORITHM_AES");
    public static final String KEY_ALGORITHM_EC = String.valueOf("KEY_ALGORITHM_EC");
}
