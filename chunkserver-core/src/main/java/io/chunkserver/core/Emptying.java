package io.chunkserver.core;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.OrderRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is on volumes that an operator has emptied to the others. A move is a copy that the server orders of itself, with the limits of
 * all orders; the copy that it leaves is removed when the new one was read whole ({@link DuplicateCopies}). What cannot be moved now is
 * tried again with the next round.
 *
 * <p>One thread at a time takes steps; the other methods are safe for many threads.
 */
final class Emptying {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Masters have the rest of the orders that may be open. */
    private static final int SHARE_OF_ORDERS = 4;

    private final Volumes volumes;
    private final OrderRunner orders;
    private final int atOnce;
    private final Supplier<Member> self;

    /** Where the next step goes on with each volume. */
    private final Map<Volume, ChunkId> reached = new HashMap<>();

    /**
     * @param maxOpenOrders how many orders may be open at a time
     */
    Emptying(Volumes volumes, OrderRunner orders, int maxOpenOrders, Supplier<Member> self) {
        this.volumes = volumes;
        this.orders = orders;
        this.atOnce = Math.max(1, maxOpenOrders / SHARE_OF_ORDERS);
        this.self = self;
    }

    /**
     * Begins to empty a directory, or has it take chunks again; over restarts. Durable on return.
     *
     * @throws ChunkServerException.InvalidRequest with {@code INVALID_ARGUMENT} when the server has no such
     *     directory, or no other
     */
    void set(UUID directory, boolean wanted) throws IOException {
        Volume volume = null;
        for (Volume known : volumes.all()) {
            volume = known.directory().identity().uuid().equals(directory) ? known : volume;
        }
        if (volume == null) {
            throw invalid("the server has no data directory " + directory, "see those that it has with: status");
        }
        if (wanted && volumes.all().stream().filter(Volume::keepsChunks).allMatch(volume::equals)) {
            throw invalid(
                    "there is no other data directory that the chunks in " + volume + " could go to",
                    "drain the whole server, or give it another directory");
        }
        volume.directory().recordEmptying(wanted);
    }

    private ChunkServerException invalid(String message, String hint) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, message)
                .withHint(hint)
                .at(self.get().id())
                .toException();
    }

    /** Orders the next moves. */
    void runOnce() {
        for (Volume volume : volumes.all()) {
            if (volume.isEmptying() && volume.failed().isEmpty() && orders.open() < atOnce) {
                @Nullable ChunkId last = reached.get(volume);
                List<ChunkInfo> page = volume.store().list("", last, atOnce);
                orders.take(page.stream().map(this::move).toList());
                if (page.size() < atOnce) {
                    reached.remove(volume);
                } else {
                    reached.put(volume, page.get(page.size() - 1).id());
                }
            }
        }
    }

    private Order move(ChunkInfo info) {
        return new Order.Copy(info.id(), info.version(), info.transaction(), info.tombstone(), List.of(self.get()));
    }
}
