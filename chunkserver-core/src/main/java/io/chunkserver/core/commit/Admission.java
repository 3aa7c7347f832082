package io.chunkserver.core.commit;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server takes new transactions. Open ones go on whatever this says.
 *
 * <p>Thread-safe. A drain may end; once a disk has failed the server takes no more until it is opened again: a failed write or force is never
 * retried into success (guarantee D3).
 */
public final class Admission {

    private final long chunkSizeLimitBytes;
    private final String place;
    private final String remedy;
    private final AtomicReference<@Nullable Failure> closed = new AtomicReference<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile LongPredicate placements = epoch -> true;

    /** Admits chunks up to this many bytes to a place without a name. */
    public Admission(long chunkSizeLimitBytes) {
        this(chunkSizeLimitBytes, "", "");
    }

    /**
     * @param place  what it admits to, as an operator knows it: failures of its disk begin with that
     * @param remedy what the operator can do when its disk has failed
     */
    public Admission(long chunkSizeLimitBytes, String place, String remedy) {
        this.chunkSizeLimitBytes = chunkSizeLimitBytes;
        this.place = place;
        this.remedy = remedy;
    }

    /** What somebody wants to write. */
    public enum Kind {
        /** A new version from a client. */
        STORE,
        /** A tombstone, which makes room. */
        DELETE,
        /** A version that another server has, to be had here too. */
        COPY
    }

    /** Says why something is not taken at present; empty when it is. It must not wait. */
    @FunctionalInterface
    public interface Rule {
        Optional<Failure> refusal(Kind kind, long lengthBytes);
    }

    /** Adds a reason for which something may be refused from now on, one that comes and goes. */
    public void add(Rule rule) {
        rules.add(rule);
    }

    /**
     * Takes from now on only what goes where a master said of which this is true.
     *
     * @param admits tells by its epoch, not 0, whether the leader that named the members is the last that is known; it must not wait
     */
    public void admitPlacements(LongPredicate admits) {
        placements = admits;
    }

    /**
     * Why what goes where the leader of this epoch said is not taken; empty when it is, and for epoch 0. Also to be asked last before a vote
     * and before a decision: what the leader after that one names for the chunk in between may be other servers.
     */
    Optional<Failure> placementRefusal(ChunkId chunk, long epoch) {
        return epoch == 0 || placements.test(epoch)
                ? Optional.empty()
                : Optional.of(Failure.of(
                                ErrorCode.STALE_EPOCH,
                                "the servers of chunk " + chunk + " were named by a master that led by epoch " + epoch
                                        + " and was replaced")
                        .withHint("ask the master that leads now where the chunk goes"));
    }

    /** Why a version of this length is not taken; empty when it is. */
    public Optional<Failure> refusal(Kind kind, ChunkId chunk, long lengthBytes) {
        Failure why = closed.get();
        if (why == null && lengthBytes > chunkSizeLimitBytes) {
            why = Failure.of(
                            ErrorCode.CHUNK_TOO_LARGE,
                            "chunk " + chunk + " of " + lengthBytes + " bytes is over the limit of "
                                    + chunkSizeLimitBytes + " bytes")
                    .withHint("store it in smaller chunks or raise limits.chunk_size_limit of the server");
        }
        return why != null ? Optional.of(why) : refusalByRules(kind, chunk, lengthBytes);
    }

    private Optional<Failure> refusalByRules(Kind kind, ChunkId chunk, long lengthBytes) {
        return rules.stream()
                .flatMap(rule -> rule.refusal(kind, lengthBytes).stream())
                .findFirst()
                .map(why -> why.withMessage("chunk " + chunk + " is not taken: " + why.message()));
    }

    /** Has this run, on the thread that closes, whenever the reason changes for which nothing new is taken. It must not wait. */
    public void onClose(Runnable listener) {
        listeners.add(listener);
    }

    /** A failure of the disk with the place that it is of and what to do; any other as it is. Doing it again changes nothing. */
    Failure named(Failure failure) {
        return failure.code() != ErrorCode.DISK_FAILED || failure.message().startsWith(place)
                ? failure
                : failure.withMessage(place + ": " + failure.message())
                        .withHint(failure.hint().isEmpty() ? remedy : failure.hint());
    }

    /** Takes nothing new from now on. A failed disk outweighs every other reason; otherwise the first reason stays. */
    public void close(Failure reason) {
        Failure why = named(reason);
        Failure before = closed.getAndUpdate(old -> old == null || outweighs(why, old) ? why : old);
        if (!Objects.equals(closed.get(), before)) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Takes chunks again, if this is the reason why it did not.
     *
     * @param why the very failure that {@link #close} was called with
     */
    public void reopen(Failure why) {
        if (closed.compareAndSet(why, null)) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Why nothing is taken; empty when chunks are. */
    public Optional<Failure> closed() {
        return Optional.ofNullable(closed.get());
    }

    public long chunkSizeLimitBytes() {
        return chunkSizeLimitBytes;
    }

    private static boolean outweighs(Failure next, Failure old) {
        return next.code() == ErrorCode.DISK_FAILED && old.code() != ErrorCode.DISK_FAILED;
    }
}
