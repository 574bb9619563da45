package org.tala.android

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import java.security.ProviderException

/**
 * Makes a key in StrongBox where the phone has one that can, else in its trusted environment. Some phones say that
 * they have StrongBox and then fail with a plain [ProviderException]; those that say that they have none throw one of its
 * kind, which old phones do not know by name.
 */
internal fun <K> strongestFirst(make: (strong: (KeyGenParameterSpec.Builder) -> KeyGenParameterSpec.Builder) -> K): K {
    if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P) return make { it }
    return try {
        make { it.setIsStrongBoxBacked(true) }
    } catch (_: ProviderException) {
        make { it }
    }
}
