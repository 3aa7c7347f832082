package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.Member;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who answered at an address a moment ago: a bounded number, for a bounded time. Safe for many threads. */
final class Identities {

    /** Far more servers than one primary stores on within the time that an entry lives. */
    private static final int MAX_ENTRIES = 1024;

    private record Known(Member member, long sinceNanos) {}

    private final Duration lifetime;

    @GuardedBy("this")
    private final Map<ServerAddress, Known> entries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ServerAddress, Known> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    Identities(Duration lifetime) {
        this.lifetime = lifetime;
    }

    synchronized Optional<Member> known(ServerAddress address) {
        @Nullable Known entry = entries.get(address);
        return entry == null || System.nanoTime() - entry.sinceNanos() > lifetime.toNanos()
                ? Optional.empty()
                : Optional.of(entry.member());
    }

    synchronized void forget(Member member) {
        entries.values().removeIf(entry -> entry.member().id().equals(member.id()));
    }

    synchronized void remember(ServerAddress address, Member member) {
        entries.put(address, new Known(member, System.nanoTime()));
    }
}
