package io.chunkserver.core.disk;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which calls of a disk are under way, and finds the one that does not end: a disk that hangs fails nothing, it only lets everybody
 * wait. It knows how long those took that have ended, too.
 *
 * <p>Ages are counted in looks, which a timer takes, so that no clock that jumps makes a disk look sick.
 *
 * <p>Safe for many threads; no method waits. Listeners are called by the thread that looks.
 */
public final class CallWatch {

    /** How often to look. */
    public static final Duration PERIOD = Duration.ofSeconds(5);

    /** Looks that a call outlives before the disk is said to hang: at 15 s at the earliest, in which the largest chunk is forced at 70 MB/s. */
    static final int STALLED_LOOKS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(CallWatch.class);

    /** A call under way. Not a record: two of one file are two calls. */
    static final class Call {

        private final String what;
        private final Path path;
        private final long begunAt;

        private Call(String what, Path path, long begunAt) {
            this.what = what;
            this.path = path;
            this.begunAt = begunAt;
        }
    }

    /** What the time is known of that it takes. */
    public enum Kind {
        READ,
        WRITE,
        FORCE
    }

    private final Map<Kind, CallTimes> times =
            new EnumMap<>(Map.of(Kind.READ, new CallTimes(), Kind.WRITE, new CallTimes(), Kind.FORCE, new CallTimes()));
    private final Set<Call> underWay = ConcurrentHashMap.newKeySet();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Optional<Failure> stall = Optional.empty();
    private volatile long looks;

    /** Looks come one at a time. */
    @GuardedBy("this")
    private Optional<Call> stalled = Optional.empty();

    Call begin(String what, Path path) {
        Call call = new Call(what, path, looks);
        underWay.add(call);
        return call;
    }

    void end(Call call) {
        underWay.remove(call);
    }

    void took(Kind kind, Duration time) {
        requireNonNull(times.get(kind)).add(time, looks);
    }

    /** What calls of this kind usually take, by the last of them; empty when there were few in the last ten minutes. */
    public Optional<Duration> usual(Kind kind) {
        return requireNonNull(times.get(kind)).median(looks);
    }

    /** Has this run whenever the disk begins or ceases to hang. It must not wait. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** Why nothing can be written at present; empty when the disk answers. */
    public Optional<Failure> stall() {
        return stall;
    }

    /** Looks once; to be called once in every {@link #PERIOD}. */
    public void look() {
        boolean changed;
        synchronized (this) {
            looks++;
            Optional<Call> before = stalled;
            stalled = before.filter(underWay::contains).or(this::find);
            changed = before.isPresent() != stalled.isPresent();
            stall = stalled.map(this::describe);
        }
        if (changed) {
            stall.ifPresentOrElse(why -> LOG.error("{}", why.describe()), () -> LOG.warn("the disk answers again"));
            listeners.forEach(Runnable::run);
        }
    }

    private Optional<Call> find() {
        return underWay.stream()
                .filter(call -> looks - call.begunAt >= STALLED_LOOKS)
                .findAny();
    }

    private Failure describe(Call call) {
        Duration least = PERIOD.multipliedBy(looks - call.begunAt - 1);
        return Failure.of(
                        ErrorCode.DISK_FAILED,
                        "the disk hangs: to " + call.what + " " + call.path + " takes more than " + least.toSeconds()
                                + " s already")
                .withHint("look at the disk; the server takes chunks again by itself when it answers");
    }
}
