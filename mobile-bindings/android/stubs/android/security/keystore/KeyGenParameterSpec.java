package android.security.keystore;

import java.security.spec.AlgorithmParameterSpec;

public final class KeyGenParameterSpec implements AlgorithmParameterSpec {
    public static final class Builder {
        public Builder(String alias, int purposes) {}

        public Builder setBlockModes(String... modes) { throw new UnsupportedOperationException(); }

        public Builder setEncryptionPaddings(String... paddings) { throw new UnsupportedOperationException(); }

        public Builder setKeySize(int bits) { throw new UnsupportedOperationException(); }

        public Builder setDigests(String... digests) { throw new UnsupportedOperationException(); }

        public Builder setAlgorithmParameterSpec(AlgorithmParameterSpec spec) { throw new UnsupportedOperationException(); }

        public Builder setIsStrongBoxBacked(boolean strong) { throw new UnsupportedOperationException(); }

        public KeyGenParameterSpec build() { throw new UnsupportedOperationException(); }
    }
}
