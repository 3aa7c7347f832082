package io.chunkserver.core;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.OrderRunner;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is on volumes that an operator has emptied to the others, and chunks of full ones of which a new version is to be stored. A move is a copy that the server orders of itself, with the limits of
 * all orders; the copy that it leaves is removed when the new one was read whole ({@link DuplicateCopies}). What cannot be moved now is
 * tried again with the next round, which waits a while when the last one has moved nothing.
 *
 * <p>One thread at a time takes steps; the other methods are safe for many threads.
 */
final class Emptying {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Steps to rest when a round has moved nothing. */
    private static final int REST = 30;

    /** Masters have the rest of the orders that may be open. */
    private static final int SHARE_OF_ORDERS = 4;

    private final Volumes volumes;
    private final OrderRunner orders;
    private final int atOnce;
    private final Supplier<Member> self;

    private final Map<Volume, Round> rounds = new HashMap<>();

    /**
     * How far all that is on a volume was ordered to be moved.
     *
     * @param after  where the next step goes on; null at the beginning
     * @param before how many chunks there were when the round began
     * @param rest   steps to rest before
     */
    private record Round(@Nullable ChunkId after, long before, int rest) {}

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
     * Begins to empty a directory, or has it take chunks again; over restarts. Durable on return. The lock is held while a mark is made in the
     * directory, which nothing but an operator waits for.
     *
     * @throws ChunkServerException with {@code DISK_FAILED} when the directory's disk has failed
     * @throws ChunkServerException.InvalidRequest with {@code INVALID_ARGUMENT} when the server has no such
     *     directory, or no other
     */
    synchronized void set(UUID directory, boolean wanted) throws IOException {
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
        if (volume.failed().isPresent()) {
            throw Failure.of(ErrorCode.DISK_FAILED, "the disk of data directory " + volume + " has failed")
                    .withHint(
                            "what is in it is copied from other servers, if a master knows of any; mend the disk and restart the server, or"
                                    + " leave the directory out")
                    .at(self.get().id())
                    .toException();
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
        orders.take(volumes.leaving().stream().map(this::move).toList());
        for (Volume volume : volumes.all()) {
            if (volume.isEmptying() && volume.failed().isEmpty() && orders.open() < atOnce) {
                rounds.put(volume, goOn(volume, rounds.get(volume)));
            }
        }
    }

    private Round goOn(Volume volume, @Nullable Round last) {
        StoreSnapshot store = volume.store().snapshot();
        Round round = last == null ? new Round(null, store.chunks() + store.tombstones(), 0) : last;
        if (round.rest() > 0) {
            return new Round(round.after(), round.before(), round.rest() - 1);
        }
        List<ChunkInfo> page = volume.store().list("", round.after(), atOnce);
        orders.take(page.stream().map(this::move).toList());
        if (page.size() == atOnce) {
            return new Round(page.get(atOnce - 1).id(), round.before(), 0);
        }
        long left = store.chunks() + store.tombstones();
        // The orders of the last page are still under way: what they do is seen by the next round.
        return new Round(null, left, left < round.before() || last == null ? 0 : REST);
    }

    private Order move(ChunkInfo info) {
        return new Order.Copy(info.id(), info.version(), info.transaction(), info.tombstone(), List.of(self.get()));
    }
}
