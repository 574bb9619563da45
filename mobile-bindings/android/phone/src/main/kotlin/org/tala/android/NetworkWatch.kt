package org.tala.android

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * Whether there is a network that could reach a centre. A network that the system has not validated counts too: it
 * validates against servers on the internet, and a bureau's own network may have no way there.
 */
class NetworkWatch(context: Context) {
    private val manager = context.getSystemService(ConnectivityManager::class.java)
    private val present = HashSet<Network>()
    private val seen = MutableStateFlow(false)

    val online: StateFlow<Boolean> = seen.asStateFlow()

    private val callback =
        object : ConnectivityManager.NetworkCallback() {
            override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
                note(network, capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET))
            }

            override fun onLost(network: Network) = note(network, false)
        }

    init {
        manager?.registerDefaultNetworkCallback(callback)
    }

    @Synchronized
    private fun note(network: Network, usable: Boolean) {
        if (usable) present.add(network) else present.remove(network)
        seen.value = present.isNotEmpty()
    }
}
