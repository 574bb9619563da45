package org.tala.android

import org.tala.core.OpenOptions

/** The one place that knows how a phone is opened here: with the key of everything that lies on it. */
internal fun openOptions(folder: String, rootsPem: ByteArray?, rest: DatabaseKey): OpenOptions =
    OpenOptions(folder = folder, rootsPem = rootsPem, key = rest.read())
