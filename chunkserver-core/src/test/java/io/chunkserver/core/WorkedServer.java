package io.chunkserver.core;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server at work, and with it the history of its clients. Before each change that it makes to its disk, and after the
 * last, somebody can look at the disk.
 */
final class WorkedServer {

    /** Looks at a moment at which the machine might crash. */
    interface CrashPoint {

        /**
         * Called on the server's thread.
         *
         * @param disk    as it is now; not to be changed
         * @param history what clients have been told until now
         * @param next    what the server is about to do; empty at the end
         */
        void reached(MemoryDisk disk, StoreHistory history, Optional<DiskOperation> next);
    }

    private final MemoryDisk memory = new MemoryDisk();
    private final StoreHistory history = new StoreHistory();
    private final ScriptedCoordinator coordinator = new ScriptedCoordinator(history);
    private final ChunkServerConfig config;
    private final long seed;
    private final CrashPoint crashPoint;
    private boolean watched = true;
    private @Nullable LoneServer server;

    WorkedServer(ChunkServerConfig config, long seed, CrashPoint crashPoint) {
        this.config = config;
        this.seed = seed;
        this.crashPoint = crashPoint;
    }

    StoreHistory history() {
        return history;
    }

    MemoryDisk disk() {
        return memory;
    }

    /** Whether anybody looks from now on. */
    void watched(boolean newWatched) {
        watched = newWatched;
    }

    void start() throws IOException {
        server = LoneServer.start(new FaultyDisk(memory, this::before), config, coordinator, seed);
    }

    private DiskFault before(DiskOperation operation) {
        if (watched && operation.isChange()) {
            crashPoint.reached(memory, history, Optional.of(operation));
        }
        return DiskFault.NONE;
    }

    /** Nothing more is going to be done. */
    void end() {
        if (watched) {
            crashPoint.reached(memory, history, Optional.empty());
        }
        running().kill();
    }

    void store(ChunkId chunk, int lengthBytes) {
        perform(history.next(chunk, lengthBytes, StoreHistory.End.STORE));
    }

    void delete(ChunkId chunk) {
        perform(history.next(chunk, 0, StoreHistory.End.DELETE));
    }

    /** Does these at the same time. */
    void perform(StoreHistory.Version... versions) {
        running().perform(history, versions);
    }

    /** Has the server promise these as a member of a chain, at the same time. */
    void promise(StoreHistory.Version... versions) {
        for (StoreHistory.Version version : versions) {
            coordinator.prepare(running().server(), version);
        }
        running().run();
    }

    /** Commits what was promised. */
    void commit(StoreHistory.Version version) {
        coordinator.commit(running().server(), version);
        running().run();
    }

    /** Aborts what was promised. */
    void abort(StoreHistory.Version version) {
        coordinator.abort(running().server(), version);
        running().run();
    }

    /** Has an operator settle what was promised to a coordinator that has lost its log. */
    void settleByHand(StoreHistory.Version version, boolean commit) {
        coordinator.settleByHand(running().server(), version, commit);
        running().run();
        if (!history.settledByHand().containsKey(version.transaction())) {
            throw new AssertionError("transaction " + version.transaction() + " was not settled by hand");
        }
    }

    /** Lets so much time pass that it does what it does now and then. */
    void idle() {
        for (int i = 0; i < 30; i++) {
            running().run();
        }
    }

    /** Closes the server in good order and starts it again. */
    void reopen() throws IOException {
        running().close();
        start();
    }

    /** The process dies, the machine lives on. */
    void restart() throws IOException {
        running().kill();
        memory.endProcess();
        start();
    }

    /** Only what was forced is left. */
    void losePower() throws IOException {
        running().kill();
        memory.crash();
        start();
    }

    private LoneServer running() {
        if (server == null) {
            throw new IllegalStateException("the server was not started");
        }
        return server;
    }
}
