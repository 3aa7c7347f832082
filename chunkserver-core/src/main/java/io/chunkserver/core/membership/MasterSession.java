package io.chunkserver.core.membership;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.SeenChanges.Looking;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.retry.Backoff;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's conversation with one master, for as long as the server runs: registers, reports all chunks, then sends heartbeats, reports
 * changes and passes on orders. A master that does not answer, or has forgotten the server, is asked again for ever; the server serves
 * meanwhile.
 *
 * <p>One message is under way at a time. Between the parts of a full report heartbeats go out when they are due, so a server with many
 * chunks is not taken for dead while it lists them; nor is one whose disk hangs, since nothing else waits while changed chunks are looked
 * up.
 *
 * <p><b>Threads.</b> Safe for many threads; nothing waits. Events are handled one at a time on whichever thread brings them.
 */
public final class MasterSession implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(MasterSession.class);

    /** How often what is open is told to a master that has not changed; a few times as often as one forgets it. */
    private static final Duration OPEN_INTERVAL = Duration.ofMinutes(5);

    private final KnownMaster known;
    private final ReportingServer server;
    private final SessionConfig config;
    private final ScheduledExecutorService timers;
    private final RandomGenerator random;
    private final LongSupplier reportNumbers;
    private final Executor sequence = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
    private final ChangedChunks changes = new ChangedChunks();
    private volatile MasterConnection connection;

    // What follows belongs to the sequence.

    private boolean started;
    private boolean closed;

    /** A message is under way, or a failure is being waited out. */
    private boolean busy;

    private boolean registered;
    private Backoff backoff;

    /** A heartbeat is to be sent; not while it rests. */
    private boolean heartbeatDue;

    /** The last heartbeat was a moment ago. */
    private boolean resting;

    private @Nullable ServerState toldState;

    /** A full report is to be begun, or is under way and goes on after {@code lastReported}. */
    private boolean fullReport;

    /** Null when no full report is under way. */
    private @Nullable ChunkId lastReported;

    private boolean reportDue;

    /** Which leadership the master claimed last; 0 for none. */
    private long epoch;

    /**
     * What is open is to be told: the master may have forgotten where it placed it, or another one led then. From the moment at which this
     * server knows the leader it takes no part in what an older one placed, so that what is open then is all.
     */
    private boolean openDue;

    /** What of it is not told yet; null when it has not been looked at. */
    private @Nullable List<OpenTransaction> open;

    /** Changed chunks that are being looked up, which may wait for a disk: heartbeats and a full report go on meanwhile. */
    private @Nullable Looking looking;

    /** What was seen of them, until it is reported. */
    private @Nullable SeenChanges seen;

    /** How many full reports were begun: what was seen before one is not told after it. */
    private int fullReports;

    private @Nullable Future<?> nextHeartbeat;
    private @Nullable Future<?> rest;
    private @Nullable Future<?> nextReport;
    private @Nullable Future<?> nextOpen;
    private @Nullable Future<?> pause;

    /**
     * A session that says nothing before {@link #start}.
     *
     * @param reportNumbers gives each number once in this run of the server, and none that is below one it gave before
     */
    public MasterSession(
            KnownMaster known,
            ReportingServer server,
            SessionConfig config,
            ScheduledExecutorService timers,
            RandomGenerator random,
            LongSupplier reportNumbers) {
        this.known = known;
        this.server = server;
        this.config = config;
        this.timers = timers;
        this.random = random;
        this.reportNumbers = reportNumbers;
        this.backoff = newBackoff();
        this.connection = new MasterConnection(known.address(), false, "not asked yet");
    }

    /** How the server stands with the master now. */
    public MasterConnection connection() {
        return connection;
    }

    public Master master() {
        return known.master();
    }

    /** Registers, now or anew, as when the server is reached at another address from now on. */
    public void start() {
        sequence.execute(() -> {
            started = true;
            registered = false;
            step();
        });
    }

    /** The server's state has changed, or it has no orders any more: a heartbeat goes out as soon as the last is old enough. */
    public void wake() {
        sequence.execute(() -> {
            heartbeatDue = true;
            step();
        });
    }

    /** A chunk was published or removed. */
    public void changed(ChunkId chunk) {
        changes.note(chunk);
        sequence.execute(() -> {
            if (registered && !reportDue) {
                reportAfter(config.reportDelay());
            }
        });
    }

    private void reportAfter(Duration delay) {
        if (nextReport == null) {
            nextReport = after(delay, () -> {
                nextReport = null;
                reportDue = true;
            });
        }
    }

    /** Says nothing more. Idempotent. */
    @Override
    public void close() {
        sequence.execute(() -> {
            closed = true;
            stop(nextHeartbeat);
            stop(rest);
            stop(nextReport);
            stop(nextOpen);
            stop(pause);
        });
    }

    /** Does what is to be done next, if nothing is under way. */
    private void step() {
        if (busy || closed || !started) {
            return;
        }
        if (!registered) {
            say(known.master().register(server.registration()), done -> registered());
        } else if (heartbeatDue && !resting) {
            heartbeat();
        } else if (openDue) {
            reportOpen();
        } else if (fullReport || changes.tooMany()) {
            reportNextPart();
        } else if (seen != null) {
            reportChanges(seen);
        } else if (reportDue && looking == null) {
            lookAtChanges();
        }
    }

    private void registered() {
        registered = true;
        heartbeatDue = true;
        resting = false;
        fullReport = true;
        lastReported = null;
        tellOpen();
        connection = new MasterConnection(known.address(), true, "");
        LOG.info("registered with master {}", known.address());
    }

    private void heartbeat() {
        Heartbeat heartbeat = server.heartbeat();
        heartbeatDue = false;
        resting = true;
        toldState = heartbeat.state();
        stop(nextHeartbeat);
        say(known.master().heartbeat(heartbeat), reply -> {
            if (!reply.registered()) {
                unregistered("it does not know this server any more");
                return;
            }
            backoff = newBackoff();
            if (!server.take(reply)) {
                replaced(reply.epoch());
            } else if (!connection.registered()) {
                connection = new MasterConnection(known.address(), true, "");
                LOG.info("master {} answers again", known.address());
            }
            if (reply.epoch() > epoch) {
                tellOpen();
            }
            epoch = reply.epoch();
            rest = after(config.minHeartbeatInterval(), () -> resting = false);
            nextHeartbeat = after(config.heartbeatInterval(), () -> heartbeatDue = true);
        });
    }

    private void reportOpen() {
        List<OpenTransaction> untold = open == null ? server.open() : open;
        if (untold.isEmpty()) {
            toldOpen();
            step();
            return;
        }
        int most = Math.min(untold.size(), ChunkReport.MAX_ENTRIES);
        open = untold.subList(most, untold.size());
        ChunkReport told = new ChunkReport(
                server.registration().server(),
                ChunkReport.Kind.CHANGES,
                List.of(),
                List.of(),
                untold.subList(0, most),
                reportNumbers.getAsLong());
        say(known.master().report(told), done -> {
            if (open != null && open.isEmpty()) {
                toldOpen();
            }
        });
    }

    /** What stays open for long, as a promise whose coordinator is gone, is told again before the master forgets it. */
    private void toldOpen() {
        openDue = false;
        stop(nextOpen);
        nextOpen = after(OPEN_INTERVAL, this::tellOpen);
    }

    /** All that is open now is to be told, from its start. */
    private void tellOpen() {
        openDue = true;
        open = null;
    }

    /** Chunks that change meanwhile are reported once more afterwards, so no part needs to fit the others. */
    private void reportNextPart() {
        boolean first = lastReported == null;
        if (first) {
            fullReport = true;
            fullReports++;
            changes.clear();
            lookAgain();
        }
        List<ChunkInfo> page = server.list(lastReported, ChunkReport.MAX_ENTRIES);
        boolean last = !first && page.size() < ChunkReport.MAX_ENTRIES;
        ChunkReport.Kind kind = first ? ChunkReport.Kind.START : last ? ChunkReport.Kind.END : ChunkReport.Kind.PART;
        say(known.master().report(report(kind, page, List.of())), done -> {
            fullReport = !last;
            lastReported =
                    last || page.isEmpty() ? null : page.get(page.size() - 1).id();
            lookAtState();
            if (first && page.isEmpty()) {
                say(known.master().report(report(ChunkReport.Kind.END, page, List.of())), end -> fullReport = false);
            }
        });
    }

    /** What was stored may have filled the server, which it finds out when it is asked. */
    private void lookAtState() {
        heartbeatDue |= server.heartbeat().state() != toldState;
    }

    private void lookAtChanges() {
        List<ChunkId> chunks = changes.take(ChunkReport.MAX_ENTRIES);
        reportDue = !changes.isEmpty();
        if (chunks.isEmpty()) {
            return;
        }
        int before = fullReports;
        Looking begun = new Looking(chunks, server);
        looking = begun;
        Future<?> patience = after(config.maxRetry(), () -> looked(begun, before));
        var unused = begun.ended()
                .thenRun(() -> sequence.execute(() -> {
                    stop(patience);
                    looked(begun, before);
                    step();
                }));
    }

    /** A chunk whose disk hangs is told later; it does not keep others waiting. */
    private void looked(Looking begun, int reportsBefore) {
        if (looking != begun) {
            return;
        }
        looking = null;
        SeenChanges found = begun.seen();
        if (!found.unknown().isEmpty()) {
            LOG.warn(
                    "of changed chunks {} are reported to master {} later, {} first: {}",
                    found.unknown().size(),
                    known.address(),
                    found.unknown().get(0),
                    begun.why().orElse("their disk does not answer"));
            // What is reported meanwhile does not wait for them.
            var unused = after(config.maxRetry(), () -> {
                found.unknown().forEach(changes::note);
                reportDue = true;
            });
        }
        if (reportsBefore != fullReports) {
            noteAgain(found.chunks(), config.reportDelay());
        } else if (!found.chunks().isEmpty()) {
            seen = found;
        }
    }

    /** What was seen a while ago is not told: a master that knows something newer would take it for a step back. */
    private void lookAgain() {
        if (seen != null) {
            noteAgain(seen.chunks(), config.reportDelay());
            seen = null;
        }
    }

    private void noteAgain(List<ChunkId> chunks, Duration delay) {
        chunks.forEach(changes::note);
        reportAfter(delay);
    }

    private void reportChanges(SeenChanges told) {
        seen = null;
        CompletionStage<Void> taken = known.master()
                .report(report(ChunkReport.Kind.CHANGES, told.present(), told.absent()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        told.chunks().forEach(changes::note);
                    }
                });
        say(taken, done -> lookAtState());
    }

    private ChunkReport report(ChunkReport.Kind kind, List<ChunkInfo> present, List<ChunkId> absent) {
        return new ChunkReport(server.registration().server(), kind, present, absent, reportNumbers.getAsLong());
    }

    private interface Heard<T> {
        void heard(T answer);
    }

    /** Waits for an answer, handles it, and does what is next. */
    private <T> void say(CompletionStage<T> asked, Heard<T> heard) {
        busy = true;
        asked.whenComplete((answer, failure) -> sequence.execute(() -> {
            busy = false;
            if (closed) {
                return;
            }
            if (failure == null) {
                heard.heard(answer);
            } else {
                failed(ChunkServerException.from(failure).failure());
            }
            step();
        }));
    }

    /** A part of a report that failed may have arrived or not: what was being reported is reported from its start. */
    private void failed(Failure why) {
        lastReported = null;
        open = null;
        heartbeatDue = true;
        resting = false;
        lookAgain();
        reportDue |= !changes.isEmpty();
        if (why.code() == ErrorCode.DUPLICATE_SERVER) {
            // Somebody has to look into it: asking often does not help.
            complain(why);
            registered = false;
            waitOut(config.maxRetry());
        } else if (why.code() == ErrorCode.NOT_REGISTERED) {
            unregistered(why.describe());
        } else {
            complain(why);
            waitOut(backoff.next());
        }
    }

    private void unregistered(String why) {
        LOG.info("master {} is told anew: {}", known.address(), why);
        connection = new MasterConnection(known.address(), false, why);
        registered = false;
        waitOut(backoff.next());
    }

    /** The master goes on as the leader that it was; it is heard, since it may be elected again, but not followed. */
    private void replaced(long epoch) {
        String reason = epoch == 0
                ? "it gives orders without being elected, and others are; they are refused"
                : "it leads by epoch " + epoch + ", and the leader of a newer one is known; its orders are refused";
        if (connection.registered() || !connection.reason().equals(reason)) {
            LOG.warn("master {} is not followed: {}", known.address(), reason);
        }
        connection = new MasterConnection(known.address(), false, reason);
    }

    /** Once for each reason, not each time. */
    private void complain(Failure why) {
        String reason = why.describe();
        boolean news = connection.registered() || !connection.reason().equals(reason);
        connection = new MasterConnection(known.address(), false, reason);
        if (!news) {
            return;
        }
        if (why.code() == ErrorCode.DUPLICATE_SERVER || why.code() == ErrorCode.INTERNAL) {
            LOG.error("master {} does not take this server, which goes on serving: {}", known.address(), reason);
        } else {
            LOG.warn("master {} does not answer and is asked again and again: {}", known.address(), reason);
        }
    }

    private void waitOut(Duration delay) {
        busy = true;
        pause = after(delay, () -> busy = false);
    }

    /** Sets something after a while, then does what is next. A server without timers is closed. */
    private @Nullable Future<?> after(Duration delay, Runnable change) {
        try {
            return timers.schedule(
                    () -> sequence.execute(() -> {
                        change.run();
                        step();
                    }),
                    delay.toNanos(),
                    NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            closed = true;
            return null;
        }
    }

    private Backoff newBackoff() {
        return new Backoff(config.firstRetry(), config.maxRetry(), random);
    }

    private static void stop(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
