package io.chunkserver.core.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How a naive server deals with one master, and what that master was told by it. */
final class ServerSession {

    private final NaiveServer server;

    /** Changes that the master does not know of yet. */
    private final Set<ChunkId> unreported = new LinkedHashSet<>();

    /** Orders that were taken and not ended. */
    final Deque<Order> orders = new ArrayDeque<>();

    /** What the master was told is there; what a dead server told counts as well. */
    final Map<ChunkId, ChunkInfo> told = new HashMap<>();

    /** Ticks of the master since it last heard the server; null before the first heartbeat. */
    @Nullable
    Integer silent;

    /** The space that the last heartbeat told of. */
    long availableBytes;

    private boolean registered;

    ServerSession(NaiveServer server) {
        this.server = server;
    }

    NaiveServer server() {
        return server;
    }

    void changed(ChunkId chunk) {
        unreported.add(chunk);
    }

    /** The master was started anew and remembers nothing. */
    void masterForgot() {
        told.clear();
        silent = null;
    }

    /** The server's process has died. */
    void died() {
        orders.clear();
        registered = false;
    }

    /** Tells what has changed and sends a heartbeat; registers when it has to and may. The orders that came. */
    List<Order> meet(ClusterMaster master) {
        // A process that has only just started does not rely on what an earlier one told.
        if (!registered && !register(master)) {
            return List.of();
        }
        report(master);
        HeartbeatReply reply = get(master.heartbeat(server.heartbeat(orders.size())));
        if (!reply.registered()) {
            registered = false;
            return List.of();
        }
        silent = 0;
        availableBytes = server.availableBytes();
        orders.addAll(reply.orders());
        return reply.orders();
    }

    private void report(ClusterMaster master) {
        List<ChunkId> changed = List.copyOf(unreported);
        try {
            get(master.report(server.changes(changed)));
        } catch (CompletionException e) {
            assertThat(((ChunkServerException) e.getCause()).code()).isEqualTo(ErrorCode.NOT_REGISTERED);
            return;
        }
        for (ChunkId chunk : changed) {
            ChunkInfo here = server.disk().get(chunk);
            if (here == null) {
                told.remove(chunk);
            } else {
                told.put(chunk, here);
            }
        }
        unreported.clear();
    }

    private boolean register(ClusterMaster master) {
        try {
            get(master.register(server.registration()));
        } catch (CompletionException e) {
            // Until the run before it is taken for dead.
            assertThat(((ChunkServerException) e.getCause()).code()).isEqualTo(ErrorCode.DUPLICATE_SERVER);
            return false;
        }
        for (ChunkReport part : server.fullReport()) {
            get(master.report(part));
        }
        registered = true;
        told.clear();
        told.putAll(server.disk());
        unreported.clear();
        orders.clear();
        return true;
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
