package io.chunkserver.core;

import io.chunkserver.core.commit.BlockFeeder;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitConfig;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.JoiningDirectory;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.OrderFence;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.model.TransactionIds;
import io.chunkserver.core.replication.OrderRunner;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.core.store.ChunkReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk server inside this process.
 *
 * <p>It owns one or more data directories; stores chunks by two-phase commit over a replica chain, of which it is the primary or a member;
 * and reads them back verified. Without {@link ChunkServerBuilder#replicas} it keeps one copy of each chunk and opens no
 * socket.
 *
 * <p><b>Guarantees.</b> What {@link Receipt} says, over crashes of any member at any moment; see the project's README. One
 * server per data directory (R3).
 *
 * <p><b>Threads.</b> Safe for many threads. Methods that return a stage never wait; the others that throw {@link IOException}
 * wait for the disk. Threads that call those must not be interrupted, nor those that read a {@link ChunkReader}, as {@code
 * Future.cancel(true)} and {@code ExecutorService.shutdownNow()} do: an interrupt closes the file that the thread is inside of for all
 * threads, so that others that read the same chunk fail with {@link java.nio.channels.ClosedChannelException} and have to open it again.
 */
public final class ChunkServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkServer.class);

    private final ServerIdentity identity;
    private final SelfMember selfMember;
    private final Volumes volumes;
    private final Replica replica;
    private final ChunkServerConfig config;
    private final Environment environment;
    private final @Nullable ServerThreads ownThreads;
    private final TransactionIds transactionIds;
    private final LostChunks lost;
    private final OrderRunner orders;
    private final OrderFence fence = new OrderFence();
    private final ServerReports reports;
    private final MasterSessions masters;
    private final PrimaryStores primary;
    private final Drain drain;
    private final Emptying emptying;
    private final BackgroundStep moves;
    private final DirectoryAddition addition;
    private final Instant started;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ChunkServer(
            ServerParts parts, ChunkServerBuilder builder, Worlds worlds, @Nullable ServerThreads ownThreads) {
        this.identity = parts.identity();
        this.selfMember = parts.server().self();
        this.volumes = parts.volumes();
        this.replica = parts.replica();
        this.lost = parts.lost();
        this.config = builder.config();
        this.environment = volumes.first().participant().environment();
        this.ownThreads = ownThreads;
        this.started = environment.clock().instant();
        this.transactionIds =
                new TransactionIds(identity.serverUuid() + "-" + identity.bootCount(), environment.clock());
        this.orders = new OrderRunner(
                volumes::claim,
                parts.server().replicas(),
                parts.server().attempts(),
                parts.intents(),
                config.orders(),
                environment.timers(),
                new OrderResults());
        this.reports = new ServerReports(identity, volumes, selfMember, config, orders, this::transactions, fence);
        this.masters = new MasterSessions(builder.masters(), reports, fence, config.session(), environment);
        this.primary = new PrimaryStores(volumes, masters, selfMember);
        this.drain = new Drain(identity.serverId(), volumes, environment.timers(), this::transactions);
        this.emptying = new Emptying(volumes, orders, config.orders().maxOpen(), selfMember);
        this.moves = moves(emptying, parts.duplicates(), new SlowVolumes(volumes), environment);
        this.addition = new DirectoryAddition(parts, worlds, drain, this::attend);
        volumes.all().forEach(this::attend);
    }

    private void attend(Volume volume) {
        volume.onChange(masters::changed);
        volume.onCondition(masters::wake);
        volume.onFailure(this::failed);
        volume.participant().admission().admitPlacements(fence::admitsPlacement);
    }

    /** What is moved is read and written on the threads of the disks that it is on; a disk that hangs does not keep others from this. */
    private static BackgroundStep moves(
            Emptying emptying, DuplicateCopies duplicates, SlowVolumes slow, Environment environment) {
        return BackgroundStep.startWithoutDisk(
                "the comparing of data directories and the moving of chunks between them",
                () -> {
                    slow.runOnce();
                    duplicates.runOnce();
                    emptying.runOnce();
                },
                Emptying.INTERVAL,
                environment);
    }

    /** Where other volumes go on, masters hear by a new report that the chunks of this one are gone. */
    private void failed(Volume volume) {
        volume.integrity().stop();
        if (volumes.all().size() > 1) {
            LOG.error(
                    "{} is out of service: its disk has failed. The other directories go on; what is in it is copied from other servers, as"
                            + " far as a master knows of any",
                    volume);
            masters.start();
        }
    }

    /** A chunk is reported again after an order, also when nothing has changed: the one who gave it did not know. */
    private final class OrderResults implements OrderRunner.Listener {

        @Override
        public void ended(ChunkId chunk) {
            volumes.endCopy(chunk);
            masters.changed(chunk);
        }

        @Override
        public void ranOut() {
            masters.wake();
        }
    }

    /** A server with its data below this directory, which is made when needed. */
    public static ChunkServerBuilder builder(Path dataDirectory) {
        return ChunkServerBuilder.onLocalDisk(dataDirectory);
    }

    /** A server with its data on this disk. */
    public static ChunkServerBuilder builder(Disk disk) {
        return new ChunkServerBuilder(disk);
    }

    static ChunkServer start(ChunkServerBuilder builder) throws IOException {
        Environment given = builder.environment();
        if (given != null) {
            Worlds worlds = Worlds.same(given);
            return new ChunkServer(ServerParts.open(builder, worlds), builder, worlds, null);
        }
        ServerThreads threads = ServerThreads.create(builder.config().diskThreads());
        try {
            return new ChunkServer(ServerParts.open(builder, threads), builder, threads, threads);
        } catch (IOException | RuntimeException e) {
            threads.close(ServerThreads.CLOSE_PATIENCE);
            throw e;
        }
    }

    /** Who this server is, as its first data directory says. */
    public ServerIdentity identity() {
        return volumes.first().directory().identity();
    }

    /** This server as a member of chains. */
    public Member self() {
        return selfMember.get();
    }

    public ChunkServerConfig config() {
        return config;
    }

    /**
     * Says where other servers reach this one; from now on chains name it by this address, and its masters are told.
     *
     * @param port the port that was opened, remembered for the next start; 0 for none
     * @throws ChunkServerException with {@code DRAINING} when the server is closed
     */
    public void reachableAt(String address, int port) throws IOException {
        checkOpen();
        selfMember.reachableAt(address);
        if (port != 0) {
            for (Volume volume : volumes.all()) {
                volume.directory().recordPort(port);
            }
        }
        masters.start();
    }

    /** How this server presents itself to masters. */
    public Registration registration() {
        return reports.registration();
    }

    /**
     * Speaks to these masters from now on, and to none that is left out; sessions with those that stay go on.
     *
     * @param known the one that leads first, if it is known
     * @param epoch that of the leader: orders of older ones are refused from now on; 0 where masters are not elected
     */
    public void followMasters(List<KnownMaster> known, long epoch) {
        fence.saw(epoch);
        masters.follow(known);
    }

    /** Says how this server stands with whatever tells it its masters, which {@link #status} shows before these. */
    public void registeredAt(MasterConnection registry) {
        masters.registry(registry);
    }

    /** This server as other servers and its own endpoint use it. */
    public Replica asReplica() {
        return replica;
    }

    /**
     * Begins a store or a delete of which this server is the primary.
     *
     * <p>As many may be open at once, in each data directory, as {@link CommitConfig#maxOpenTransactions()} says: 256 unless configured
     * otherwise. The receipt of one more fails with {@code OVERLOADED}.
     *
     * @param replicas addresses of the other members; they are ordered by their distance from this server
     * @return the writer for the bytes; exceptionally when a replica cannot be identified or is named twice
     */
    public CompletionStage<ChunkWriter> begin(StoreRequest request, List<String> replicas) {
        return primary.begin(request, replicas);
    }

    /**
     * Begins a store or a delete of which this server is the primary, on the servers that its master names: those that have the chunk, or
     * those that are to have a new one. As many may be open at once as {@link #begin(StoreRequest, List)} says.
     *
     * @param copies on how many servers a new chunk goes; 0 for as many as the master is configured for, or one without a master
     * @return the writer for the bytes; exceptionally with {@code NOT_A_MEMBER}, naming the members, when this server is none of them,
     *     with {@code INVALID_ARGUMENT} when several copies are wanted and this server has no master, and as {@link Master#place}
     */
    public CompletionStage<ChunkWriter> begin(StoreRequest request, int copies) {
        return primary.begin(request, copies);
    }

    /**
     * Stores a chunk, replacing what is there; waits for the outcome. A new one is stored here alone; one that other servers have is stored
     * on those, as this server's master says, if it has one.
     *
     * @throws ChunkServerException as {@link #store(ChunkId, InputStream, long, List)} and {@link #begin(StoreRequest, int)}
     */
    public Receipt store(ChunkId chunk, InputStream bytes, long maxLengthBytes) throws IOException {
        return store(chunk, bytes, maxLengthBytes, List.of());
    }

    /**
     * Stores a chunk on this server and the replicas, replacing what is there; waits for the outcome. Without a master the caller keeps
     * the replicas of a chunk the same: two stores that share no server know nothing of each other.
     *
     * <p>Nothing is tried again, other than by a client over the network: the caller does that where {@link ErrorCode#retryable()} says so,
     * above all after {@code OVERLOADED}, when too many transactions are open (see {@link #begin(StoreRequest, List)}).
     *
     * @param maxLengthBytes the most bytes that the stream has; so much space is reserved
     * @param replicas       addresses of the other members; empty is as {@link #store(ChunkId, InputStream, long)}
     * @throws ChunkServerException.OutcomeUnknown when nobody can say whether it was committed; every other exception means that
     *     it was not
     */
    public Receipt store(ChunkId chunk, InputStream bytes, long maxLengthBytes, List<String> replicas)
            throws IOException {
        StoreRequest request = request(chunk, false, maxLengthBytes);
        ChunkWriter writer = await(beginOnOneOr(replicas, request));
        BlockFeeder.feed(bytes, writer);
        return await(writer.receipt());
    }

    /** Deletes a chunk from this server and the replicas, or from where its master says if none is named; waits for the outcome. */
    public Receipt delete(ChunkId chunk, List<String> replicas) throws IOException {
        ChunkWriter writer = await(beginOnOneOr(replicas, request(chunk, true, 0)));
        writer.finish(0, 0);
        return await(writer.receipt());
    }

    private CompletionStage<ChunkWriter> beginOnOneOr(List<String> replicas, StoreRequest request) {
        return replicas.isEmpty() ? begin(request, 1) : begin(request, replicas);
    }

    private StoreRequest request(ChunkId chunk, boolean tombstone, long maxLengthBytes) {
        return new StoreRequest(
                transactionIds.next(),
                chunk,
                tombstone,
                maxLengthBytes,
                null,
                Attributes.NONE,
                config.durability(),
                StoreRequest.DEFAULT_TIMEOUT);
    }

    /**
     * Opens a chunk for reading; the reader stays with its version.
     *
     * <p>Completes exceptionally with {@code CHUNK_NOT_FOUND}; with {@code VERSION_CONFLICT} when the version is older than
     * asked; with {@code UNREACHABLE} when the latest version was asked and nobody can tell it.
     */
    public CompletionStage<ChunkReader> open(ChunkId chunk, ReadMode mode) {
        return volumes.of(chunk).reads().open(chunk, mode);
    }

    /** The threads that may wait for the disk which has this chunk: one that hangs keeps nobody from the other disks then. */
    public Executor threadsOf(ChunkId chunk) {
        return volumes.of(chunk).participant().environment().disk();
    }

    /**
     * Copies bytes of a chunk's committed version to a stream, verified block by block before they are handed on; waits.
     *
     * @return what was read
     * @throws ChunkServerException.InvalidRequest with {@code RANGE_NOT_SATISFIABLE} when the range ends past the chunk
     * @throws ChunkServerException when the chunk cannot be read, with {@code DRAINING} when the server is closed meanwhile; some bytes may
     *     have been written
     * @throws IOException of the stream, as it is
     */
    public ChunkInfo read(ChunkId chunk, ByteRange range, OutputStream target) throws IOException {
        return copy(chunk, info -> range, target);
    }

    /** Copies a whole chunk; see {@link #read(ChunkId, ByteRange, OutputStream)}. */
    public ChunkInfo read(ChunkId chunk, OutputStream target) throws IOException {
        return copy(chunk, info -> new ByteRange(0, info.lengthBytes()), target);
    }

    private ChunkInfo copy(ChunkId chunk, Function<ChunkInfo, ByteRange> range, OutputStream target)
            throws IOException {
        try (ChunkReader reader = await(open(chunk, ReadMode.COMMITTED))) {
            VerifiedCopy.copy(reader, range.apply(reader.info()), target);
            return reader.info();
        } catch (ChunkServerException e) {
            boolean cutOff = closed.get() && e.code() == ErrorCode.DISK_FAILED;
            throw (cutOff ? closedFailure() : e.failure().at(self().id())).toException(e);
        }
    }

    /** What is known of a chunk's committed version; empty when there is none or it was deleted. */
    public Optional<ChunkInfo> stat(ChunkId chunk) {
        return volumes.stat(chunk).filter(info -> !info.tombstone());
    }

    /** The attributes of a chunk's committed version; read on the disk's threads. */
    public CompletionStage<Attributes> attributes(ChunkId chunk) {
        return volumes.of(chunk).reads().attributes(chunk);
    }

    /**
     * A page of the chunks on this server, in the order of their ids, deleted ones left out.
     *
     * @param pathPrefix what the path must start with; empty for all
     * @param after      the id after which the page starts; null for the first page
     * @param limit      the most that is returned, 1 or above; fewer means that the end is reached
     */
    public List<ChunkInfo> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        List<ChunkInfo> page = new ArrayList<>();
        ChunkId last = after;
        while (page.size() < limit) {
            int wanted = limit - page.size();
            List<ChunkInfo> next = Volumes.list(volumes.all(), pathPrefix, last, wanted);
            next.stream().filter(info -> !info.tombstone()).forEach(page::add);
            if (next.size() < wanted) {
                break;
            }
            last = next.get(next.size() - 1).id();
        }
        return page;
    }

    /** All transactions that are not over at this server, whoever coordinates them. */
    public List<TransactionSummary> transactions() {
        return volumes.all().stream()
                .flatMap(volume -> volume.transactions().open().stream())
                .sorted(Comparator.comparing(TransactionSummary::transaction))
                .toList();
    }

    /**
     * One transaction, open or remembered.
     *
     * @return empty when nothing is known of it: it was never heard of here, or was aborted, or is forgotten
     */
    public Optional<TransactionSummary> transaction(TransactionId id) {
        return volumes.all().stream()
                .flatMap(volume -> volume.transactions().find(id).stream())
                .findFirst();
    }

    /**
     * Has an operator settle a transaction that this server has promised and whose coordinator is gone for good or has lost its log. Who may
     * know the outcome is asked once more; where one tells it, that counts, and nothing is recorded as settled by hand. Else what the
     * operator chose is recorded as such, is durable when the stage completes, and may be another outcome than that of other members:
     * of a commit they hear when they ask, an abort the operator has to give to each member that is in doubt. Doing it again changes nothing.
     *
     * <p>Completes exceptionally with {@code TRANSACTION_NOT_FOUND} when there is nothing to settle, with {@code BUSY} when the coordinator
     * answers and has not decided, with {@code SETTLED_OTHERWISE} when the outcome is another one, with {@code TIMEOUT} when nothing was
     * done in time, and with {@code OUTCOME_UNKNOWN} when it may have been.
     *
     * @param commit  what the operator chose
     * @param timeout for the answers of others, and for the disk
     */
    public CompletionStage<TransactionSummary> settleByHand(TransactionId id, boolean commit, Duration timeout) {
        return volumes.all().stream()
                .filter(volume -> volume.transactions().find(id).isPresent())
                .findFirst()
                .orElse(volumes.first())
                .transactions()
                .settleByHand(id, commit, timeout);
    }

    /** Begins to examine all chunks now, at the configured speed; false when that is under way already, or the server is closed. */
    public boolean startScrub() {
        if (closed.get()) {
            return false;
        }
        boolean begun = false;
        for (Volume volume : volumes.all()) {
            begun |= volume.integrity().startScrub();
        }
        return begun;
    }

    /** How far the examination of all chunks has got. */
    public ScrubStatus scrub() {
        return Totals.scrub(volumes.all());
    }

    /**
     * Reads a chunk whole, on the disk's threads, and compares it with every checksum. Completes exceptionally with {@code CORRUPT} when
     * it is damaged, which takes it out of service, and with {@code CHUNK_NOT_FOUND}.
     */
    public CompletionStage<ChunkInfo> verify(ChunkId chunk) {
        return volumes.of(chunk).reads().verify(chunk);
    }

    /** This server at this moment. */
    public ServerStatus status() {
        List<Volume> all = volumes.all();
        Condition condition = Totals.condition(all);
        List<TransactionSummary> open = transactions();
        return new ServerStatus(
                self(),
                identity().serverUuid(),
                condition.state(),
                condition.reason(),
                Totals.store(all),
                Totals.space(all),
                Totals.level(all),
                Totals.sum(all, volume -> volume.parts().upkeep().driftBytes()),
                open.size(),
                ServerReports.inDoubt(open),
                (int) Totals.sum(
                        all, volume -> volume.parts().files().findings().size()),
                Totals.sum(all, volume -> volume.integrity().takenOut()),
                lost.list(),
                Totals.scrub(all),
                Duration.between(started, environment.clock().instant()),
                config.chunkSizeLimitBytes(),
                config.durability(),
                primary.lastChain(),
                masters.connections(),
                all.stream().map(Volume::status).toList());
    }

    /**
     * Takes no new transactions from now on. The stage completes when none is in flight any more, or the time is over;
     * promises without outcome stay on disk for the next start. Reads go on.
     *
     * @return whether all that was in flight has ended
     */
    public CompletionStage<Boolean> drain(Duration timeout) {
        return drain.goDown(timeout);
    }

    /**
     * Takes no new transactions and no copies until {@link #resume}, over restarts too; reads go on, and so does what is in flight. Masters
     * are told, and have its chunks copied elsewhere; {@link Master#needed} tells how many are left. Waits for the disk.
     *
     * @throws ChunkServerException with {@code DRAINING} when the server is closed
     */
    public void drain() throws IOException {
        checkOpen();
        drain.begin();
    }

    /**
     * Ends a {@link #drain()}. A server that takes nothing for another reason goes on refusing. A data directory whose disk has failed does
     * not hear of it: when that comes back with a restart, the server is drained again. Waits for the disk.
     *
     * @throws ChunkServerException with {@code DRAINING} when the server is going down
     */
    public void resume() throws IOException {
        checkOpen();
        drain.resume();
    }

    /**
     * Moves all chunks of one data directory to the others, and puts no new ones there; over restarts, until it is told not to. When it
     * {@linkplain DirectoryStatus#isEmpty is empty}, the directory can be left out at the next start, which is told to give it up. What its
     * log remembers goes with it: who retries a store that was committed there before has it done again. A move needs room for both copies
     * within the space limit. Waits for the disk.
     *
     * @param directory its own id, as the status tells
     * @param wanted    false to have it take chunks again
     * @throws ChunkServerException with {@code INVALID_ARGUMENT} when there is no such directory, or no other where chunks could go, and with
     *     {@code DRAINING} when the server is closed
     */
    public void emptyDirectory(UUID directory, boolean wanted) throws IOException {
        checkOpen();
        emptying.set(directory, wanted);
        masters.wake();
    }

    /**
     * Gives the server another data directory while it runs, as after a disk was put in: new chunks go there, and to each directory as often
     * as it has room; what is stored stays where it is. The directory is the server's from then on, and must be named at the next start. Waits
     * for the disks of all directories, while the server goes on.
     *
     * <p>A directory that is not suitable is refused, and nothing is changed. When a disk fails in between, the exception says that the
     * directory may be the server's already; adding it again is right then.
     *
     * @param directory is there, is empty, and is not inside of a data directory
     * @throws ChunkServerException with {@code INVALID_ARGUMENT} when it is not suitable, with {@code DIRECTORY_LOCKED} or {@code
     *     WRONG_SERVER} when it is another server's, with {@code DISK_FAILED} when a disk of this server's does not work, with {@code BUSY}
     *     while another directory is added, and with {@code DRAINING} when the server is closed
     */
    public void addDirectory(Path directory) throws IOException {
        JoiningDirectory.checkPlace(directory);
        addDirectory(new LocalDisk(directory));
    }

    /** As {@link #addDirectory(Path)}, on any disk, whose root must be empty. */
    public void addDirectory(Disk disk) throws IOException {
        addition.add(disk);
        masters.wake();
    }

    /**
     * Stops the server: what was begun on the disk is completed, open transactions stay as the log has them, whoever waits for
     * one is answered, everything is closed and the directory unlocked. Idempotent.
     *
     * @throws ChunkServerException with {@code DISK_FAILED} when a disk has hung for half a minute: its threads are left behind
     *     then, and its directory stays locked
     */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            masters.close();
            orders.close();
            Failure why = closedFailure();
            // From here on there are no more volumes than these, and each has been told of the others.
            boolean ended = addition.close(ServerThreads.CLOSE_PATIENCE);
            moves.close();
            volumes.all().forEach(volume -> volume.stop(why));
            Set<Environment> hanging = ownThreads == null ? Set.of() : ownThreads.close(ServerThreads.CLOSE_PATIENCE);
            volumes.all().forEach(volume -> volume.end(why));
            closeVolumes(ended, hanging);
        }
    }

    private void checkOpen() throws ChunkServerException {
        if (closed.get()) {
            throw closedFailure().toException();
        }
    }

    private Failure closedFailure() {
        return Failure.of(ErrorCode.DRAINING, "the server is closed").at(self().id());
    }

    /** What hangs may still be written some day: nobody else must have that directory until then. */
    private void closeVolumes(boolean ended, Set<Environment> hanging) throws IOException {
        if (ended) {
            volumes.close(hanging);
        }
        if (!ended || !hanging.isEmpty()) {
            throw Failure.of(ErrorCode.DISK_FAILED, "the disk does not answer; the data directory stays locked")
                    .withHint("end the process")
                    .at(self().id())
                    .toException();
        }
    }

    private static <T> T await(CompletionStage<T> stage) throws ChunkServerException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException | CancellationException e) {
            throw ChunkServerException.from(e);
        }
    }
}
