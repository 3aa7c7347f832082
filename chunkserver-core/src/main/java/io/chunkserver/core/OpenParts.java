package io.chunkserver.core;

import io.chunkserver.core.commit.Admission;
import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.ChainCoordinator.CoordinatorLog;
import io.chunkserver.core.commit.CommitRecovery;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.Storage;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.SegmentedTransactionLog;
import io.chunkserver.core.disk.CallWatch;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.EmergencyReserve;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.replication.ForwardingChain;
import io.chunkserver.core.replication.ReplicationChain;
import io.chunkserver.core.space.ReservingSpaceAccountant;
import io.chunkserver.core.space.SpaceWatch;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring of a volume: its parts, opened bottom up, and closed top down.
 *
 * @param files   the store of {@code storage}, as who looks after its files sees it
 * @param changes tells which chunks were published or removed
 * @param upkeep  watches over the space
 * @param calls   of the disk
 */
record OpenParts(
        DataDirectory directory,
        FileChunkStore files,
        Storage storage,
        Admission admission,
        Participant participant,
        ChainCoordinator coordinator,
        ReplicationChain chain,
        ChunkChanges changes,
        CommitRecovery.Report recovery,
        List<Decided> undelivered,
        SpaceUpkeep upkeep,
        CallWatch calls,
        Deque<Closeable> open) {

    private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);

    /** Bytes of the file system that are never promised to chunks: two log segments and the folders' growth. */
    private static final long HEADROOM_SEGMENTS = 3;

    /** Soon after the start, which may have had to read much; late enough to leave the first requests alone. */
    private static final Duration FIRST_CHECKPOINT = Duration.ofSeconds(10);

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(1);

    /**
     * What is opened.
     *
     * @param directory closed with the volume, also when it cannot be opened
     * @param calls     watches the directory's disk
     * @param helper    opens the store while the log is opened, which takes about as long
     */
    record Site(DataDirectory directory, CallWatch calls, Environment environment, Executor helper) {}

    /** Opens everything, or nothing: what was opened before a failure is closed again, the directory too. */
    static OpenParts open(Site site, OneServer server) throws IOException {
        Deque<Closeable> open = new ArrayDeque<>();
        try {
            return open(site, server, open);
        } catch (IOException | RuntimeException e) {
            closeAll(open, e);
            throw e;
        }
    }

    private static OpenParts open(Site site, OneServer server, Deque<Closeable> open) throws IOException {
        ChunkServerConfig config = server.config();
        Environment environment = site.environment();
        CallWatch calls = site.calls();
        DataDirectory directory = opened(open, site.directory());
        watch(calls, environment, open);
        ChunkChanges changes = new ChunkChanges();
        OpeningStore opening = opened(
                open,
                OpeningStore.begin(
                        () -> FileChunkStore.open(
                                directory.disk(),
                                DataDirectory.CHUNKS,
                                DataDirectory.QUARANTINE,
                                DataDirectory.INDEX,
                                environment.clock(),
                                changes,
                                directory.reserve()),
                        site.helper()));
        boolean newLog = !SegmentedTransactionLog.exists(directory.disk(), DataDirectory.LOG);
        if (newLog) {
            // Whoever lost its log must not answer for what the lost one knew.
            directory.renewLogId();
        }
        UUID id = directory.identity().uuid();
        Admission admission = new Admission(
                config.chunkSizeLimitBytes(),
                "data directory " + directory + " (" + id + ")",
                "check the disk, then restart the server; where it has other directories and this one is lost for good, with: serve"
                        + " --give-up-directory " + id);
        SegmentedTransactionLog log = opened(
                open,
                SegmentedTransactionLog.open(
                        directory.disk(),
                        DataDirectory.LOG,
                        directory.identity().logId(),
                        config.log(),
                        environment.log(),
                        environment.clock(),
                        () -> forced(opening.await()::forcePublished, admission)));
        FileChunkStore store = opening.await();
        if (newLog) {
            warnOfLostLog(directory, store.snapshot(), store.staged().size());
        }
        log.failed().thenAccept(admission::close);
        List<Decided> undelivered = log.table().undelivered();
        store.settleDamaged(() -> CommitRecovery.durablePromises(store, log));
        CommitRecovery.Report recovery = CommitRecovery.run(store, log);
        Storage storage = new Storage(
                store,
                new ReservingSpaceAccountant(
                        server.limit(),
                        store.snapshot().publishedBytes(),
                        HEADROOM_SEGMENTS * config.log().segmentBytes(),
                        EmergencyReserve.BYTES,
                        directory.disk()::freeBytes),
                log);
        Participant participant = Participant.create(
                server.self().get().id(), storage, server.replicas(), environment, admission, config.commit());
        ReplicationChain chain =
                new ForwardingChain(server.self(), participant, server.replicas(), environment, config.chain());
        ChainCoordinator coordinator = new ChainCoordinator(
                participant,
                chain::push,
                server.replicas(),
                config.commit(),
                new CoordinatorLog(directory.identity().logId(), server.attempts()));
        SpaceUpkeep upkeep = SpaceUpkeep.of(
                store,
                storage.space(),
                new SpaceWatch(server.limit(), storage.space(), config.space().thresholds()),
                server.keepsTombstones()
                        ? Optional.empty()
                        : Optional.of(new TombstoneUpkeep(
                                store,
                                participant,
                                server.attempts(),
                                environment.clock(),
                                config.space().tombstoneAge(),
                                server.diskFailed())),
                directory.reserve());
        server.spaceListeners().forEach(upkeep.watch()::listen);
        admission.add((kind, lengthBytes) -> calls.stall());
        admission.add(upkeep::refusal);
        return new OpenParts(
                directory,
                store,
                storage,
                admission,
                participant,
                coordinator,
                chain,
                changes,
                recovery,
                undelivered,
                upkeep,
                calls,
                open);
    }

    /** Takes up what was open when the volume was closed, which asks other servers and this one, and begins to look after it. */
    void begin() {
        recovery.inDoubt()
                .forEach(promise ->
                        participant.restore(promise.prepared(), storage.space().adopt(promise.stagedBytes())));
        undelivered.forEach(coordinator::restore);
        startBackground(this::keepUp, () -> forced(files::checkpointIfDue, admission), participant.environment(), open);
    }

    /** A disk that is gone is found also where nobody writes to it: what it had is to be copied from elsewhere as soon as can be. */
    private void keepUp() throws IOException {
        if (!files.isMounted()) {
            admission.close(Failure.of(ErrorCode.DISK_FAILED, "it is not there any more; is its file system mounted?")
                    .withHint("bring it back, then restart the server"));
        }
        directory.failure().ifPresent(admission::close);
        upkeep.runOnce();
    }

    /** A store without a file has lost nothing by it: it is a first start, or one after a crash within that. */
    private static void warnOfLostLog(DataDirectory directory, StoreSnapshot found, int staged) {
        if (found.chunks() + found.tombstones() + staged > 0) {
            LOG.warn(
                    "{} has chunks ({}) or staged versions ({}) and no transaction log: that is lost or was removed, and a new one begins. "
                            + "What is published here is served; what server {} had promised is forgotten, and what was committed and not yet "
                            + "published is gone",
                    directory.disk(),
                    found.chunks(),
                    staged,
                    directory.identity().serverId());
        }
    }

    private static void startBackground(
            BackgroundStep.Step upkeep,
            BackgroundStep.Step checkpoint,
            Environment environment,
            Deque<Closeable> open) {
        opened(
                open,
                BackgroundStep.start("the upkeep of space", upkeep, Duration.ZERO, SpaceUpkeep.INTERVAL, environment));
        opened(
                open,
                BackgroundStep.start(
                        "a checkpoint of the index", checkpoint, FIRST_CHECKPOINT, CHECKPOINT_INTERVAL, environment));
    }

    private interface Force {
        void force() throws IOException;
    }

    /** A disk that cannot force what is published has failed, although nobody waits for that force (guarantee D3). */
    private static void forced(Force force, Admission admission) throws IOException {
        try {
            force.force();
        } catch (ChunkServerException.Overloaded untried) {
            throw untried;
        } catch (IOException e) {
            admission.close(
                    Failure.of(ErrorCode.DISK_FAILED, "published chunks could not be forced: " + e.getMessage()));
            throw e;
        }
    }

    private static void watch(CallWatch calls, Environment environment, Deque<Closeable> open) {
        ScheduledFuture<?> timer = environment
                .timers()
                .scheduleWithFixedDelay(
                        calls::look, CallWatch.PERIOD.toNanos(), CallWatch.PERIOD.toNanos(), TimeUnit.NANOSECONDS);
        opened(open, () -> timer.cancel(false));
    }

    private static <T extends Closeable> T opened(Deque<Closeable> open, T part) {
        open.push(part);
        return part;
    }

    /** Closes the parts, the topmost first, and unlocks the directory; idempotent. */
    void close() throws IOException {
        IOException failure = new IOException("some parts of " + directory + " could not be closed");
        closeAll(open, failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    /** Closes the parts because of a failure, to which it adds what fails then. */
    void closeAfter(Exception failure) {
        closeAll(open, failure);
    }

    private static void closeAll(Deque<Closeable> open, Exception failure) {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException | RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
