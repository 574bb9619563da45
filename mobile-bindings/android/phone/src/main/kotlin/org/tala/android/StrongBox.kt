package org.tala.android

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.StrongBoxUnavailableException
import java.security.ProviderException

/**
 * Makes a key in StrongBox where the phone has one that can, else in its trusted environment. Some phones say that
 * they have StrongBox and then fail with a plain [ProviderException].
 */
internal fun <K> strongestFirst(make: (strong: (KeyGenParameterSpec.Builder) -> KeyGenParameterSpec.Builder) -> K): K {
    if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P) return make { it }
    return try {
        make { it.setIsStrongBoxBacked(true) }
    } catch (_: StrongBoxUnavailableException) {
        make { it }
    } catch (_: ProviderException) {
        make { it }
    }
}
