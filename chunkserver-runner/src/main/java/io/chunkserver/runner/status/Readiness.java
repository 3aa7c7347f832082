package io.chunkserver.runner.status;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.transport.protocol.ServerStatus;
import java.util.Locale;

/**
 * Whether to send new work to a server. One that is full, failed or draining still answers reads; a load balancer or a script that
 * wants to store looks elsewhere. A master that is away is no reason: the server serves those who know it.
 *
 * @param ready  whether it takes new chunks
 * @param answer one line: {@code ready}, or the state and its reason
 */
record Readiness(boolean ready, String answer) {

    private static final String READY = ServerState.READY.name().toLowerCase(Locale.ROOT);

    static Readiness of(ServerStatus status) {
        boolean ready = status.state().equals(READY);
        return new Readiness(
                ready, ready || status.reason().isEmpty() ? status.state() : status.state() + ": " + status.reason());
    }
}
